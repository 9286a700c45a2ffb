"""What the office of a letter does: draft it, sign it off and send it, remind, accept or send back, withdraw."""

from datetime import datetime
from fractions import Fraction
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.letter_terms import LetterStep
from libs.common.letter_numbers import letter_number
from libs.common.pack.directory import UnknownCode
from libs.common.pack.schema import LetterKind, LetterOffice
from libs.common.rules.machine import SYSTEM, NotTheirs, OutOfTurn
from libs.common.rules.requests import Request
from libs.common.rules.steps import seen_of
from libs.common.security.masking import mask_text
from libs.common.time.due import Limit, LimitUnit, due, fraction
from libs.common.time.moments import local_day
from services.dispatch.cases.actions.steps import CASES, check_length, visible_for
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.tables import Case
from services.dispatch.letters import domain, queries
from services.dispatch.letters.actions.keeping import keep_new, load, take
from services.dispatch.letters.actions.showing import shown
from services.dispatch.letters.domain import ENDED, LetterState
from services.dispatch.letters.schemas import DraftLetter, LetterOut, SendBack
from services.dispatch.routing.actions.giving import today
from services.dispatch.routing.domain.choosing import accused

_PERCENT = 100


async def draft(session: Session, asked: Request, body: DraftLetter) -> LetterOut:
    """A letter that waits to be signed off; it has no number yet."""
    case = None
    if body.case_id is not None:
        case = await visible_for(session, asked, body.case_id, Action.LETTER_DRAFT)
        session.now = max(session.now, CASES.state_of(case).last_at)
    office = office_of(session, asked.actor.unit_code)
    kind = _kind(session, body.kind)
    if kind is None:
        raise invalid("kind", "is not one of the pack's kinds of letter", "不是县包规定的函件种类")
    _check_receiver(session, case, office.unit, body.to_unit)
    words: dict[str, Any] = {name: mask_text(getattr(body, name)) for name in ("subject", "body")}
    check_length("body", words["body"], 1, session.packs.current(session.now).directory.pack.texts.result_max)
    letter = LetterState(
        letter_id=str(uuid_utils.uuid7()),
        case_id=None if case is None else case.case_id,
        round=None if case is None else case.round,
        kind=kind.code,
        office=office.unit,
        to_unit=body.to_unit,
        days=body.days or kind.days,
        drafted_by=asked.actor.subject,
        drafted_by_staff=asked.actor.staff_id,
        drafted_at=session.now,
        **words,
    )
    return shown(session, keep_new(session, case, letter, asked.actor), case)


def office_of(session: Session, unit_code: str | None) -> LetterOffice:
    """The unit as the pack lets it write letters; NotTheirs when it does not."""
    rules = session.packs.current(session.now).directory.pack.letters
    office = next((office for office in rules.offices if office.unit == unit_code), None)
    if office is None:
        raise NotTheirs("Your unit writes no letters here, as the county pack says", "按县包规定本单位不得发函")
    return office


def _kind(session: Session, code: str) -> LetterKind | None:
    kinds = session.packs.current(session.now).directory.pack.letters.kinds
    return next((kind for kind in kinds if kind.code == code), None)


def _check_receiver(session: Session, case: Case | None, office: str, to_unit: str) -> None:
    if to_unit == office:
        raise invalid("to_unit", "is your own unit", "系本单位，无需发函")
    try:
        session.packs.current(session.now).directory.unit(to_unit)
    except UnknownCode as unknown:
        raise UnknownCode("to_unit", to_unit, unknown.successor) from unknown
    if case is not None and today(session, case).is_accused(to_unit):
        raise accused("to_unit")


