"""Risks: people and money are read out of words as whole numbers, and only a leader on duty has one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.pack.schema import RiskKind
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from services.dispatch.risks.domain import RiskState, RiskStatus, acknowledge, found_in

T = datetime(2026, 3, 3, 1, tzinfo=UTC)
KIND = RiskKind(code="group", name="群体性事项", name_en="Group", words=("聚众",), people=30, amount_yuan=1_000_000)
RISK = RiskState("r1", "c1", 1, "group", True, "30人", ("S-1",), "system", None, T, T + timedelta(minutes=30))
LEADER, ANOTHER = Actor("li", "T-1", "S-1"), Actor("wang", "T-1", "S-2")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("三十余人到镇政府", "30人"),
        ("30人", "30人"),
        ("二十九人到镇政府", None),
        ("一百零五人签名", "105人"),
        ("先来了5人，后来有六十名工人", "60人"),
        ("两万人", "20000人"),
        ("拖欠工资120万元", "1200000元"),
        ("拖欠99.9999万元", None),
        ("集资1.5亿元", "150000000元"),
        ("有人聚众堵路", "聚众"),
        ("我本人家里路灯坏了三天", None),
        ("", None),
    ],
)
def test_what_a_text_says_of_people_and_money(text: str, found: str | None) -> None:
    assert found_in(text, KIND) == found


@given(st.integers(0, 999_999), st.sampled_from(["人", "余人", "名", "多人"]))
def test_a_threshold_is_met_from_its_number_on(people: int, word: str) -> None:
    assert (found_in(f"共{people}{word}来访", KIND) is not None) == (people >= 30)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert found_in(text, KIND) is None or any(sign in text for sign in "人名位元聚")


def test_only_who_was_told_or_is_on_duty_acknowledges_and_once() -> None:
    for by in (ANOTHER, Actor("li", "T-1")):
        with pytest.raises(NotTheirs):
            acknowledge(RISK, by, T, "已派人", on_duty=False)
    assert acknowledge(RISK, ANOTHER, T, "已派人", on_duty=True).acknowledged_by_staff == "S-2"
    had = acknowledge(RISK, LEADER, T, "已派人", on_duty=False)
    assert (had.status, had.late, had.version) == (RiskStatus.ACKNOWLEDGED, False, 2)
    with pytest.raises(OutOfTurn):
        acknowledge(had, LEADER, T, "已派人", on_duty=True)
    assert acknowledge(RISK, LEADER, RISK.due_at, "已派人", on_duty=False).late
