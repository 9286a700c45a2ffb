"""What a term of office may be, beside the pack in force and everybody else's terms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from libs.common.errors import Conflict
from libs.common.pack.directory import Directory
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice
from services.dispatch.staff import domain
from services.dispatch.staff.domain import OwnRecord, TermIsOver
from tests.support.service import PACK

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DIRECTORY = Directory(PACK)
VILLAGE_UNIT, GRID = "V-999001101201", "999001101201001"
GRID_WORKER = TermOfOffice(0, "grid_worker", VILLAGE_UNIT, NOW, area_code=GRID)
LEADER = TermOfOffice(0, "leader", "D-WATER", NOW)


def holding(staff_id: str, *terms: TermOfOffice) -> StaffMember:
    member = StaffMember(staff_id, "人")
    for term in terms:
        member = domain.appointed(member, term)
    return member


def wrong(term: TermOfOffice, *others: StaffMember, who: StaffMember | None = None) -> list[str]:
    """The fields that are at fault."""
    register = StaffRegister()
    for other in others:
        register.put(other)
    return [fault.field for fault in domain.faults(term, who or StaffMember("me", "我"), register, DIRECTORY)]


@pytest.mark.parametrize(
    ("term", "fields"),
    [
        (LEADER, []),
        (GRID_WORKER, []),
        (replace(LEADER, post_code="king"), ["post_code"]),
        (replace(LEADER, unit_code="D-NOWHERE"), ["unit_code"]),
        (replace(GRID_WORKER, unit_code="D-WATER"), ["unit_code"]),
        (replace(GRID_WORKER, area_code=None), ["area_code"]),
        (replace(GRID_WORKER, area_code="999001101201"), ["area_code"]),
        (replace(GRID_WORKER, area_code="999001101202001"), ["area_code"]),
        (replace(LEADER, area_code=GRID), ["area_code"]),
        (replace(LEADER, ends_at=NOW), ["ends_at"]),
        (replace(LEADER, stand_in_for="me"), ["stand_in_for"]),
        (replace(LEADER, stand_in_for="nobody"), ["stand_in_for"]),
    ],
)
def test_a_term_names_a_post_of_the_pack_where_it_can_be_held(term: TermOfOffice, fields: list[str]) -> None:
    assert wrong(term) == fields


def test_there_is_one_worker_a_grid_at_a_time() -> None:
    first = holding("first", GRID_WORKER)
    assert wrong(GRID_WORKER, first) == ["post_code"]
    assert wrong(replace(GRID_WORKER, area_code="999001101201002"), first) == []
    gone = holding("first", replace(GRID_WORKER, begins_at=NOW - DAY, ends_at=NOW))
    assert wrong(GRID_WORKER, gone) == []
    coming = holding("first", replace(GRID_WORKER, begins_at=NOW + DAY))
    assert wrong(GRID_WORKER, coming) == ["post_code"]
    assert wrong(replace(GRID_WORKER, ends_at=NOW + DAY), coming) == []


def test_a_stand_in_acts_beside_who_holds_the_post_and_for_nobody_else() -> None:
    first = holding("first", GRID_WORKER)
    acting = replace(GRID_WORKER, stand_in_for="first")
    assert wrong(acting, first) == []
    assert wrong(acting, holding("first", LEADER)) == ["stand_in_for"]
    # Who only stands in does not hold the post: nobody stands in for a stand-in, and the holder may come back.
    second = holding("second", acting)
    assert wrong(replace(GRID_WORKER, stand_in_for="second"), first, second) == ["stand_in_for"]
    assert wrong(GRID_WORKER, second) == []


def test_nobody_holds_one_post_twice_at_a_time() -> None:
    me = holding("me", LEADER)
    assert wrong(LEADER, me, who=me) == ["post_code"]
    assert wrong(replace(LEADER, unit_code="D-AGRI"), me, who=me) == []


def test_terms_are_numbered_and_end_once() -> None:
    member = holding("me", LEADER, replace(LEADER, unit_code="D-AGRI"))
    assert [term.number for term in member.terms] == [1, 2]
    ended = domain.ended(member, 2, NOW + DAY, NOW)
    assert [term.ends_at for term in ended.terms] == [None, NOW + DAY]
    assert len(ended.in_office(NOW)) == 2
    assert [term.number for term in ended.in_office(NOW + DAY)] == [1]
    later = domain.ended(ended, 2, NOW + 2 * DAY, NOW)
    with pytest.raises(TermIsOver):
        domain.ended(later, 2, NOW + 3 * DAY, NOW + 2 * DAY)
    with pytest.raises(Conflict, match="before it begins"):
        domain.ended(member, 1, NOW - DAY, NOW)


def test_nobody_changes_what_is_said_of_themself() -> None:
    with pytest.raises(OwnRecord):
        domain.check_is_anothers("me", "me")
    domain.check_is_anothers("me", None)
