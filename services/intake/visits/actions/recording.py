"""Recording a visit (走访登记): the visit, what was raised, the cases that it becomes and the household's place in its
rounds are written together, or none of it."""

from datetime import date, timedelta
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Conflict, invalid
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.events.visit_terms import MatterEnd, VisitOutcome, VisitStep
from libs.common.events.visits import VisitRecorded
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault, VaultCell
from libs.common.visits.placing import REACHING
from services.intake.cases.actions.register import register
from services.intake.households.actions.recording import apply
from services.intake.households.actions.recording import state_of as household_state
from services.intake.households.actions.sealing import check_not_erased, envelope_of
from services.intake.households.domain import Status as HouseholdStatus
from services.intake.households.domain import What
from services.intake.households.domain import decide as decide_of_household
from services.intake.households.queries import identity_of
from services.intake.households.tables import Household
from services.intake.raised.actions.checking import check_recorder, check_times, check_workers
from services.intake.raised.schemas import MatterIn
from services.intake.rounds.actions.following import catch_up, rounds_of_visit, steps_until_now
from services.intake.rounds.tables import VisitRound
from services.intake.visits.actions.checking import check_day, check_words
from services.intake.visits.actions.keeping import (
    check_gap,
    facts_of,
    keep_workers,
    living,
    settle,
    take,
    today,
    when,
)
from services.intake.visits.actions.preparing import ReadyVisit, VisitedHome
from services.intake.visits.actions.showing import shown
from services.intake.visits.domain import State, Status, decide
from services.intake.visits.schemas import RecordVisit, VisitOut
from services.intake.visits.tables import Visit, VisitMatter

_NEW = "intake.visits.new"
_LISTS = ("staff_ids", "purposes", "topics", "photos")


TICK = timedelta(microseconds=1)
"""A visit is recorded later than those that its household has, however many come at once: of a day the first counts."""


class KnownVisit(Conflict):
    """This id is another visit's."""

    type, title, title_zh = "visit-known", "There is another visit of this id", "该编号的走访已存在，内容不同"


async def record(session: Session, asked: Request, principal: Principal, ready: ReadyVisit, vault: Vault) -> VisitOut:
    """A visit that was made. The same id again is answered with the visit that is there.

    Raises:
        Invalid: a field is wrong; names it. Conflict: the household is muted or no more, and nobody was reached.
        TooSoon: it was visited too shortly before, or after. KnownVisit: the id is another visit's.
        WhoLivesThereErased: nothing more is recorded of the household.
    """
    body = ready.body
    household = await lock_household(session, asked, body.household_id)
    rows = await session.rows(Visit, "household_id", body.household_id)
    known = await _known(session, body)
    if known is not None:
        return await shown(session, asked.scope, known)
    session.now = max([session.now, *(row.recorded_at + TICK for row in rows)])
    _check(session, principal, ready)
    identity = await identity_of(session, body.household_id)
    if identity is not None:
        check_not_erased(identity)
    times = when(session, body.started_at)
    unmuted = await meet(session, household, body.outcome, times["day"], asked.actor)
    rounds = await rounds_in(session, body.household_id, times["day"], body.round_id)
    row = _new(session, asked.actor, ready, household, times, rounds)
    check_gap(session, row, living(rows), rounds)
    await keep_workers(session, row)
    take(session, row, decide(State(), VisitStep.RECORD, body.staff_ids, asked.actor, session.now), {})
    if identity is not None:
        _keep_matters(session, row, ready, envelope_of(vault, identity))
    await settle(session, row, rows)
    session.publish(VisitRecorded(**await facts_of(session, row)))
    for draft in ready.drafts.values():
        await register(session, draft, asked.scope)
    session.info.setdefault(_NEW, set()).add(row.visit_id)
    return await shown(session, asked.scope, row, unmuted=unmuted, new=True)


def is_new(session: Session, visit_id: str) -> bool:
    """Whether the visit was recorded by this transaction, and is not one that was there."""
    return visit_id in session.info.get(_NEW, ())


async def lock_household(session: Session, asked: Request, household_id: str) -> Household:
    """The household, locked, so that its visits are taken one after the other. Invalid when it is out of reach."""
    row = await session.one(Household, "household_id", household_id)
    if row is None or not asked.scope.covers(row.area_code):
        raise invalid("household_id", "is no household in your reach", "户不存在或不在管辖范围内")
    session.now = max(session.now, row.registered_at)
    await catch_up(session)
    return row


