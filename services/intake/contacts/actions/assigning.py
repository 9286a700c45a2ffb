"""Households change hands: by their ids or all that somebody has, or evened out over an area; from a day on.

Each is a step of its household by the rules of households. What a rule asks of many rows at once, how many one person
has, is asked while nobody else changes it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from libs.common.database.session import Session
from libs.common.errors import FieldError, Invalid, invalid
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.pack.areas import contains
from libs.common.pack.directory import Directory
from libs.common.rules.machine import OutOfTurn
from libs.common.rules.requests import Request
from libs.common.run.beside import beside
from libs.common.security.vault import Vault
from services.intake.contacts.domain import Home, even_out
from services.intake.contacts.queries import MOST_AT_ONCE, find_ids
from services.intake.contacts.schemas import (
    MOST_MOVED,
    AssignContacts,
    AssignedOut,
    EvenedOut,
    EvenOut,
    LoadChange,
)
from services.intake.households.actions.loads import check_most, hold_loads
from services.intake.households.actions.recording import apply, state_of, today_of
from services.intake.households.actions.registering import check_contact
from services.intake.households.actions.sealing import without_names
from services.intake.households.domain import COUNTING, Said, State, Status, What, decide, evolve
from services.intake.households.queries import loads_of
from services.intake.households.tables import Household, HouseholdIdentity
from services.intake.rounds.actions.following import catch_up


@dataclass(frozen=True, slots=True)
class _Move:
    """One household that changes hands: the row, what it was, what is said of it."""

    row: Household
    before: State
    said: Said

    @property
    def loads(self) -> Counter[str]:
        """By how much it makes each person's households more or fewer, as far as it counts."""
        after, counts = evolve(self.before, self.said), self.before.status in COUNTING
        change = Counter[str]()
        for contact, by in ((self.before.contact_staff_id, -1), (after.contact_staff_id, 1)):
            if counts and contact is not None:
                change[contact] += by
        return change


async def assign(session: Session, asked: Request, body: AssignContacts, vault: Vault) -> AssignedOut:
    """转交: these households get another contact person, or none. All of them or none.

    Raises:
        Invalid: a household is out of reach or no more; the person holds no post for it, or would have too many.
        NotByThem: somebody else has to say it, of one of the households (``household_id``).
    """
    _check_either_or(body)
    directory = session.packs.current(session.now).directory
    if body.to_staff_id is not None:
        check_contact(session, directory, body.to_staff_id, "to_staff_id")
    if not body.preview:
        await catch_up(session)
        await hold_loads(session)
    rows = await _asked_for(session, asked, body)
    chosen = dict.fromkeys(rows, body.to_staff_id)
    moves = _decided(session, asked, rows, chosen, body)
    change = _changes(moves)
    loads = await loads_of(session, {*change} if body.to_staff_id is None else {*change, body.to_staff_id})
    after = {person: many + change[person] for person, many in loads.items()}
    check_most(directory, loads, after, {body.to_staff_id: "to_staff_id"})
    await _take(session, moves, [] if body.preview else [*rows], vault)
    return AssignedOut(
        moved=len(moves),
        unchanged=len(rows) - len(moves),
        preview=body.preview,
        loads=_shown(session, loads, after),
    )


async def even(session: Session, asked: Request, body: EvenOut, vault: Vault) -> EvenedOut:
    """均等分配: every household of the area that counts gets one of these people, loads equal within one.

    Raises:
        Invalid: the area has none, or too many at once; somebody holds no post for it, or would have too many.
        NotByThem: somebody else has to say it, of one of the households (``household_id``).
    """
    directory = session.packs.current(session.now).directory
    directory.area(body.area_code)
    for index, staff_id in enumerate(body.staff_ids):
        check_contact(session, directory, staff_id, f"staff_ids/{index}")
        if staff_id in body.staff_ids[:index]:
            raise invalid(f"staff_ids/{index}", f"{staff_id} stands here twice", f"{staff_id} 重复")
    if not body.preview:
        await catch_up(session)
        await hold_loads(session)
    ids = await find_ids(session, asked.scope, body.area_code, counting=True)
    _check_many(ids, "area_code", MOST_AT_ONCE)
    rows = await _rows(session, ids, lock=not body.preview)
    homes = [
        Home(row.household_id, row.area_code, row.household_no, row.contact_staff_id)
        for row in rows.values()
        if row.status in COUNTING and contains(body.area_code, row.area_code)
    ]
    if not homes:
        raise invalid("area_code", "has no household in your reach that counts", "管辖范围内没有可分配的户")
    moves = _decided(session, asked, rows, even_out(homes, body.staff_ids), body)
    _check_since(moves)
    change, before = _changes(moves), Counter(home.contact for home in homes)
    loads = {person: before[person] for person in body.staff_ids}
    after = {person: many + change[person] for person, many in loads.items()}
    await _check_all(session, directory, change, body.staff_ids)
    await _take(session, moves, [] if body.preview else [*rows], vault)
    return EvenedOut(
        moved=len(moves),
        unchanged=len(homes) - len(moves),
        preview=body.preview,
        loads=_shown(session, loads, after),
        households=len(homes),
        people=len(body.staff_ids),
        fewest=min(after.values()),
        most=max(after.values()),
    )


