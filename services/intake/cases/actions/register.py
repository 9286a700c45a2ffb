"""Registering (登记): the busiest path of the house. A batch of any size costs one statement for all its new rows."""

from collections.abc import Iterable

from libs.common.database.session import Session
from libs.common.errors import Conflict, FieldError, Overtaken
from libs.common.events.accused import also_accused
from libs.common.events.cases import CaseAnsweredDirectly
from libs.common.security.policy import Scope
from services.intake.cases.actions.drafts import Draft
from services.intake.cases.actions.repeats import check_repeat, repeat_at_registration
from services.intake.cases.actions.unit_of_work import add_entry, unit_of_work
from services.intake.cases.domain.lifecycle import FIRST_ROUND, Said, State, Status, Words
from services.intake.cases.queries.locking import KnownCase, SourceKey, known_cases
from services.intake.cases.queries.reach import sees
from services.intake.cases.schemas import Receipt, status_zh

_INFO = "intake.registrations"
_REGISTER = """
    WITH new AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                             $8::text[], $9::text[], $10::boolean[], $11::boolean[], $12::text[], $13::text[],
                             $14::timestamptz[], $15::timestamptz[], $16::int[], $17::text[], $18::timestamptz[],
                             $19::text[], $20::boolean[], $21::text[], $22::bytea[], $23::bytea[], $24::boolean[],
                             $25::bytea[], $26::bytea[], $27::bytea[], $28::bytea[], $29::bytea[], $30::boolean[],
                             $31::text[], $32::text[], $33::date[], $34::bytea[])
            AS r(case_id, case_no, channel, kind, urgency, category_code, area_code, accused_unit, title,
                 confidential, callback_wanted, source_system, source_no, occurred_at, registered_at, pack_version,
                 callback_declined_how, callback_declined_at, status, answered_directly, text, sealed_title,
                 sealed_text, named, sealed_name, sealed_phone, sealed_id_no, sealed_home, phone_index, anonymous,
                 words, also_accused, needed_by, wrapped)
    ), written AS (
        INSERT INTO cases (case_id, case_no, channel, kind, urgency, category_code, area_code, accused_unit, title,
                           confidential, callback_wanted, source_system, source_no, occurred_at, registered_at,
                           pack_version, callback_declined_how, callback_declined_at, status, answered_directly,
                           anonymous, words, round, version, updated_at, also_accused, needed_by)
        SELECT case_id, case_no, channel, kind, urgency, category_code, area_code, accused_unit, title,
               confidential, callback_wanted, source_system, source_no, occurred_at, registered_at,
               pack_version, callback_declined_how, callback_declined_at, status, answered_directly,
               anonymous, words, 1, 1, registered_at, string_to_array(also_accused, chr(10)),
               needed_by
        FROM new ORDER BY source_system, source_no
        ON CONFLICT (source_system, source_no) WHERE source_no IS NOT NULL DO NOTHING
        RETURNING 1
    ), worded AS (
        INSERT INTO wording (case_id, text, sealed_title, sealed_text, held)
        SELECT case_id, text, sealed_title, sealed_text, words = 'held' FROM new
    ), named AS (
        INSERT INTO requester (case_id, sealed_name, sealed_phone, sealed_id_no, sealed_home, phone_index)
        SELECT case_id, sealed_name, sealed_phone, sealed_id_no, sealed_home, phone_index FROM new WHERE named
    ), keyed AS (
        INSERT INTO case_key (case_id, wrapped) SELECT case_id, wrapped FROM new WHERE wrapped IS NOT NULL
    )
    SELECT count(*) AS written FROM written
"""
_NOBODY = (False, None, None, None, None, None)


async def look_up_sources(session: Session, keys: Iterable[SourceKey]) -> None:
    """Find, in one query, which of these numbers were registered before."""
    known = unit_of_work(session).known
    missing = {key for key in keys if key not in known}
    if missing:
        found = await known_cases(session, missing)
        known.update((key, found.get(key)) for key in missing)


async def known_before(session: Session, draft: Draft) -> KnownCase | None:
    """The case that the same source number has already, in this very transaction or before."""
    if draft.source is None:
        return None
    await look_up_sources(session, [draft.source])
    return unit_of_work(session).known[draft.source]


