"""Which differences between rows as they are and as they should be count, and how they are told."""

from collections.abc import Sequence
from typing import Any

import pytest

from huiyin.audit.rows.comparing import Json, NotBefore, Unseen, WantedRows, differences, told
from libs.common.events import cases
from tests.unit.audit.story import CASE, DUE, T, registered

KEPT: dict[str, Any] = {"case_id": CASE, "n": 1, "at": T, "who": "x", "doc": '{"a": 1}'}


def said(*kept: dict[str, Any], should: Sequence[dict[str, Any]], by: tuple[str, ...] = ("n",)) -> list[str]:
    return sorted(differences(kept, WantedRows("intake", "intake.things", by, should)))


@pytest.mark.parametrize(
    "column",
    [{"at": T}, {"at": NotBefore(T)}, {"who": frozenset({"x", None})}, {"who": Unseen.WHO}, {"doc": Json({"a": 1})}],
)
def test_what_is_as_it_should_be(column: dict[str, Any]) -> None:
    assert not said(KEPT, should=[{"n": 1} | column])


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ({"at": DUE}, "at is 2026-03-02T01:00:00+00:00, the events say 2026-03-03T01:00:00+00:00"),
        (
            {"at": NotBefore(DUE)},
            "at is 2026-03-02T01:00:00+00:00, the events say not before 2026-03-03T01:00:00+00:00",
        ),
        ({"who": frozenset({"y", None})}, "who is x, the events say nothing or y"),
        ({"who": None}, "who is x, the events say nothing"),
        ({"doc": Json({"a": 2})}, "doc is {'a': 1}, the events say {'a': 2}"),
    ],
)
def test_what_is_not(column: dict[str, Any], says: str) -> None:
    assert said(KEPT, should=[{"n": 1} | column]) == [f"things 1: {says}"]


def test_the_order_of_rows_that_can_be_told_apart_says_nothing() -> None:
    rows = [KEPT, KEPT | {"n": 2}]
    assert not said(*rows, should=rows[::-1])


def test_rows_that_cannot_are_taken_in_turn() -> None:
    assert said(KEPT, KEPT | {"who": "y"}, should=[KEPT, KEPT]) == ["things 1 2: who is y, the events say x"]


def test_lost_and_invented() -> None:
    found = said(KEPT, should=[KEPT | {"n": 2}])
    assert [message.split(":")[0].split(",")[0] for message in found] == [
        "things 1 is there",
        "things 2 is not there",
    ]


def test_the_one_row_of_a_case_is_missed_elsewhere() -> None:
    assert not said(should=[KEPT], by=())


def test_an_event_of_before_tells_nothing_of_a_field() -> None:
    (one,) = registered().view.said["intake"]
    assert told(one.event, "confidential") is Unseen.OLD
    assert told(cases.CaseWithdrawn(occurred_at=T, case_id=CASE, reason="x"), "reason") == "x"
