"""From what was sent to what is written (登记前的核对): everything that can be checked, masked and sealed beforehand.

It happens before the case joins a batch, so that a wrong request disturbs nobody and the transaction stays short.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import uuid_utils

from libs.common.errors import FieldError, Forbidden, Invalid, invalid
from libs.common.events.cases import CaseRegistered
from libs.common.events.people import person_name
from libs.common.pack.directory import Directory
from libs.common.pack.versions import ShelvedPack
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.personal_numbers import is_personal_number
from libs.common.security.policy import Scope, has_right
from libs.common.security.principal import Principal, Role
from libs.common.security.vault import Vault, VaultCell, print_of_sealed
from libs.common.time.moments import day_start, local_day
from libs.common.web.fields import not_in_future
from services.intake import rights
from services.intake.cases.domain.titles import HELD_TEXT, held_title, title_of
from services.intake.cases.queries.locking import SourceKey
from services.intake.cases.schemas import RegisterCase
from services.intake.requesters.actions import NOBODY, SealedRequester, new_envelope, own_words, seal_requester
from services.intake.requesters.domain import Own

_MILLISECONDS_OF_A_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Desk:
    """Where cases are registered: who sits there, by which pack, at what time."""

    principal: Principal
    scope: Scope
    shelved: ShelvedPack
    vault: Vault
    now: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A case that is ready to be written. ``event`` holds all of it that may leave intake."""

    event: CaseRegistered
    sealed_title: bytes | None
    sealed_text: bytes | None
    requester: SealedRequester | None
    key: bytes | None
    """Of the case, wrapped; None where nothing is sealed."""
    answer: str | None
    by: str
    by_unit: str | None
    by_staff: str | None
    ref: str | None
    answered_by_unit: str | None = None
    answered_by_staff: str | None = None
    """Who gave the answer: whoever registers it, or who made the visit that somebody writes down."""

    @property
    def source(self) -> SourceKey | None:
        """What makes it the same as one that was sent before."""
        if self.event.source_system is None or self.event.source_no is None:
            return None
        return self.event.source_system, self.event.source_no


def check(desk: Desk, body: RegisterCase) -> None:
    """Raise what is wrong with a registration.

    Raises:
        Forbidden: the area is not the caller's, or it may not answer directly.
        Invalid: a field is wrong; names it.
    """
    _check_codes(desk.shelved.directory, body)
    if not desk.scope.covers(body.area_code):
        own = desk.principal.area_code
        raise _forbidden(
            "area_code",
            f"is not in your area: you register for {own} and what lies in it",
            f"不在您的辖区内，您只能登记 {own} 辖区内的诉求",
        )
    _check_answer(desk, body)
    _check_declined(body)
    _check_source(desk, body)
    _check_anonymous(body)
    for field in ("occurred_at", "callback_declined_at"):
        if (moment := getattr(body, field)) is not None:
            not_in_future(moment, desk.now, field)
    _check_needed_by(desk, body.needed_by)


def draft_case(desk: Desk, body: RegisterCase, case_no: str) -> Draft:
    """The case of a registration that ``check`` found right. Invalid when the phone is none."""
    case_id = _new_id(desk, confidential=body.confidential)
    held = body.confidential or body.anonymous
    own = own_words(body.requester, keeps_places=not held)
    title, masked = _told_while_held(desk, body) if held else told_of(own, body.title, body.text)
    envelope = new_envelope(desk.vault, case_id)
    sealed_title = sealed_original(envelope, "title", case_id, body.title, title)
    sealed_text = sealed_original(envelope, "text", case_id, body.text, masked)
    requester = seal_requester(desk.vault, envelope, case_id, body.requester)
    event = CaseRegistered(
        # The other machine's clock may run a little ahead of ours; nothing is registered before it was said.
        occurred_at=min(body.occurred_at or desk.now, desk.now),
        case_id=case_id,
        case_no=case_no,
        channel=body.channel,
        kind=body.kind,
        urgency=body.urgency,
        category_code=body.category_code,
        area_code=body.area_code,
        title=title,
        text=masked,
        confidential=body.confidential,
        anonymous=body.anonymous,
        held=held,
        accused_unit=next(iter(accused_units(body)), None),
        accused_units=accused_units(body),
        accused_staff=tuple(dict.fromkeys(body.accused_staff)),
        callback_wanted=body.callback_wanted,
        callback_declined_how=body.callback_declined_how,
        callback_declined_at=body.callback_declined_at,
        answered_at_once=body.direct_answer is not None,
        needed_by=body.needed_by,
        source_system=body.source_system or desk.scope.source_system,
        source_no=body.source_no,
        pack_version=desk.shelved.version,
        registered_at=desk.now,
        petition=body.petition,
        repeat_of=body.repeat_of,
        sealed=print_of_sealed(sealed_title, sealed_text, *(requester or NOBODY)),
    )
    return Draft(
        event=event,
        sealed_title=sealed_title,
        sealed_text=sealed_text,
        requester=requester,
        key=envelope.wrapped if requester or sealed_title or sealed_text else None,
        answer=None if body.direct_answer is None else own.hidden_in(body.direct_answer),
        by=desk.principal.subject,
        by_unit=desk.principal.unit_code,
        by_staff=desk.principal.staff_id,
        ref=body.ref,
        answered_by_unit=desk.principal.unit_code,
        answered_by_staff=desk.principal.staff_id,
    )


