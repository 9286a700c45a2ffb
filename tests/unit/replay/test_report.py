"""What the tables of a replay say of targets."""

import pytest

from huiyin.replay.figures import Rate
from libs.common.shares import Met

ASKED = {"comparison": "over", "percent": "95", "period": None, "text": "高于 95 %", "text_en": "over 95 %"}


@pytest.mark.parametrize(
    ("met", "told"),
    [
        (Met.MET, "over 95 %: met\n高于 95 %：达标"),
        (Met.NOT_MET, "over 95 %: not met\n高于 95 %：未达标"),
        (Met.NO_DATA, "over 95 %: no data\n高于 95 %：无数据"),
    ],
)
def test_a_target_is_told_in_both_languages(met: Met, told: str) -> None:
    rate = Rate({"target": ASKED}, {"numerator": 550, "denominator": 579, "rate": "95.0", "met": met})
    assert rate.told == told
    assert (rate.document["target"], rate.document["met"]) == (ASKED, met)


def test_a_rate_of_which_nothing_is_asked_says_nothing() -> None:
    rate = Rate({"target": None}, {"numerator": 1, "denominator": 2, "rate": "50.0", "met": None})
    assert rate.told == ""
    assert rate.document == {"numerator": 1, "denominator": 2, "rate": "50.0", "target": None, "met": None}
