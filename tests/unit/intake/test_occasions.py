"""A point's hours, who says who was on duty, who corrects an occasion, and numbers that are nobody's phone."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.occasion_terms import AtHours
from libs.common.events.people import person_name
from libs.common.rules.machine import Actor, NotTheirs
from libs.common.security.personal_numbers import is_personal_number
from services.intake.occasions.domain import RecordedBy, check_corrector, source_no
from services.intake.points.domain import PointHours, check_who_says

DAY, NEXT = date(2019, 8, 13), date(2019, 8, 14)
HOURS = PointHours(time(9), time(11, 30))


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute))


@pytest.mark.parametrize(
    ("started", "ended", "kept"),
    [
        (at(9), at(11, 30), AtHours.WITHIN),
        (at(8, 59), at(11), AtHours.OUTSIDE),
        (at(10), at(11, 31), AtHours.OUTSIDE),
        (at(10), at(10, day=NEXT), AtHours.OUTSIDE),
    ],
)
def test_hours_are_kept_or_said_not_to_be(started: datetime, ended: datetime, kept: AtHours) -> None:
    assert HOURS.kept_by(started, ended, opens=True) is kept
    assert HOURS.kept_by(started, ended, opens=False) is AtHours.NOT_OPEN_THAT_DAY


def test_nobody_says_of_a_day_that_is_over_that_they_were_on_duty() -> None:
    me, nobody = Actor("clerk", staff_id="S-1"), frozenset[str]()
    for before, after in ((nobody, frozenset({"S-1"})), (frozenset({"S-1"}), nobody)):
        with pytest.raises(NotTheirs):
            check_who_says(before, after, DAY, NEXT, me)
        check_who_says(before, after, NEXT, NEXT, me)
        check_who_says(before, after, DAY, NEXT, Actor("clerk"))
    check_who_says(frozenset({"S-1", "S-2"}), frozenset({"S-1"}), DAY, NEXT, me)


@pytest.mark.parametrize(
    ("by", "today", "oversees", "may"),
    [
        (Actor("a", staff_id="S-1"), DAY, False, True),
        (Actor("a", staff_id="S-1"), NEXT, False, False),
        (Actor("a", staff_id="S-1"), NEXT, True, False),
        (Actor("clerk"), DAY, False, True),
        (Actor("clerk"), NEXT, True, False),
        (Actor("other"), DAY, False, False),
        (Actor("other"), NEXT, True, True),
    ],
)
def test_who_was_there_corrects_it_that_day_and_somebody_else_later(
    by: Actor, today: date, oversees: bool, may: bool
) -> None:
    record = RecordedBy(("S-1",), "clerk", DAY)
    if may:
        check_corrector(record, by, today, oversees=oversees)
        return
    with pytest.raises(NotTheirs):
        check_corrector(record, by, today, oversees=oversees)


def test_a_person_with_two_accounts_is_one() -> None:
    record = RecordedBy(("S-9",), person_name("S-1"), DAY)
    with pytest.raises(NotTheirs):
        check_corrector(record, Actor("another-account", staff_id="S-1"), NEXT, oversees=True)


@given(st.uuids(), st.dates(date(2015, 1, 1), date(2040, 1, 1)), st.integers(1, 50), st.none() | st.just("p-13"))
def test_the_number_of_a_matter_is_visible_short_and_like_nobodys_phone(
    occasion: UUID, day: date, number: int, point: str | None
) -> None:
    found = source_no(str(occasion), point, day, number)
    assert len(found) <= 128
    assert found.isascii()
    assert not is_personal_number(found, day)
    assert found != source_no(str(occasion), point, day + timedelta(days=1), number)