def _new_id(desk: Desk, *, confidential: bool) -> str:
    """An id holds the millisecond at which it was made; that of a confidential case one that is drawn from its day."""
    if not confidential:
        return str(uuid_utils.uuid7())
    zone = desk.shelved.directory.calendar().time_zone
    drawn = secrets.randbelow(_MILLISECONDS_OF_A_DAY)
    moment = day_start(local_day(desk.now, zone), zone) + timedelta(milliseconds=drawn)
    return str(uuid_utils.uuid7(nanoseconds=round(moment.timestamp() * 1_000) * 1_000_000))


def told_of(own: Own, title: str | None, text: str) -> tuple[str, str]:
    """Title and text as rules let them travel; without a title, the first sentence."""
    masked = own.hidden_in(text)
    return title_of(masked) if title is None else own.hidden_in(title), masked


def _told_while_held(desk: Desk, body: RegisterCase) -> tuple[str, str]:
    """What stands for title and text until a person has worded them: nothing of what was said."""
    directory = desk.shelved.directory
    name = None if body.category_code is None else directory.category(body.category_code).name
    return held_title(name, confidential=body.confidential), HELD_TEXT


def wording_cell(column: str, case_id: str) -> VaultCell:
    """Where an original title or text belongs."""
    return VaultCell("wording", column, case_id)


def sealed_original(
    envelope: KeyEnvelope, column: str, case_id: str, original: str | None, masked: str
) -> bytes | None:
    """The original words, sealed, when masking changed them."""
    if original is None or original == masked:
        return None
    return envelope.seal(original, aad=wording_cell(column, case_id))


def _check_codes(directory: Directory, body: RegisterCase) -> None:
    directory.area(body.area_code)
    if body.category_code is not None:
        directory.category(body.category_code)
    if body.accused_unit is not None:
        check_unit(directory, "accused_unit", body.accused_unit)
    check_accused(directory, body.accused_units, body.accused_staff)
    limits = directory.pack.texts
    for field, text, longest in (
        ("title", body.title, limits.title_max),
        ("text", body.text, limits.text_max),
        ("direct_answer", body.direct_answer, limits.result_max),
    ):
        check_length(field, text, longest)


def check_length(field: str, text: str | None, longest: int) -> None:
    """Invalid when a text is longer than the pack allows."""
    if text is not None and len(text) > longest:
        raise invalid(field, f"must have at most {longest} characters", f"最多 {longest} 个字符")


def _check_needed_by(desk: Desk, day: date | None) -> None:
    today = local_day(desk.now, desk.shelved.directory.calendar().time_zone)
    if day is not None and day < today:
        raise invalid("needed_by", f"lies in the past; today is {today}", f"不能早于今天（{today}）")


def accused_units(body: RegisterCase) -> tuple[str, ...]:
    """The units complained about, each once; the one that is named alone first."""
    alone = () if body.accused_unit is None else (body.accused_unit,)
    return tuple(dict.fromkeys((*alone, *body.accused_units)))


