"""``/households``: the register of households (户册), what becomes of each, and who looked at who lives there."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Overtaken, Unavailable
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.run.beside import beside
from libs.common.security.policy import has_right
from libs.common.sheets import SheetRow
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey, IfMatch
from libs.common.web.looks import Looks
from libs.common.web.tables import A_TABLE, ImportOut, ImportQuery, nothing_taken, rows_of, table_answer, takes_table
from services.intake import rights
from services.intake.households.actions import changing, exporting, importing, looking, registering, showing
from services.intake.households.actions.judging import JudgedTable
from services.intake.households.actions.table import LIMITS
from services.intake.households.actions.words import TableWords
from services.intake.households.queries import Marks, find_kept, identity_of
from services.intake.households.schemas import (
    AskMuting,
    ChangeHousehold,
    ChangeItem,
    DecideMuting,
    ExportInClear,
    HouseholdId,
    HouseholdItem,
    HouseholdLookItem,
    HouseholdLookList,
    HouseholdNarrowing,
    HouseholdOut,
    HouseholdQuery,
    MergeHousehold,
    RegisterHousehold,
    RevealedHousehold,
    RevealHousehold,
    SplitHousehold,
    ThenQuery,
    Unmute,
)

router = APIRouter(prefix="/v1/households", tags=["households 户"])
looks_router = APIRouter(prefix="/v1/household-looks", tags=["households 户"])

_TRIES = 3
_LOOKS = Looks(Service.INTAKE)
InPath = Annotated[HouseholdId, Path()]
Reads = Annotated[Door, needs(rights.READ_HOUSEHOLDS)]
Keeps = Annotated[Door, needs(rights.KEEP_HOUSEHOLDS)]


@router.get("", response_model=Page[HouseholdItem])
async def list_households(query: Annotated[HouseholdQuery, Query()], door: Reads) -> Response:
    """Households within your reach, by area; those that were merged into others only when asked for by status."""
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.post("", response_model=HouseholdOut, status_code=201)
async def register_household(body: RegisterHousehold, door: Keeps, once: IdempotencyKey) -> Response:
    """A household that is new to the register (户登记). 409 names one with the same number, phone or door."""
    asked, vault = _asked(door), door.runtime.vault

    async def act(session: Session) -> HouseholdOut:
        return await _shown(session, await registering.register(session, asked, body, vault), door)

    return await door.write(act, once, location=_place)


@router.get("/export", response_class=Response, responses=A_TABLE)
async def export_households(
    query: Annotated[HouseholdNarrowing, Query()], door: Annotated[Door, needs(rights.EXPORT_HOUSEHOLDS)]
) -> Response:
    """The register as a table (户表导出), which can be imported again; masked, and without members. No pages.

    422 beyond 20,000 households.
    """
    found = await door.read(lambda session: exporting.masked_table(session, door.scope, query))
    content = await beside(exporting.write_masked, found, _words(door), door.runtime.vault)
    return table_answer(content, "households.csv")


@router.post("/export", response_class=Response, responses=A_TABLE)
async def export_in_clear(
    body: ExportInClear,
    door: Annotated[Door, needs(rights.EXPORT_HOUSEHOLDS)],
    _: Annotated[Door, needs(rights.REVEAL_HOUSEHOLD)],
) -> Response:
    """The same with who lives there, for whoever may look at that as well; each household is a look on the record.

    422 beyond 2,000 households. 429 when the person, by all accounts together, has looked as often within an hour as
    the office allows, one table counting once, or would have more than 2,000 households in tables of an hour.
    """
    runtime = door.runtime
    content = await _LOOKS.show_many(
        door,
        lambda session: exporting.clear_table(
            session, _asked(door), body, _words(door), runtime.vault, runtime.looks_per_hour
        ),
    )
    return table_answer(content, "households.csv")


@router.post("/import", response_model=ImportOut)
async def import_households(
    query: Annotated[ImportQuery, Query()],
    door: Annotated[Door, needs(rights.IMPORT_HOUSEHOLDS)],
    table: Annotated[bytes, takes_table(LIMITS)],
    once: IdempotencyKey,
) -> Response:
    """A table of households (户表导入): XLSX or CSV, a row for each. All rows are taken or none, unless `only_good`.

    A household is known again by `户编号`, without one by area and door, or by head and phone. With `preview` nothing
    changes, and each bad line is named with its column, the reason and what to do.
    """
    rows = await rows_of(table, LIMITS)
    if query.preview:
        return door.answer((await _judged(door, rows)).out(rows, taken=False))

    async def effect() -> ImportOut:
        return await _taken(door, rows, only_good=query.only_good)

    return await door.write_once(effect, once, content=sha256(table).digest())


@router.get("/{household_id}", response_model=HouseholdOut)
async def one_household(household_id: InPath, query: Annotated[ThenQuery, Query()], door: Reads) -> Response:
    """One household, masked; with `on` as it was on that day, by all that is known now (当时口径)."""
    vault = door.runtime.vault
    return door.answer(await door.read(lambda session: showing.one(session, door.scope, household_id, vault, query.on)))


@router.get("/{household_id}/changes", response_model=Page[ChangeItem])
async def list_changes(household_id: InPath, query: Annotated[PageQuery, Query()], door: Reads) -> Response:
    """What became of a household (户变动记录), each step with the day from which it holds."""
    return door.answer(await door.read(lambda session: showing.changes(session, door.scope, household_id, query)))


@router.post("/{household_id}/change", response_model=HouseholdOut)
async def change_household(
    household_id: InPath, body: ChangeHousehold, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Other facts from a day on, another head, phone, door or members (户变更): what the body names. Needs If-Match."""
    asked, vault = _asked(door, expected), door.runtime.vault
    return await door.write(lambda session: changing.change(session, asked, household_id, body, vault), once)


