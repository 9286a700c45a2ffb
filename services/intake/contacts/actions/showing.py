"""The ledger by person (包保台账): what each looks after, who has too many, who has left, and what is covered."""

from collections.abc import Collection
from typing import Any, NamedTuple

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdClass
from libs.common.pack.areas import area_prefix
from libs.common.pack.directory import Directory
from libs.common.security.policy import Scope
from libs.common.shares import percent, text_of
from libs.common.staff.register import StaffMember, TermOfOffice
from libs.common.web.cursors import decode_cursor, encode_cursor
from services.intake.contacts.queries import ledger
from services.intake.contacts.schemas import (
    ContactLedgerOut,
    ContactLedgerQuery,
    ContactPersonOut,
    ContactTotals,
    HeldPost,
    HouseholdShare,
)
from services.intake.households.actions.registering import may_look_after

_LIST = "intake.contacts"


class _Entry(NamedTuple):
    """One person of the ledger, before anything is told of them."""

    staff_id: str
    households: int
    row: Any
    member: StaffMember | None
    in_office: bool
    over: bool


async def page(session: Session, scope: Scope, query: ContactLedgerQuery) -> ContactLedgerOut:
    """One page by staff id. Totals are of all within reach, whatever the page is narrowed to."""
    directory = session.packs.current(session.now).directory
    after = "" if query.cursor is None else str(decode_cursor(_LIST, query.cursor, [str])[0])
    reaches = (scope.area_prefix, "" if query.area_code is None else area_prefix(query.area_code))
    of_the_place = all(area_prefix(directory.pack.place.code).startswith(one) for one in reaches)
    rows = await ledger(session, scope, query.area_code, of_the_place=of_the_place)
    people = [_entry(session, directory, row) for row in rows if row[0] is not None]
    without = sum(row[1] for row in rows if row[0] is None)
    left = sorted(one for one in people if one.staff_id > after and _is_asked_for(one, query))
    shown = [_shown(session, directory, one) for one in left[: query.limit]]
    return ContactLedgerOut(
        items=shown,
        next_cursor=encode_cursor(_LIST, [shown[-1].staff_id]) if len(left) > query.limit else None,
        most_per_contact=directory.pack.households.most_per_contact,
        totals=_totals(people, without, directory.pack.figures.decimals),
    )


def _entry(session: Session, directory: Directory, row: Any) -> _Entry:
    # By their places: of thousands of people each look for a column by its name is felt.
    staff_id, households, everywhere = row[0], row[1], row[-1]
    member, most = session.staff.member(staff_id), directory.pack.households.most_per_contact
    in_office = member is not None and may_look_after(directory, member, session.now)
    return _Entry(staff_id, households, row, member, in_office, most is not None and everywhere > most)


def _is_asked_for(one: _Entry, query: ContactLedgerQuery) -> bool:
    return (
        query.staff_id in (None, one.staff_id)
        and query.over in (None, one.over)
        and query.in_office in (None, one.in_office)
    )


def _shown(session: Session, directory: Directory, one: _Entry) -> ContactPersonOut:
    row, member = one.row, one.member
    classes = {household_class: getattr(row, household_class.value) for household_class in HouseholdClass}
    return ContactPersonOut(
        staff_id=row.contact_staff_id,
        name=None if member is None else member.name,
        posts=[] if member is None else [_post(directory, term) for term in member.in_office(session.now)],
        in_office=one.in_office,
        households=row.households,
        by_class={household_class: many for household_class, many in classes.items() if many},
        everywhere=row.everywhere,
        over=one.over,
    )


def _post(directory: Directory, term: TermOfOffice) -> HeldPost:
    names = {post.code: post.name for post in directory.pack.posts}
    return HeldPost(
        post_code=term.post_code,
        post_name=names.get(term.post_code),
        unit_code=term.unit_code,
        unit_name=directory.unit(term.unit_code).name if term.unit_code in directory.unit_codes else None,
        area_code=term.area_code,
    )


def _totals(people: Collection[_Entry], without: int, decimals: int) -> ContactTotals:
    loads = [one.households for one in people if one.in_office]
    covered, left = sum(loads), sum(one.households for one in people if not one.in_office)
    households = covered + left + without
    return ContactTotals(
        households=households,
        with_contact=covered,
        contact_left=left,
        without_contact=without,
        coverage=HouseholdShare(
            numerator=covered, denominator=households, text=text_of(percent(covered, households, decimals))
        ),
        people=len(loads),
        fewest=min(loads, default=None),
        most=max(loads, default=None),
    )
