"""The register of people (人员名册): who is there and where, who is entered, whose term begins or ends, and tables."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.database.stored_staff import refresh_staff
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.sheets import USUAL, csv_of
from libs.common.web.cursors import Page, PageQuery, decode_cursor, encode_cursor
from libs.common.web.door import Door
from libs.common.web.fields import StaffId
from libs.common.web.headers import IdempotencyKey, IfMatch
from libs.common.web.looks import Looks
from libs.common.web.tables import A_TABLE, ImportOut, ImportQuery, rows_of, table_answer, takes_table
from services.dispatch.rights import ListsLooks, LooksAtContacts, ManagesStaff, ReadsStaff
from services.dispatch.staff.actions import changing, contacts, coverage, duties, importing, looks, showing
from services.dispatch.staff.actions.table import table_of
from services.dispatch.staff.schemas import (
    EXPORT,
    ChangeStaff,
    ContactOut,
    CoverageOut,
    CoverageQuery,
    EndTerm,
    EnterStaff,
    LookAtContact,
    LookItem,
    LookList,
    PersonalDutyOut,
    StaffOut,
    StaffQuery,
    TermIn,
    TermNumber,
)

router = APIRouter(prefix="/v1/staff", tags=["staff"])
looks_router = APIRouter(prefix="/v1/staff-looks", tags=["staff"])
"""Not below the people: an office may have given somebody any id."""
coverage_router = APIRouter(prefix="/v1/staff-coverage", tags=["staff"])

_LIST = "dispatch.staff"
_LOOKS = Looks(Service.DISPATCH)
InPath = Annotated[StaffId, Path()]
TableBody = Annotated[bytes, takes_table(USUAL)]


@router.get("", response_model=Page[StaffOut])
async def list_staff(query: Annotated[StaffQuery, Query()], door: ReadsStaff) -> Response:
    """人员, by staff id: of a unit, of a post, in office."""
    after = "" if query.cursor is None else str(decode_cursor(_LIST, query.cursor, [str])[0])

    async def page(session: Session) -> Page[StaffOut]:
        left = [member for member in await showing.matching(session, query) if member.staff_id > after]
        items = left[: query.limit]
        following = encode_cursor(_LIST, [items[-1].staff_id]) if len(left) > query.limit else None
        return Page(items=await showing.shown(session, items), next_cursor=following)

    return door.answer(await door.read(page))


@router.get(f"/{EXPORT}", response_class=Response, responses=A_TABLE)
async def export_staff(query: Annotated[StaffQuery, Query()], door: ReadsStaff) -> Response:
    """The register as a table (人员表导出), which can be imported again; without how anybody is reached. No pages."""

    async def whole(session: Session) -> bytes:
        members = await showing.matching(session, query)
        return csv_of(table_of(members, session.packs.current(session.now).directory))

    return table_answer(await door.read(whole), "staff.csv")


@router.post("/import", response_model=ImportOut)
async def import_staff(
    query: Annotated[ImportQuery, Query()], door: ManagesStaff, table: TableBody, once: IdempotencyKey
) -> Response:
    """A table of people (人员导入): XLSX or CSV, a row for each term. All rows are taken or none, unless `only_good`.

    With `preview` nothing changes, and each bad line is named with its column, the reason and what to do.
    """
    asked, vault = _asked(door), door.runtime.vault
    rows = await rows_of(table, USUAL)
    if query.preview:
        return door.answer(await door.read(lambda session: importing.try_import(session, asked, rows, vault)))
    response = await door.write(
        lambda session: importing.take_import(session, asked, rows, vault, only_good=query.only_good),
        once,
        content=sha256(table).digest(),
    )
    return await _known(door, response)


@router.get("/{staff_id}", response_model=StaffOut)
async def one_member(staff_id: InPath, door: ReadsStaff) -> Response:
    """One person, with all terms there ever were."""
    return door.answer(await door.read(lambda session: showing.find(session, staff_id)))


@router.get("/{staff_id}/duties", response_model=Page[PersonalDutyOut])
async def list_duties(staff_id: InPath, query: Annotated[PageQuery, Query()], door: ReadsStaff) -> Response:
    """个人权责清单: what one person answers for by the posts in office now, by category; of the directory in force."""
    return door.answer(await door.read(lambda session: duties.page(session, staff_id, query)))


@router.post("", response_model=StaffOut, status_code=201)
async def enter_staff(body: EnterStaff, door: ManagesStaff, once: IdempotencyKey) -> Response:
    """A person who is new to the register (录入). Nobody enters themself."""
    asked, vault = _asked(door), door.runtime.vault
    response = await door.write(
        lambda session: changing.enter(session, asked, body, vault),
        once,
        location=lambda member: f"/dispatch/v1/staff/{member.staff_id}",
    )
    return await _known(door, response)


@router.post("/{staff_id}/change", response_model=StaffOut)
async def change_staff(
    staff_id: InPath, body: ChangeStaff, door: ManagesStaff, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Another name, other languages, another contact (变更): what the body names. Needs If-Match."""
    asked, vault = _asked(door, expected), door.runtime.vault
    response = await door.write(lambda session: changing.change(session, asked, staff_id, body, vault), once)
    return await _known(door, response)


@router.post("/{staff_id}/contact", responses={429: {}}, response_model=ContactOut)
async def look_at_contact(staff_id: InPath, body: LookAtContact, door: LooksAtContacts) -> Response:
    """How somebody is reached (查看联系方式). Every look is recorded, with who looked and why.

    429 when the person, by all accounts together, has looked as often within an hour as the office allows.
    """
    asked, runtime = _asked(door), door.runtime
    return await _LOOKS.show(
        door,
        staff_id,
        lambda session: contacts.look(session, asked, staff_id, body.reason, runtime.vault, runtime.looks_per_hour),
    )


@router.post("/{staff_id}/terms", response_model=StaffOut)
async def appoint(
    staff_id: InPath, body: TermIn, door: ManagesStaff, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """任职: one more term of office, as a stand-in (代理) when it names for whom. Needs If-Match."""
    asked = _asked(door, expected)
    return await _known(door, await door.write(lambda session: changing.appoint(session, asked, staff_id, body), once))


@router.post("/{staff_id}/terms/{number}/end", response_model=StaffOut)
async def end_term(
    staff_id: InPath,
    number: Annotated[TermNumber, Path()],
    door: ManagesStaff,
    expected: IfMatch,
    once: IdempotencyKey,
    body: EndTerm | None = None,
) -> Response:
    """离任: a term ends; the rights that follow from it end at that moment. Needs If-Match."""
    asked, ending = _asked(door, expected), body or EndTerm()
    response = await door.write(lambda session: changing.end(session, asked, staff_id, number, ending), once)
    return await _known(door, response)


@looks_router.get("", response_model=Page[LookItem])
async def list_looks(query: Annotated[LookList, Query()], door: ListsLooks) -> Response:
    """Looks at how people are reached (查看记录), at people whose units lie in your area, newest first."""
    return door.answer(await door.read(lambda session: looks.page(session, door.scope, query)))


@coverage_router.get("", response_model=CoverageOut)
async def show_coverage(query: Annotated[CoverageQuery, Query()], door: ReadsStaff) -> Response:
    """岗位覆盖: of a post that is for areas, such as a 网格员, each area in your view: how many people live there, who
    holds the post now, and how many people that makes for each. Areas in which nobody holds it come first.
    """
    return door.answer(await door.read(lambda session: coverage.coverage(session, door.scope, query)))


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)


async def _known(door: Door, response: Response) -> Response:
    """The answer, once this process goes by what it says."""
    await refresh_staff(door.runtime.door_database)
    return response