async def meet(session: Session, household: Household, outcome: VisitOutcome, day: date, actor: Actor) -> bool:
    """A muted household is visited only by being found: then it is unmuted, by the visit; whether it is that.

    Invalid when the register did not know it yet; Conflict when it was no more, or is muted and was not found.
    """
    steps = await steps_until_now(session, household.household_id)
    check_day(next(step.holds_from for step in steps if step.action is HouseholdStep.REGISTER), day)
    ended = next((step.holds_from for step in steps if step.action is HouseholdStep.MERGE), None)
    if ended is not None and day >= ended:
        into = household.merged_into
        raise Conflict(f"The household is part of {into} since {ended}", f"该户已于 {ended} 并入 {into}")
    before = sorted((step for step in steps if step.holds_from <= day), key=lambda one: (one.holds_from, one.version))
    words = [step.facts[HouseholdFact.MUTED_FOR] for step in before if HouseholdFact.MUTED_FOR in step.facts]
    if not words or words[-1] is None or household.status is not HouseholdStatus.MUTED:
        return False
    if outcome not in REACHING:
        raise Conflict(
            "The household is muted: only a visit that finds somebody is recorded", "该户已静默，仅可登记见到人的走访"
        )
    identity = await identity_of(session, household.household_id, lock=True)
    if identity is not None:
        check_not_erased(identity)
    state = household_state(household)
    why = "走访见到该户人员，自动解除静默"
    said = decide_of_household(state, HouseholdStep.UNMUTE, What(day), actor, session.now, today(session), why)
    apply(session, household, state, said, identity)
    return True


async def rounds_in(session: Session, household_id: str, day: date, asked: str | None) -> dict[str, VisitRound]:
    """The rounds in which the visit was made; Invalid when the one that was named is none of them."""
    rounds = dict(await rounds_of_visit(session, household_id, day))
    if asked is None:
        return rounds
    if asked not in rounds:
        message = "is no round in which this household is visited on that day"
        raise invalid("round_id", message, "该户当日不在此轮次的走访范围内")
    return {asked: rounds[asked]}


def words_of(home: VisitedHome, told: dict[str, Any]) -> dict[str, Any]:
    """What was told of a visit as its row has it: lists, and words with all that is known of the household hidden."""
    kept: dict[str, Any] = {name: [*dict.fromkeys(told[name])] for name in _LISTS}
    findings = {
        code: home.hidden_in(value) if isinstance(value, str) else value for code, value in told["findings"].items()
    }
    quantities = [
        {"what": home.hidden_in(one.what), "number": f"{one.number:f}", "unit": home.hidden_in(one.unit)}
        for one in told["quantities"]
    ]
    guide = None if told["guide"] is None else home.hidden_in(told["guide"])
    words = {"materials": {**told["materials"]}, "findings": findings, "quantities": quantities, "guide": guide}
    return kept | words | {name: told[name] for name in ("started_at", "ended_at", "outcome", "place_code")}


async def _known(session: Session, body: RecordVisit) -> Visit | None:
    if body.visit_id is None:
        return None
    known = await session.one(Visit, "visit_id", body.visit_id, lock=False)
    if known is not None and (known.household_id, known.started_at) != (body.household_id, body.started_at):
        raise KnownVisit
    return known


def _check(session: Session, principal: Principal, ready: ReadyVisit) -> None:
    body, directory = ready.body, session.packs.current(session.now).directory
    check_times(session.now, body.started_at, body.ended_at)
    check_recorder(principal, body.staff_ids)
    check_workers(session, body.staff_ids, body.started_at)
    check_words(directory, dict(body), body.outcome)


def _new(
    session: Session,
    actor: Actor,
    ready: ReadyVisit,
    household: Household,
    times: dict[str, Any],
    rounds: dict[str, VisitRound],
) -> Visit:
    values: dict[str, Any] = words_of(ready.home, dict(ready.body)) | times
    return session.new(
        Visit,
        visit_id=ready.body.visit_id or str(uuid_utils.uuid7()),
        household_id=household.household_id,
        status=Status.RECORDED,
        area_code=household.area_code,
        rounds=sorted(rounds),
        duplicate_of=None,
        entered_by=actor.person,
        entered_on=today(session),
        recorded_at=session.now,
        void_asked_by=None,
        version=0,
        **values,
    )


def _keep_matters(session: Session, row: Visit, ready: ReadyVisit, envelope: KeyEnvelope) -> None:
    for number, matter in enumerate(ready.body.matters, start=1):
        draft = ready.drafts.get(number)
        words = _words(row, number, matter, ready.home, envelope) if matter.what is MatterEnd.EXPLAINED else {}
        session.new(
            VisitMatter,
            visit_id=row.visit_id,
            number=number,
            ended=matter.what,
            kind=matter.kind,
            category_code=matter.category_code,
            case_id=None if draft is None else draft.event.case_id,
            text=words.get("text"),
            answer=words.get("answer"),
            sealed_text=words.get("sealed_text"),
        )


def _words(row: Visit, number: int, matter: MatterIn, home: VisitedHome, envelope: KeyEnvelope) -> dict[str, Any]:
    """Of what was explained: masked, and sealed as it came where masking changed it."""
    said = f"{matter.text}\n{matter.answer or ''}"
    text, answer = home.hidden_in(matter.text), home.hidden_in(matter.answer or "")
    cell = VaultCell("visit_matter", f"text {row.visit_id} {number}", row.household_id)
    sealed = None if f"{text}\n{answer}" == said else envelope.seal(said, aad=cell)
    return {"text": text, "answer": answer, "sealed_text": sealed}
