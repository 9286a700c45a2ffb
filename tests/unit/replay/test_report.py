"""What the tables of a replay say of targets."""

import pytest

from huiyin.replay.figures import Rate
from libs.common.shares import Met

ASKED = {"comparison": "over", "percent": "95", "period": None, "text": "高于 95 %", "text_en": "over 95 %"}


@pytest.mark.parametrize(
    ("met", "missed", "told"),
    [
        (Met.MET, None, "over 95 %: met\n高于 95 %：达标"),
        (Met.NOT_MET, "1/11580", "over 95 %: not met by 1/11580\n高于 95 %：未达标，相差 1/11580"),
        (Met.NO_DATA, None, "over 95 %: no data\n高于 95 %：无数据"),
    ],
)
def test_a_target_is_told_in_both_languages(met: Met, missed: str | None, told: str) -> None:
    judged = {"met": met, "missed_by": missed, "missed_by_weights_alone": None}
    rate = Rate({"target": ASKED}, {"numerator": 550, "denominator": 579, "rate": "95.0", **judged})
    assert rate.told == told
    assert (rate.document["target"], rate.document["met"]) == (ASKED, met)


def test_a_rate_of_which_nothing_is_asked_says_nothing() -> None:
    found = {"numerator": 1, "denominator": 2, "rate": "50.0"}
    judged = {"met": None, "missed_by": None, "missed_by_weights_alone": None}
    rate = Rate({"target": None}, found | judged)
    assert rate.told == ""
    assert rate.document == found | {"target": None} | judged