def check_accused(directory: Directory, units: Sequence[str], staff: Sequence[str]) -> None:
    """Invalid, naming the field, where a unit is none of the pack, or an id is a person's number and no office's."""
    for index, code in enumerate(units):
        check_unit(directory, f"accused_units/{index}", code)
    for index, staff_id in enumerate(staff):
        if is_personal_number(staff_id, date.max):
            raise invalid(
                f"accused_staff/{index}",
                "looks like a phone or ID number; send the number of the office's register",
                "形似手机号或身份证号，请填写人员编号",
            )


def check_unit(directory: Directory, field: str, code: str) -> None:
    """Invalid, naming the field, when the pack has no such unit."""
    try:
        directory.unit(code)
    except Invalid as error:
        wrong = error.fields[0]
        raise invalid(field, wrong.message, wrong.message_zh) from error


def _forbidden(field: str, message: str, message_zh: str) -> Forbidden:
    return Forbidden(message, message_zh, fields=[FieldError(field, message, message_zh)])


def _check_answer(desk: Desk, body: RegisterCase) -> None:
    if body.direct_answer is None:
        return
    if not has_right(desk.principal, rights.ANSWER_DIRECTLY):
        needed = rights.ANSWER_DIRECTLY.value
        raise _forbidden("direct_answer", f"needs the right {needed}", f"需要权限 {needed}")
    if desk.scope.is_about(None, (*accused_units(body), *map(person_name, body.accused_staff))):
        raise _forbidden(
            "direct_answer",
            "is not yours to give: the complaint is about you, your unit or one above it",
            "反映的是本人、本单位或其上级单位，应当回避，不得答复",
        )


def _check_anonymous(body: RegisterCase) -> None:
    who = body.requester
    for field in ("name", "id_no", "home"):
        if body.anonymous and who is not None and getattr(who, field) is not None:
            raise invalid(f"requester/{field}", "must be empty in an anonymous case", "匿名件不得填写")


def _check_declined(body: RegisterCase) -> None:
    """Nobody but the citizen does without the callback (不需回访须为本人意愿); how and when he said so is kept."""
    for field in ("callback_declined_how", "callback_declined_at"):
        given = getattr(body, field) is not None
        if not (given or body.callback_wanted):
            raise invalid(field, "is required when callback_wanted is false", "callback_wanted 为 false 时必填")
        if given and body.callback_wanted:
            raise invalid(field, "is given only when callback_wanted is false", "仅在 callback_wanted 为 false 时填写")


def _check_whose_source(desk: Desk, name: str | None) -> None:
    """A source's name is that of the outside system, which alone gives its numbers: who took one before it would have
    its complaint pass for a repeated one. Desks have names of their own, by the pack, and no system has one of those.
    """
    if name is None:
        return
    of_desks = desk.shelved.directory.pack.desk_sources
    principal = desk.principal
    if Role.INTEGRATOR in principal.roles and name == principal.subject:
        if name in of_desks:
            raise invalid(
                "source_system",
                "is a name of desks by the county pack, and no outside system's: one of the two has to be renamed",
                "县包已将该名称列为窗口来源，不得用作外部系统名称",
            )
    elif name not in of_desks:
        named = ", ".join(of_desks) or "none"
        raise invalid(
            "source_system",
            f"is for the outside system of that name alone; desks use what the county pack lists: {named}",
            f"仅限该外部系统本身使用；窗口可用的来源见县包：{'、'.join(of_desks) or '无'}",
        )


def _check_source(desk: Desk, body: RegisterCase) -> None:
    own = desk.scope.source_system
    if own is not None and body.source_system not in (None, own):
        raise invalid("source_system", "must be your own name", "须为本系统的名称")
    if body.source_no is not None and body.source_system is None and own is None:
        raise invalid("source_system", "is required beside source_no", "填写 source_no 时必填")
    _check_whose_source(desk, body.source_system or own)
    for field, given in (("source_no", body.source_no), ("source_system", body.source_system)):
        if given is not None and is_personal_number(given, desk.now.date()):
            raise invalid(
                field,
                "looks like a phone or ID number; send the number of the order itself",
                "形似手机号或身份证号，请填写工单本身的编号",
            )
