"""Looking at who spoke (查看诉求人): masked for those who may know, unmasked with a reason and on the record."""

from collections.abc import Callable, Collection
from typing import Any

import uuid_utils

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Forbidden, NotFound, Unavailable
from libs.common.events.cases import RequesterRevealed
from libs.common.security.masking import STAR, mask_text, masked_name, masked_phone
from libs.common.security.policy import may_know_requester
from libs.common.security.principal import Principal
from libs.common.security.vault import CannotOpen, Cell, Vault
from services.intake.actions.asking import Asked
from services.intake.actions.drafting import requester_cell, wording_cell
from services.intake.actions.supplement import supplement_cell
from services.intake.queries.cases import WholeCase, find_whole, supplements_of
from services.intake.schemas import RequesterOut, Revealed, RevealField, RevealRequester
from services.intake.tables import Requester, Reveal

_HIDDEN = STAR * 4
# From 0, before anybody looks: of a counter that begins with 1 no scrape sees the first increase.
_SHOWN = metrics.VAULT_REVEALS_TOTAL.labels(Service.INTAKE)


def may_know(principal: Principal, whole: WholeCase) -> bool:
    """Whether the principal may learn who spoke in this case, which it is known to see."""
    return may_know_requester(
        principal,
        handling_unit=whole.case.lead_unit,
        confidential=whole.case.confidential,
    )


def masked_requester(principal: Principal, whole: WholeCase, vault: Vault) -> RequesterOut | None:
    """``张*`` and ``138****1234``; None for who may not know, or when nobody gave a name."""
    if whole.requester is None or not may_know(principal, whole):
        return None
    row = whole.requester
    return RequesterOut(
        name=_masked(vault, row.sealed_name, requester_cell("name", row.case_id), masked_name),
        phone=_masked(vault, row.sealed_phone, requester_cell("phone", row.case_id), masked_phone),
        id_no=None if row.sealed_id_no is None else _HIDDEN,
        home=None if row.sealed_home is None else _HIDDEN,
    )


async def reveal(session: Session, asked: Asked, case_id: str, body: RevealRequester, vault: Vault) -> Revealed:
    """What was asked for, unmasked. The look is recorded in the same transaction: no record, no answer.

    Raises:
        NotFound: the case is out of reach, as it is for the unit complained about.
        Forbidden: the caller is of the handling unit of a confidential case.
    """
    whole = await find_whole(session, asked.scope, case_id)
    if whole is None:
        raise NotFound
    if not may_know(asked.principal, whole):
        raise Forbidden(
            "The handling unit of a confidential case may not know who spoke",
            "保密件的承办单位不得获知诉求人信息",
        )
    wanted = sorted(set(body.fields))
    _record(session, asked.principal, case_id, body.reason, wanted)
    found: dict[str, Any] = {} if whole.requester is None else _identity(vault, whole.requester, wanted)
    if RevealField.TEXT in wanted:
        found |= await _words(session, whole, vault)
    _SHOWN.inc()
    return Revealed(case_id=case_id, **found)


def _record(session: Session, principal: Principal, case_id: str, reason: str, fields: Collection[str]) -> None:
    look = RequesterRevealed(
        occurred_at=session.now,
        case_id=case_id,
        reveal_id=str(uuid_utils.uuid7()),
        reason=mask_text(reason),
        fields=tuple(str(field) for field in fields),
    )
    session.insert(
        Reveal,
        {
            "reveal_id": look.reveal_id,
            "case_id": case_id,
            "who": principal.subject,
            "unit_code": principal.unit_code,
            "reason": look.reason,
            "fields": list(look.fields),
            "at": session.now,
        },
    )
    session.publish(look)


def _identity(vault: Vault, row: Requester, wanted: Collection[RevealField]) -> dict[str, str | None]:
    sealed = {
        RevealField.NAME: row.sealed_name,
        RevealField.PHONE: row.sealed_phone,
        RevealField.ID_NO: row.sealed_id_no,
        RevealField.HOME: row.sealed_home,
    }
    return {
        field.value: _opened(vault, value, requester_cell(field.value, row.case_id))
        for field, value in sealed.items()
        if field in wanted
    }


async def _words(session: Session, whole: WholeCase, vault: Vault) -> dict[str, str | tuple[str, ...]]:
    case, wording = whole.case, whole.wording
    supplements = await supplements_of(session, case.case_id)
    return {
        "title": _opened(vault, wording.sealed_title, wording_cell("title", case.case_id)) or case.title,
        "text": _opened(vault, wording.sealed_text, wording_cell("text", case.case_id)) or wording.text,
        "supplements": tuple(
            _opened(vault, row.sealed_text, supplement_cell(case.case_id, row.supplement_id)) or row.text
            for row in supplements
        ),
    }


def _masked(vault: Vault, sealed: bytes | None, cell: Cell, mask: Callable[[str], str]) -> str | None:
    if sealed is None:
        return None
    try:
        return mask(vault.open(sealed, aad=cell))
    except CannotOpen:
        # The case itself can be read all the same.
        return _HIDDEN


def _opened(vault: Vault, sealed: bytes | None, cell: Cell) -> str | None:
    if sealed is None:
        return None
    try:
        return vault.open(sealed, aad=cell)
    except CannotOpen as error:
        raise Unavailable(
            "What was sealed cannot be opened: its key is not here, or it was changed",
            "密封信息无法打开：缺少密钥或内容已被改动",
        ) from error
