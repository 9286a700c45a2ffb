"""Erasing who spoke in a case that has ended: name, phone, identity number, home, and the own words before masking.

The case, its masked words, its ledger and its figures stay. What was sealed stays, too, and nobody opens it:
so the audit goes on comparing it with what was told.
"""

from dataclasses import dataclass
from functools import partial

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, Unavailable
from libs.common.events.door import RequesterErased
from libs.common.events.objecting import ObjectionState
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.masking import mask_text
from libs.common.security.vault import Vault, VaultCell
from services.intake.cases.actions.unit_of_work import load_case
from services.intake.cases.domain.lifecycle import OPEN, STATUS_LABELS
from services.intake.erasures import queries
from services.intake.erasures.domain import Order
from services.intake.requesters.actions import WhoSpokeErased, new_envelope, own_words_of
from services.intake.resealing.actions import changes_of, load_sealed, seal_anew, write

_WITH_WHO_SPOKE = "诉求人信息删除 who spoke was erased"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What it came to."""

    case_id: str
    case_no: str
    files: int
    other_cases: tuple[str, ...]
    """Numbers of cases in which the same phone was given: they are asked for one by one."""


async def erase(session: Session, vault: Vault, reference: str, order: Order) -> Erasure:
    """Destroy the key of a case, for good.

    Raises:
        NotFound: there is no such case.
        Conflict: it is open, or may be reopened: the citizen has to be asked, so who spoke is needed.
        WhoSpokeErased: it was done before.
    """
    case_id = await queries.find_case_id(session, reference)
    case = None if case_id is None else await load_case(session, case_id)
    if case_id is None or case is None:
        raise NotFound
    if case.state.status in OPEN:
        chinese, english = STATUS_LABELS[case.state.status]
        raise Conflict(
            f"{case.case_no} is {english}: as long as it is open, the citizen has to be asked",
            f"{case.case_no} {chinese}，办结前须回访，不能删除诉求人信息",
        )
    if case.state.objection_state is ObjectionState.RAISED:
        raise Conflict(
            f"{case.case_no} waits for a decision about an objection: if it is reopened, the citizen has to be asked",
            f"{case.case_no} 异议审核中，如恢复办理须回访，不能删除诉求人信息",
        )
    (sealed,) = await load_sealed(session, vault, [case_id])
    if sealed.envelope.destroyed:
        raise WhoSpokeErased
    now, before = max(session.now, case.registered_at), sealed.prints()
    reason = await _masked(session, vault, case_id, order.reason)
    others = await queries.cases_of_the_phone(session, sealed.phone_index, case_id)
    # What a release before sealed under the vault's own key would open as long as that key is there.
    seal_anew(sealed, partial(_blank, new_envelope(vault, case_id)))
    sealed.phone_index = None
    await write(session, sealed)
    await queries.destroy_key(session, case_id, now)
    units = [unit for unit in (case.lead_unit, case.delegate_unit) if unit is not None]
    files = await queries.delete_files(session, case_id, now, order.by, _WITH_WHO_SPOKE, units)
    session.publish(
        RequesterErased(
            occurred_at=now,
            case_id=case_id,
            reason=reason,
            agreed_by=order.agreed_by,
            changed=changes_of(sealed, before),
            files=files,
            by=order.by,
        )
    )
    return Erasure(case_id, case.case_no, files, others)


def _blank(envelope: KeyEnvelope, _sealed: bytes, cell: VaultCell) -> bytes:
    return envelope.seal("", aad=cell)


async def _masked(session: Session, vault: Vault, case_id: str, reason: str) -> str:
    try:
        return (await own_words_of(session, vault, case_id, keeps_places=False)).hidden_in(reason)
    except Unavailable:
        # Its key is lost already: it is erased all the same.
        return mask_text(reason)


async def drop_files(session: Session, case_id: str, by: str, reason: str) -> int:
    """Delete all files of a case that has ended; how many."""
    return await queries.delete_files(session, case_id, session.now, by, reason, ())
