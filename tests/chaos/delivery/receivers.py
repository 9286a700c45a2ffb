"""One service with its real handlers and the real consumer, fed by hand, and the staff who act between two acts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

from bench.drive.database import execute
from huiyin.office.people import Person
from huiyin.office.wire import InProcess
from libs.common.bus.flow import Service
from libs.common.bus.port import Bus
from libs.common.database.session import Database, Session
from libs.common.database.stored_packs import learn_pack
from libs.common.delivery.consumer import Consumer
from libs.common.delivery.handlers import Reactions
from libs.common.events.cases import CallbackTried, CaseEvent, CaseHandled, CaseSigned, ProgressReported
from libs.common.events.terms import Satisfaction
from libs.common.host.service import Resources, RunningService
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.security.vault import Vault
from libs.common.time.clock import SimulatedClock
from services.analytics.main import SPEC as ANALYTICS
from services.dispatch.cases.tables import Case
from services.dispatch.main import SPEC as DISPATCH
from services.dispatch.tasks.actions import handling
from services.dispatch.tasks.schemas import HandIn, ReportProgress, Sign
from services.followup.callbacks.actions import asking
from services.followup.callbacks.actions.finding import load_by_keys
from services.followup.callbacks.schemas import RecordAttempt
from services.followup.callbacks.tables import Callback
from services.followup.main import SPEC as FOLLOWUP
from tests.integration.analytics.county import Tokens, published
from tests.support.histories import START, Told
from tests.support.tiny_service import ANSWER_KEYS

SPECS = {spec.service: spec for spec in (DISPATCH, FOLLOWUP, ANALYTICS)}
_AT_ONCE = 100
_EVERYWHERE = Scope("")


class Receiver:
    """A service that hears. What it says itself goes nowhere."""

    def __init__(self, running: RunningService) -> None:
        self.running = running
        self.service = running.spec.service
        self.database: Database = running.runtime.work_database
        self.consumer: Consumer = running.consumer

    @property
    def operator(self) -> Person:
        """Somebody with the right to see and replay what is parked, over HTTP."""
        return Person(InProcess(self.running.app()), Role.ADMIN)

    async def act(self, acts: Sequence[Sequence[Told]], number: int) -> None:
        """What the staff of this service do after act ``number`` has been heard."""
        does = _STAFF.get(self.service)
        if does is None:
            return
        turns, take = does
        steps = [cast("CaseEvent", told.event) for told in turns(acts, number) if told.source == self.service]
        for start in range(0, len(steps), _AT_ONCE):
            async with self.database.transaction(START) as session:
                await take(session, steps[start : start + _AT_ONCE])


async def _units_work(session: Session, steps: Sequence[CaseEvent]) -> None:
    """Sign, report, hand in, as the history says; a case that no unit leads waits."""
    await session.load(Case, "case_id", (step.case_id for step in steps))
    for step in steps:
        session.now = step.occurred_at
        match step:
            case CaseSigned():
                await handling.sign(session, _asked(step.unit_code), step.case_id, Sign())
            case ProgressReported():
                await handling.report(session, _asked(step.unit_code), step.case_id, ReportProgress(note=step.note))
            case CaseHandled():
                done = HandIn(result_kind=step.result_kind, result=step.result, without_support="协办意见已征求")
                await handling.hand_in(session, _asked(step.unit_code), step.case_id, done)


async def _callers_call(session: Session, steps: Sequence[CaseEvent]) -> None:
    """Ask the citizen, who answers as the history says."""
    await load_by_keys(session, (step.case_id for step in steps))
    for step in steps:
        if not isinstance(step, CallbackTried):
            continue
        session.now = step.occurred_at
        rows = await session.rows(Callback, "case_id", step.case_id, lock=False)
        callback = next(row for row in rows if row.round == step.round)
        content = step.satisfaction is Satisfaction.SATISFIED
        answer = RecordAttempt(
            reached=step.reached,
            contacted=step.contacted,
            solved=step.solved,
            satisfaction=step.satisfaction,
            words=None if content else "问题还在，没有人来处理。",
        )
        asked = Request(Actor(step.caller), _EVERYWHERE, ANY_VERSION)
        await asking.record_attempt(session, asked, callback.callback_id, answer)


def _asked(unit: str) -> Request:
    return Request(Actor("handler-1", unit), _EVERYWHERE, ANY_VERSION)


def _of_this_act(acts: Sequence[Sequence[Told]], number: int) -> Sequence[Told]:
    return acts[number]


def _of_the_next(acts: Sequence[Sequence[Told]], number: int) -> Sequence[Told]:
    return acts[number + 1] if number + 1 < len(acts) else ()


_Turns = Callable[[Sequence[Sequence[Told]], int], Sequence[Told]]
_Take = Callable[[Session, Sequence[CaseEvent]], Awaitable[None]]
_STAFF: dict[Service, tuple[_Turns, _Take]] = {
    Service.DISPATCH: (_of_this_act, _units_work),
    Service.FOLLOWUP: (_of_the_next, _callers_call),
}


@asynccontextmanager
async def open_receiver(service: Service, url: str, *, reactions: Reactions | None = None) -> AsyncIterator[Receiver]:
    """The service on an empty database, with the demo pack, and with handlers of the caller's if given."""
    spec = SPECS[service]
    resources = Resources(url, cast("Bus", None), SimulatedClock(START), Tokens(), cast("Vault", None), ANSWER_KEYS)
    running = RunningService(replace(spec, reactions=reactions or spec.reactions), resources)
    await running.prepare()
    async with running.runtime.work_database.transaction(START) as session:
        await learn_pack(session, published())
    try:
        yield Receiver(running)
    finally:
        await running.stop()


@asynccontextmanager
async def new_database(server: str, name: str) -> AsyncIterator[str]:
    """An empty database on the server of a DSN, dropped afterwards."""
    await execute(server, f"CREATE DATABASE {name}")
    try:
        yield server.rpartition("/")[0] + f"/{name}"
    finally:
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)")
