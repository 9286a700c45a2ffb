"""Who spoke in a case, for those who may know."""

from libs.common.security.policy import may_know_requester
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault
from services.intake.cases.queries.reading import WholeCase
from services.intake.requesters.actions import envelope_of, masked_requester
from services.intake.requesters.schemas import RequesterOut


def may_know(principal: Principal, whole: WholeCase) -> bool:
    """Whether the principal may learn who spoke in this case, which it is known to see."""
    return may_know_requester(
        principal,
        handling_units=(whole.case.lead_unit, whole.case.delegate_unit),
        confidential=whole.case.confidential,
    )


def shown_requester(principal: Principal, whole: WholeCase, vault: Vault) -> RequesterOut | None:
    """Masked; None for who may not know, or when nobody gave a name, or who spoke was erased."""
    envelope = envelope_of(vault, whole.case.case_id, whole.key)
    if whole.requester is None or envelope.destroyed or not may_know(principal, whole):
        return None
    return masked_requester(envelope, whole.requester)
