"""Who spoke in a case, for those who may know."""

from libs.common.security.policy import may_know_requester
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault
from services.intake.cases.queries.reading import WholeCase
from services.intake.requesters.actions import masked_requester
from services.intake.requesters.schemas import RequesterOut


def may_know(principal: Principal, whole: WholeCase) -> bool:
    """Whether the principal may learn who spoke in this case, which it is known to see."""
    return may_know_requester(
        principal,
        handling_unit=whole.case.lead_unit,
        confidential=whole.case.confidential,
    )


def shown_requester(principal: Principal, whole: WholeCase, vault: Vault) -> RequesterOut | None:
    """Masked; None for who may not know, or when nobody gave a name."""
    if whole.requester is None or not may_know(principal, whole):
        return None
    return masked_requester(vault, whole.requester)
