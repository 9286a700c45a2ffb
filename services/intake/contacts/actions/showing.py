"""The ledger by person (包保台账): what each looks after, who has too many, who has left, and what is covered."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdClass
from libs.common.pack.directory import Directory
from libs.common.security.policy import Scope
from libs.common.shares import percent, text_of
from libs.common.staff.register import TermOfOffice
from libs.common.visits.counting import NOBODY
from libs.common.web.cursors import decode_cursor, encode_cursor
from services.intake.contacts.actions.office import in_office
from services.intake.contacts.queries import Reach, by_class, everywhere, loads
from services.intake.contacts.schemas import (
    ContactLedgerOut,
    ContactLedgerQuery,
    ContactPersonOut,
    ContactTotals,
    HeldPost,
    HouseholdShare,
)

_LIST = "intake.contacts"


async def page(session: Session, scope: Scope, query: ContactLedgerQuery) -> ContactLedgerOut:
    """One page by staff id. Totals are of all within reach, whatever the page is narrowed to.

    Of everybody no more is read than a number; the rest of the people on the page alone.
    """
    directory = session.packs.current(session.now).directory
    after = "" if query.cursor is None else str(decode_cursor(_LIST, query.cursor, [str])[0])
    reach = Reach.of(scope, query.area_code, directory.pack.place.code)
    async with session.snapshot():
        here = await loads(session, reach)
        without = here.pop(NOBODY, 0)
        office = in_office(session)
        # Of whoever reaches all there is, that is known already.
        known = here if reach.whole else None
        left = await _asked_for(session, query, [one for one in here if one > after], office, known)
        shown = left[: query.limit]
        all_there_are = known or await everywhere(session, shown)
        people = _Shown(here, office, await by_class(session, reach, shown), all_there_are, _most(session))
    return ContactLedgerOut(
        items=[_shown(session, directory, one, people) for one in shown],
        next_cursor=encode_cursor(_LIST, [shown[-1]]) if len(left) > query.limit else None,
        most_per_contact=people.most,
        totals=_totals(here, office, without, directory.pack.figures.decimals),
    )


class _Shown(NamedTuple):
    """What is told of people: of each how many households, here and everywhere, and by class."""

    here: Mapping[str, int]
    in_office: Collection[str]
    by_class: Mapping[str, Any]
    everywhere: Mapping[str, int]
    most: int | None


def _most(session: Session) -> int | None:
    return session.packs.current(session.now).directory.pack.households.most_per_contact


async def _asked_for(
    session: Session,
    query: ContactLedgerQuery,
    people: Sequence[str],
    office: Collection[str],
    known: Mapping[str, int] | None,
) -> Sequence[str]:
    """Whom of these the query asks for, by their ids; ``known``: how many each has everywhere, else it is read."""
    if query.staff_id is not None:
        people = [one for one in people if one == query.staff_id]
    if query.in_office is not None:
        people = [one for one in people if (one in office) == query.in_office]
    if query.over is not None:
        most, known = _most(session), known or await everywhere(session, people)
        people = [one for one in people if (most is not None and known[one] > most) == query.over]
    return sorted(people)


def _shown(session: Session, directory: Directory, staff_id: str, people: _Shown) -> ContactPersonOut:
    member, classes = session.staff.member(staff_id), people.by_class[staff_id]
    all_there_are = people.everywhere[staff_id]
    many_of = {household_class: getattr(classes, household_class.value) for household_class in HouseholdClass}
    return ContactPersonOut(
        staff_id=staff_id,
        name=None if member is None else member.name,
        posts=[] if member is None else [_post(directory, term) for term in member.in_office(session.now)],
        in_office=staff_id in people.in_office,
        households=people.here[staff_id],
        by_class={household_class: many for household_class, many in many_of.items() if many},
        everywhere=all_there_are,
        over=people.most is not None and all_there_are > people.most,
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


def _totals(here: Mapping[str, int], in_office: Collection[str], without: int, decimals: int) -> ContactTotals:
    each = [many for one, many in here.items() if one in in_office]
    covered = sum(each)
    left = sum(here.values()) - covered
    households = covered + left + without
    return ContactTotals(
        households=households,
        with_contact=covered,
        contact_left=left,
        without_contact=without,
        coverage=HouseholdShare(
            numerator=covered, denominator=households, text=text_of(percent(covered, households, decimals))
        ),
        people=len(each),
        fewest=min(each, default=None),
        most=max(each, default=None),
    )