async def register(session: Session, draft: Draft, scope: Scope) -> Receipt:
    """A new case; Conflict, naming the other, when its source number has one already."""
    known = await known_before(session, draft)
    if known is not None:
        raise already_registered(known, scope, draft.by)
    await check_repeat(session, scope, draft.event)
    state = write_case(session, draft)
    repeat_at_registration(session, draft.event, (draft.by, draft.by_unit, draft.by_staff))
    return Receipt(
        case_id=draft.event.case_id,
        case_no=draft.event.case_no,
        status=state.status,
        status_zh=status_zh(state.status),
        round=state.round,
        registered_at=draft.event.registered_at,
        version=state.version,
    )


def write_case(session: Session, draft: Draft) -> State:
    """Write a case whose source number is known to be new, and say that it came in."""
    event = draft.event
    work = unit_of_work(session)
    if draft.source is not None:
        work.known[draft.source] = KnownCase(
            event.case_id,
            event.case_no,
            event.area_code,
            None,
            event.accused_unit,
            also_accused(event),
            event.source_system,
            registered_by=draft.by,
        )
    state = State(
        status=Status.REGISTERED if draft.answer is None else Status.ANSWERED,
        category_code=event.category_code,
        answered_directly=draft.answer is not None,
        words=Words.HELD if event.held else Words.AS_MASKED,
    )
    session.info.setdefault(_INFO, []).append(_row(draft, state))
    session.before_commit(_INFO, _write)
    _say(session, draft, state)
    return state


def already_registered(known: KnownCase, scope: Scope, account: str) -> Conflict:
    """Names the case of the same source number to those who may see it."""
    if known.is_of_another_than(account):
        return taken_by_another()
    if not sees(scope, known):
        return Conflict("This source_no is registered already", "该来源编号已登记")
    return Conflict(
        f"This source_no is registered already, as {known.case_no}",
        f"该来源编号已登记，工单编号 {known.case_no}",
        extra={"case_id": known.case_id, "case_no": known.case_no},
    )


def taken_by_another() -> Conflict:
    """A number of an outside system that somebody else had registered under its name, before names had owners: the
    complaint is not here, and that must not pass for a repeated one."""
    wrong = FieldError(
        "source_no",
        "was registered by somebody else under your name: send the complaint under another number, and tell the office",
        "该编号此前被他人以本系统名义登记，请换用其他编号重新报送并告知管理员",
    )
    return Conflict(wrong.message, wrong.message_zh, fields=[wrong])


def _say(session: Session, draft: Draft, state: State) -> None:
    event = draft.event
    session.publish(event, first=True)
    registered = Said(event.registered_at, "registered", FIRST_ROUND, event.title, draft.by_unit, draft.by)
    add_entry(session, event.case_id, state, registered)
    if draft.answer is None:
        return
    session.publish(
        CaseAnsweredDirectly(
            occurred_at=event.registered_at,
            case_id=event.case_id,
            round=FIRST_ROUND,
            answer=draft.answer,
            answered_by_unit=draft.answered_by_unit,
            answered_by=draft.by,
            answered_by_staff=draft.answered_by_staff,
            level=session.packs.version(event.pack_version).level_of(draft.answered_by_unit),
        )
    )
    unit = draft.answered_by_unit
    answered = Said(event.registered_at, "answered_directly", FIRST_ROUND, draft.answer, unit, draft.by)
    add_entry(session, event.case_id, state, answered)


def _row(draft: Draft, state: State) -> tuple[object, ...]:
    event, who = draft.event, draft.requester
    named = _NOBODY if who is None else (True, who.name, who.phone, who.id_no, who.home, who.phone_index)
    return (
        event.case_id,
        event.case_no,
        event.channel,
        event.kind,
        event.urgency,
        event.category_code,
        event.area_code,
        event.accused_unit,
        event.title,
        event.confidential,
        event.callback_wanted,
        event.source_system,
        event.source_no,
        event.occurred_at,
        event.registered_at,
        event.pack_version,
        event.callback_declined_how,
        event.callback_declined_at,
        state.status,
        state.answered_directly,
        event.text,
        draft.sealed_title,
        draft.sealed_text,
        *named,
        event.anonymous,
        state.words,
        # No name of a unit or of a member of staff has a line break.
        "\n".join(also_accused(event)),
        event.needed_by,
        draft.key,
    )


async def _write(session: Session) -> None:
    rows = session.info[_INFO]
    written = (await session.fetch(_REGISTER, *map(list, zip(*rows, strict=True))))[0].written
    if written < len(rows):
        raise Overtaken("another process registered the same source number")
