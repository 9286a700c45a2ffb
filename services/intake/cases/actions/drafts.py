"""From what was sent to what is written (登记前的核对): everything that can be checked, masked and sealed beforehand.

It happens before the case joins a batch, so that a wrong request disturbs nobody and the transaction stays short.
"""

from dataclasses import dataclass
from datetime import datetime

import uuid_utils

from libs.common.errors import FieldError, Forbidden, Invalid, invalid
from libs.common.events.cases import CaseRegistered
from libs.common.pack.directory import Directory
from libs.common.pack.versions import ShelvedPack
from libs.common.security.masking import mask_text
from libs.common.security.personal_numbers import is_personal_number
from libs.common.security.policy import Scope, has_right
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault, VaultCell, print_of_sealed
from libs.common.web.fields import not_in_future
from services.intake import rights
from services.intake.cases.domain.titles import title_of
from services.intake.cases.queries.locking import SourceKey
from services.intake.cases.schemas import RegisterCase
from services.intake.requesters.actions import NOBODY, SealedRequester, seal_requester


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
    answer: str | None
    by: str
    by_unit: str | None
    ref: str | None

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
    _check_source(desk, body)
    if body.occurred_at is not None:
        not_in_future(body.occurred_at, desk.now, "occurred_at")


def draft_case(desk: Desk, body: RegisterCase, case_no: str) -> Draft:
    """The case of a registration that ``check`` found right. Invalid when the phone is none."""
    case_id = str(uuid_utils.uuid7())
    masked = mask_text(body.text)
    title = title_of(masked) if body.title is None else mask_text(body.title)
    sealed_title = sealed_original(desk.vault, "title", case_id, body.title, title)
    sealed_text = sealed_original(desk.vault, "text", case_id, body.text, masked)
    requester = seal_requester(desk.vault, case_id, body.requester)
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
        accused_unit=body.accused_unit,
        callback_wanted=body.callback_wanted,
        answered_at_once=body.direct_answer is not None,
        source_system=body.source_system or desk.scope.source_system,
        source_no=body.source_no,
        pack_version=desk.shelved.version,
        registered_at=desk.now,
        sealed=print_of_sealed(sealed_title, sealed_text, *(requester or NOBODY)),
    )
    return Draft(
        event=event,
        sealed_title=sealed_title,
        sealed_text=sealed_text,
        requester=requester,
        answer=None if body.direct_answer is None else mask_text(body.direct_answer),
        by=desk.principal.subject,
        by_unit=desk.principal.unit_code,
        ref=body.ref,
    )


def wording_cell(column: str, case_id: str) -> VaultCell:
    """Where an original title or text belongs."""
    return VaultCell("wording", column, case_id)


def sealed_original(vault: Vault, column: str, case_id: str, original: str | None, masked: str) -> bytes | None:
    """The original words, sealed, when masking changed them."""
    if original is None or original == masked:
        return None
    return vault.seal(original, aad=wording_cell(column, case_id))


def _check_codes(directory: Directory, body: RegisterCase) -> None:
    directory.area(body.area_code)
    if body.category_code is not None:
        directory.category(body.category_code)
    if body.accused_unit is not None:
        _check_unit(directory, body.accused_unit)
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


def _check_unit(directory: Directory, code: str) -> None:
    try:
        directory.unit(code)
    except Invalid as error:
        wrong = error.fields[0]
        raise invalid("accused_unit", wrong.message, wrong.message_zh) from error


def _forbidden(field: str, message: str, message_zh: str) -> Forbidden:
    return Forbidden(message, message_zh, fields=[FieldError(field, message, message_zh)])


def _check_answer(desk: Desk, body: RegisterCase) -> None:
    if body.direct_answer is None:
        return
    if not has_right(desk.principal, rights.ANSWER_DIRECTLY):
        needed = rights.ANSWER_DIRECTLY.value
        raise _forbidden("direct_answer", f"needs the right {needed}", f"需要权限 {needed}")
    if body.accused_unit in desk.scope.own_units:
        raise _forbidden(
            "direct_answer",
            "is not yours to give: the complaint is about your unit or one above it",
            "反映的是本单位或其上级单位，应当回避，不得答复",
        )


def _check_source(desk: Desk, body: RegisterCase) -> None:
    own = desk.scope.source_system
    if own is not None and body.source_system not in (None, own):
        raise invalid("source_system", "must be your own name", "须为本系统的名称")
    if body.source_no is not None and body.source_system is None and own is None:
        raise invalid("source_system", "is required beside source_no", "填写 source_no 时必填")
    for field, given in (("source_no", body.source_no), ("source_system", body.source_system)):
        if given is not None and is_personal_number(given, desk.now.date()):
            raise invalid(
                field,
                "looks like a phone or ID number; send the number of the order itself",
                "形似手机号或身份证号，请填写工单本身的编号",
            )