@router.post("/{household_id}/muting", response_model=HouseholdOut)
async def ask_muting(
    household_id: InPath, body: AskMuting, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Ask that a household is not visited any more (静默申请). It counts as before until somebody else confirms it."""
    asked, vault = _asked(door, expected), door.runtime.vault
    return await door.write(lambda session: changing.ask_muting(session, asked, household_id, body, vault), once)


@router.post("/{household_id}/muting/decision", response_model=HouseholdOut)
async def decide_muting(
    household_id: InPath,
    body: DecideMuting,
    door: Annotated[Door, needs(rights.CONFIRM_MUTING)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """Confirm or refuse it (确认静默); 409 for whoever asked, and for the household's contact person."""
    asked, vault = _asked(door, expected), door.runtime.vault
    return await door.write(lambda session: changing.decide_muting(session, asked, household_id, body, vault), once)


@router.post("/{household_id}/unmuting", response_model=HouseholdOut)
async def unmute(household_id: InPath, body: Unmute, door: Keeps, expected: IfMatch, once: IdempotencyKey) -> Response:
    """The household may be visited again (解除静默), and stands in the denominators from that day on."""
    asked, vault = _asked(door, expected), door.runtime.vault
    return await door.write(lambda session: changing.unmute(session, asked, household_id, body, vault), once)


@router.post("/{household_id}/split", response_model=HouseholdOut, status_code=201)
async def split_household(
    household_id: InPath, body: SplitHousehold, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Part of it becomes a household of its own (分户), which is answered."""
    asked, vault = _asked(door, expected), door.runtime.vault

    async def act(session: Session) -> HouseholdOut:
        return await _shown(session, await changing.split(session, asked, household_id, body, vault), door)

    return await door.write(act, once, location=_place)


@router.post("/{household_id}/merge", response_model=HouseholdOut)
async def merge_household(
    household_id: InPath, body: MergeHousehold, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """The household is no more, and part of another (并户)."""
    asked, vault = _asked(door, expected), door.runtime.vault
    return await door.write(lambda session: changing.merge(session, asked, household_id, body, vault), once)


@router.post("/{household_id}/reveal", responses={429: {}}, response_model=RevealedHousehold)
async def reveal_household(
    household_id: InPath, body: RevealHousehold, door: Annotated[Door, needs(rights.REVEAL_HOUSEHOLD)]
) -> Response:
    """Show who lives there, unmasked (查看户情). Every look is recorded, with who looked and why.

    429 when the person, by all accounts together, has looked as often within an hour as the office allows.
    """
    asked, runtime = _asked(door), door.runtime
    return await _LOOKS.show(
        door,
        household_id,
        lambda session: looking.reveal(session, asked, household_id, body, runtime.vault, runtime.looks_per_hour),
    )


@looks_router.get("", response_model=Page[HouseholdLookItem])
async def list_household_looks(
    query: Annotated[HouseholdLookList, Query()], door: Annotated[Door, needs(rights.READ_HOUSEHOLD_LOOKS)]
) -> Response:
    """Looks at who lives in households within your reach (查看记录), newest first."""
    return door.answer(await door.read(lambda session: showing.looks(session, door.scope, query)))


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)


def _words(door: Door) -> TableWords:
    directory, people = door.packs.current(door.now).directory, door.runtime.door_database.staff.members()
    return TableWords(_asked(door), directory, people, door.now)


async def _judged(door: Door, rows: Sequence[SheetRow]) -> JudgedTable:
    async def find(marks: Marks) -> Sequence[Any]:
        return await door.read(lambda session: find_kept(session, marks))

    may_assign = has_right(door.principal, rights.ASSIGN_CONTACTS)
    return await importing.judge(rows, _words(door), door.runtime.vault, find, may_assign=may_assign)


async def _taken(door: Door, rows: Sequence[SheetRow], *, only_good: bool) -> ImportOut:
    """What was taken of the rows; they are judged anew when somebody changed a household meanwhile."""
    for _ in range(_TRIES):
        judged = await _judged(door, rows)
        if judged.bad and not only_good:
            raise nothing_taken(judged.bad)
        try:
            if judged.entered or judged.changed:
                identities = await beside(importing.sealed, judged)
                await door.run_alone(partial(importing.take, judged=judged, identities=identities))
        except Overtaken:
            continue
        return judged.out(rows, taken=True)
    raise Unavailable("Households are being changed just now", "户册正在变更，请稍后再试", headers={"Retry-After": "5"})


def _place(household: HouseholdOut) -> str:
    return f"/intake/v1/households/{household.household_id}"


async def _shown(session: Session, new: registering.Registered, door: Door) -> HouseholdOut:
    identity = await identity_of(session, new.row.household_id)
    return showing.shown(session, new.row, identity, door.runtime.vault)
