"""The desk: who somebody is here, what they may do with a case now, and what waits for them to decide."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.errors import Forbidden
from libs.common.security.policy import has_right
from libs.common.security.right import Right
from libs.common.web.cursors import Page
from libs.common.web.door import Door
from libs.common.web.fields import CaseId
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.calls.queries import called_case
from services.dispatch.cases.api import item, seen
from services.dispatch.cases.queries import veil_of
from services.dispatch.cases.tables import Case
from services.dispatch.desk import actions, queries
from services.dispatch.desk.actions import Caller
from services.dispatch.desk.domain import ANSWERS
from services.dispatch.desk.schemas import DeskOut, StepOut, StepsOut, WaitingQuery, WaitingRequestOut
from services.dispatch.requests.api import request_out
from services.dispatch.requests.schemas import veiled
from services.dispatch.rights import AnswersCall, DecidesRequest, KeepsOwnAccount, ReadsWork

router = APIRouter(prefix="/v1", tags=["desk 工作台"])


@router.get("/desk", response_model=DeskOut)
async def read_desk(door: KeepsOwnAccount) -> Response:
    """Who asks, for which unit, and with which rights 我的权限."""
    who = door.principal

    async def read(session: Session) -> DeskOut:
        member = None if who.staff_id is None else session.staff.member(who.staff_id)
        directory = session.packs.current(door.now).directory
        known = who.unit_code in set(directory.unit_codes)
        return DeskOut(
            subject=who.subject,
            staff_id=who.staff_id,
            name=None if member is None else member.name,
            unit_code=who.unit_code,
            unit_name=directory.unit(who.unit_code).name if known and who.unit_code is not None else None,
            units=tuple(sorted(who.own_units)),
            area_code=who.area_code,
            rights=tuple(right for right in Right if has_right(who, right)),
        )

    return door.answer(await door.read(read))


@router.get("/cases/{case_id}/steps", response_model=StepsOut)
async def list_steps(case_id: CaseId, door: ReadsWork) -> Response:
    """What the caller may do with the case now 可办事项, and what stands against what is theirs to do."""

    async def steps(session: Session) -> StepsOut:
        await actions.load_around(session, [case_id])
        case = await seen(session, door, case_id)
        found = await actions.steps_of(session, _caller(door), case)
        return StepsOut(version=case.version, steps=[StepOut.of(step) for step in found])

    return door.answer(await door.read(steps))


@router.get("/calls/{case_id}/steps", response_model=StepsOut)
async def list_steps_of_call(case_id: CaseId, door: AnswersCall) -> Response:
    """What a summoned unit may do with its own task now 可办事项."""

    async def steps(session: Session) -> StepsOut:
        await actions.load_around(session, [case_id])
        case = await called_case(session, door.scope, case_id, door.actor.unit_code, lock=False)
        found = await actions.steps_of_call(session, door.actor, case)
        return StepsOut(version=case.version, steps=[StepOut.of(step) for step in found])

    return door.answer(await door.read(steps))


@router.get("/waiting-requests", response_model=Page[WaitingRequestOut])
async def list_waiting_requests(query: Annotated[WaitingQuery, Query()], door: DecidesRequest) -> Response:
    """What units ask for that waits to be decided 待审核申请, of the kinds that the caller decides on; oldest first."""
    caller = _caller(door)
    kinds = [kind for kind in ANSWERS if caller.has(ANSWERS[kind][0]) and query.kind in (None, kind)]
    if not kinds:
        raise Forbidden(f"You do not decide on this kind: {query.kind}", f"您不审核此类申请：{query.kind}")
    statement = queries.waiting_statement(door.scope, kinds, query)

    async def waiting(session: Session) -> list[tuple[UnitRequest, WaitingRequestOut]]:
        rows = await queries.list_waiting(session, statement)
        await actions.load_around(session, [row.case_id for row in rows])
        found = []
        for row in rows:
            case = await session.one(Case, "case_id", row.case_id, lock=False)
            if case is not None:
                steps = await actions.answers_to(session, caller, case, row)
                found.append((row, _waiting(door, row, case, [StepOut.of(step) for step in steps])))
        return found

    rows = await door.read(waiting)
    out = {(row.case_id, row.version): shown for row, shown in rows}
    keyset = queries.WAITING_KEYSET
    return door.answer(keyset.page([row for row, _ in rows], query.limit, lambda row: out[row.case_id, row.version]))


def _caller(door: Door) -> Caller:
    return Caller(door.principal, door.actor, door.scope.own)


def _waiting(door: Door, row: UnitRequest, case: Case, steps: list[StepOut]) -> WaitingRequestOut:
    veil = veil_of(door.packs, case, door.principal.own_units, door.now)
    return WaitingRequestOut(request=veiled(request_out(row), veil), case=item(door, case), steps=steps)