async def send(session: Session, asked: Request, letter_id: str) -> LetterOut:
    """签发: it gets the next number of its office, kind and year, and its reply is due from now on."""
    row, case = await load(session, asked, letter_id)
    office, kind = office_of(session, row.office), _kind(session, row.kind)
    if kind is None:
        raise OutOfTurn(
            f"The county pack has letters of the kind {row.kind} no more; withdraw it",
            f"县包已不再设“{row.kind}”类函件，请撤回",
        )
    _check_receiver(session, case, row.office, row.to_unit)
    letter = seen_of(LetterState, row)
    domain.decide(letter, LetterStep.SEND, asked.actor, session.now, another_signs=kind.another_signs)
    zone = session.packs.current(session.now).directory.calendar().time_zone
    year = local_day(session.now, zone).year
    number = await queries.next_number(session, row.office, row.kind, year)
    no = letter_number(kind.number, office.word, year, number)
    if await queries.is_taken(session, no):
        raise OutOfTurn(
            f"Another letter has the number {no}; the county pack's rule would give it twice",
            f"文号“{no}”已用于其他函件，请检查县包的发文字号规则",
        )
    warn_at, due_at = _times(session, row.days)
    numbered: dict[str, Any] = {"number": number, "year": year, "no": no, "warn_at": warn_at, "due_at": due_at}
    step = LetterStep.SEND
    said = domain.decide(letter, step, asked.actor, session.now, another_signs=kind.another_signs, **numbered)
    take(session, row, case, said)
    return shown(session, row, case)


def _times(session: Session, days: int) -> tuple[datetime, datetime]:
    """When a reply that is due in so many working days is warned of, and due."""
    directory = session.packs.current(session.now).directory
    calendar, percent = directory.calendar(), directory.ladder.warn_percent
    due_at = due(session.now, Limit(days, LimitUnit.WORK_DAY), calendar)
    return fraction(session.now, due_at, Fraction(percent, _PERCENT), calendar=calendar), due_at


async def accept(session: Session, asked: Request, letter_id: str, opinion: str) -> LetterOut:
    """复函认可: the reply does; nothing waits for the letter any more."""
    return await _step(session, asked, letter_id, LetterStep.ACCEPT, opinion=mask_text(opinion))


async def send_back(session: Session, asked: Request, letter_id: str, body: SendBack) -> LetterOut:
    """复函退回: the reply does not do, and another is due so many working days from now."""
    row, case = await load(session, asked, letter_id)
    warn_at, due_at = _times(session, body.days or row.days)
    facts: dict[str, Any] = {"opinion": mask_text(body.opinion), "warn_at": warn_at, "due_at": due_at}
    said = domain.decide(seen_of(LetterState, row), LetterStep.SEND_BACK, asked.actor, session.now, **facts)
    take(session, row, case, said)
    return shown(session, row, case)


async def remind(session: Session, asked: Request, letter_id: str, text: str) -> LetterOut:
    """催复: a reminder goes after it."""
    return await _step(session, asked, letter_id, LetterStep.REMIND, reminder=mask_text(text))


async def withdraw(session: Session, asked: Request, letter_id: str, reason: str) -> LetterOut:
    """撤回: nobody waits for it; what number it had it keeps."""
    return await _step(session, asked, letter_id, LetterStep.WITHDRAW, opinion=mask_text(reason))


async def recuse(session: Session, case: Case) -> None:
    """A letter from or to whoever is complained about, or is below who is, is withdrawn."""
    now = today(session, case)
    for row in await queries.letters_of(session, case.case_id):
        if row.status not in ENDED and (now.is_accused(row.to_unit) or now.is_accused(row.office)):
            why = "被反映单位应当回避 it is complained about, or below who is"
            letter = seen_of(LetterState, row)
            take(session, row, case, domain.decide(letter, LetterStep.WITHDRAW, SYSTEM, session.now, opinion=why))


async def _step(session: Session, asked: Request, letter_id: str, step: LetterStep, **facts: Any) -> LetterOut:
    row, case = await load(session, asked, letter_id)
    take(session, row, case, domain.decide(seen_of(LetterState, row), step, asked.actor, session.now, **facts))
    return shown(session, row, case)
