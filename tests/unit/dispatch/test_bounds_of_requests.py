"""Within which bounds a unit may ask (延期、挂账、终止办理), and who may decide how much."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from libs.common.errors import Invalid
from libs.common.events.asking_terms import RequestKind
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit
from services.dispatch.asks.domain import RequestState, UnitAsk
from services.dispatch.cases.domain.state import State
from services.dispatch.cases.domain.terms import Status
from services.dispatch.requests.domain import Bounds, RequestDraft, check_level, days_of, in_force, wanted

ZONE = ZoneInfo("Asia/Shanghai")
BOUNDS = Bounds(
    reasons=frozenset({"complex", "not_our_duty"}),
    times=1,
    longest=Limit(5, LimitUnit.WORK_DAY),
    superior_up_to=3,
    calendar=WorkCalendar(ZONE),
    offices=frozenset({"H-1"}),
    cut_off=time(17),
)
DUE = datetime(2026, 5, 12, 16, tzinfo=UTC)
"""The end of 12 May."""
CASE = State(DUE - timedelta(days=5), 1, status=Status.SIGNED, lead_unit="V-1", handle_due_at=DUE)
MORE = RequestDraft("complex", "核查", days=3)
ASKED = UnitAsk(3, 1, "complex", "核查", "a", "V-1", DUE - timedelta(days=2), RequestKind.EXTENSION)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of the last day."""
    return datetime(2026, 5, 12, hour, minute, second, tzinfo=ZONE)


def asks(
    now: datetime, draft: RequestDraft = MORE, kind: RequestKind = RequestKind.EXTENSION, *before: UnitAsk
) -> object:
    return wanted(kind, CASE, draft, before, BOUNDS, now).until


def test_before_the_hour_of_the_last_day_and_not_at_it() -> None:
    assert asks(at(16, 59, 59)) == datetime(2026, 5, 15, 16, tzinfo=UTC)
    for late in (at(17), at(17, 1), at(23, 59), DUE, DUE + timedelta(days=1)):
        with pytest.raises(OutOfTurn):
            asks(late)
    no_hour = replace(BOUNDS, cut_off=None)
    assert wanted(RequestKind.EXTENSION, CASE, MORE, (), no_hour, at(23, 59)).days == 3


@pytest.mark.parametrize("days", [0, 6])
def test_days_are_bounded(days: int) -> None:
    with pytest.raises(Invalid) as caught:
        asks(at(9), replace(MORE, days=days))
    assert [field.field for field in caught.value.fields] == ["days"]


def test_a_day_is_bounded() -> None:
    for day in (date(2026, 5, 12), date(2026, 5, 20)):
        with pytest.raises(Invalid):
            asks(at(9), RequestDraft("complex", "核查", review_on=day), RequestKind.SUSPENSION)
    until = asks(at(9), RequestDraft("complex", "核查", review_on=date(2026, 5, 19)), RequestKind.SUSPENSION)
    assert until == datetime(2026, 5, 18, 16, tzinfo=UTC)


def test_it_is_granted_so_often_in_a_round() -> None:
    granted = replace(ASKED, state=RequestState.GRANTED)
    with pytest.raises(OutOfTurn):
        asks(at(9), MORE, RequestKind.EXTENSION, granted)
    for other in (
        replace(granted, round=2),
        replace(granted, kind=RequestKind.SUSPENSION),
        replace(granted, state=RequestState.REFUSED),
    ):
        assert asks(at(9), MORE, RequestKind.EXTENSION, other)


def test_that_it_is_no_duty_ends_nothing() -> None:
    with pytest.raises(Invalid):
        asks(at(9), RequestDraft("not_our_duty", "非职责", evidence="清单"), RequestKind.TERMINATION)
    with pytest.raises(OutOfTurn):
        wanted(
            RequestKind.TERMINATION, replace(CASE, status=Status.ASSIGNED), replace(MORE, days=None), (), BOUNDS, at(9)
        )
    with pytest.raises(OutOfTurn):
        in_force(RequestKind.TERMINATION, None)


def test_who_decides_goes_by_the_days() -> None:
    few, many = replace(ASKED, days=3), replace(ASKED, days=4)
    hotline, nobodys, town = Actor("h", "H-1"), Actor("d"), Actor("t", "T-1")
    for asked in (few, many):
        check_level(asked, BOUNDS, hotline, above=False)
        check_level(asked, BOUNDS, nobodys, above=False)
    check_level(few, BOUNDS, town, above=True)
    for asked, above, most in ((many, True, 3), (few, False, 3), (few, True, 0)):
        with pytest.raises(NotTheirs):
            check_level(asked, replace(BOUNDS, superior_up_to=most), town, above=above)


def test_the_days_of_a_suspension_are_those_whose_end_it_covers() -> None:
    asked = replace(ASKED, kind=RequestKind.SUSPENSION, asked_at=datetime(2026, 5, 7, 1, tzinfo=UTC))
    assert days_of(replace(asked, until=datetime(2026, 5, 9, 16, tzinfo=UTC)), BOUNDS) == 3
    assert days_of(replace(asked, until=datetime(2026, 5, 10, 16, tzinfo=UTC)), BOUNDS) == 3