def _check_since(moves: Sequence[_Move]) -> None:
    """Invalid when somebody got a household after the day: today it would stay theirs, and nothing would be even."""
    since = max((move.before.contact_since for move in moves), default=None)
    if since is not None and moves[0].said.what.holds_from < since:
        message = f"is before {since}, since which one of the households has its contact person"
        raise invalid("holds_from", message, f"早于其中一户现任包保人的起始日期 {since}")


def _check_either_or(body: AssignContacts) -> None:
    if (body.household_ids is None) == (body.from_staff_id is None):
        message = "is given, or from_staff_id is: one of the two"
        raise invalid("household_ids", message, "household_ids 与 from_staff_id 须二选一")
    if body.from_staff_id is None and body.area_code is not None:
        raise invalid("area_code", "goes with from_staff_id", "仅可与 from_staff_id 同用")


async def _asked_for(session: Session, asked: Request, body: AssignContacts) -> dict[str, Household]:
    """The rows by id. Those of a person that are no more stay as they are; one that was named has to be there."""
    if body.from_staff_id is not None:
        if body.from_staff_id == body.to_staff_id:
            raise invalid("to_staff_id", "has them already", "转入人与转出人相同")
        ids = await find_ids(session, asked.scope, body.area_code, body.from_staff_id)
        _check_many(ids, "from_staff_id", MOST_MOVED)
        return await _rows(session, ids, lock=not body.preview)
    named = {household_id: index for index, household_id in reversed([*enumerate(body.household_ids or ())])}
    rows = await _rows(session, [*named], lock=not body.preview)
    wrong = [
        FieldError(
            f"household_ids/{index}", f"{household_id}: no household in your reach, or no more", "不存在或已并户"
        )
        for household_id, index in sorted(named.items(), key=lambda one: one[1])
        if household_id not in rows
        or rows[household_id].status is Status.ENDED
        or not asked.scope.covers(rows[household_id].area_code)
    ]
    if wrong:
        raise Invalid(wrong[0].message, "有的户不存在、不在管辖范围内或已并户", fields=wrong)
    return rows


def _check_many(ids: Sequence[str], field: str, most: int) -> None:
    if len(ids) > most:
        message = f"comes to more than {most} households: name a smaller area_code"
        raise invalid(field, message, f"超过 {most} 户，请按更小的区域办理")


async def _rows(session: Session, ids: Collection[str], *, lock: bool) -> dict[str, Household]:
    await session.load(Household, "household_id", ids, lock=lock)
    found = [await session.one(Household, "household_id", household_id, lock=lock) for household_id in sorted(ids)]
    return {row.household_id: row for row in found if row is not None}


def _decided(
    session: Session,
    asked: Request,
    rows: Mapping[str, Household],
    chosen: Mapping[str, str | None],
    body: AssignContacts | EvenOut,
) -> list[_Move]:
    """The steps by which it becomes so; what is so already needs none."""
    today = today_of(session)
    day: date = body.holds_from or today
    session.now = max([session.now, *(rows[household_id].registered_at for household_id in chosen)])
    moves = []
    for household_id, person in chosen.items():
        before = state_of(rows[household_id])
        if before.contact_staff_id == person:
            continue
        what = What(day, {HouseholdFact.CONTACT_STAFF_ID: person})
        try:
            said = decide(before, HouseholdStep.ASSIGN, what, asked.actor, session.now, today, body.why or "")
        except OutOfTurn as refused:
            refused.extra["household_id"] = household_id
            raise
        moves.append(_Move(rows[household_id], before, said))
    return moves


def _changes(moves: Sequence[_Move]) -> Counter[str]:
    change = Counter[str]()
    for move in moves:
        change.update(move.loads)
    return change


async def _check_all(session: Session, directory: Directory, change: Counter[str], people: Sequence[str]) -> None:
    """Nobody has too many by it, with what they have elsewhere."""
    everywhere = await loads_of(session, people)
    after = {person: many + change[person] for person, many in everywhere.items()}
    check_most(directory, everywhere, after, {person: f"staff_ids/{place}" for place, person in enumerate(people)})


async def _take(session: Session, moves: Sequence[_Move], ids: Sequence[str], vault: Vault) -> None:
    """Take them; ``ids`` are all households that were asked about, none of a preview."""
    if not ids or not moves:
        return
    await session.load(HouseholdIdentity, "household_id", ids)
    found = [await session.one(HouseholdIdentity, "household_id", household_id) for household_id in ids]
    identities = {identity.household_id: identity for identity in found if identity is not None}
    # One word about all of them: nobody of any stands in it, whether or not it changes hands.
    said = moves[0].said.why
    why = await beside(_without_names, said, [*identities.values()], vault) if said else ""
    for move in moves:
        identity = identities.get(move.row.household_id)
        apply(session, move.row, move.before, replace(move.said, why=why), identity)


def _without_names(why: str, identities: Sequence[HouseholdIdentity], vault: Vault) -> str:
    for identity in identities:
        why = without_names(vault, identity, why)
    return why


def _shown(session: Session, before: Mapping[str, int], after: Mapping[str, int]) -> list[LoadChange]:
    return [
        LoadChange(staff_id=person, name=member.name if member else None, before=before[person], after=after[person])
        for person, member in ((person, session.staff.member(person)) for person in sorted(before))
    ]
