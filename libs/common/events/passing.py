"""Events by which a case is passed on among the levels; and who gave one up, which nobody does by these."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import CaseReassigned, RoundEvent


class PassedOn(RoundEvent, SaidByHand):
    """Another unit works from now on, and has to sign. Nobody gave the case up; its handling clock runs on."""

    from_unit: str
    """Who worked until now."""
    working_unit: str
    lead_unit: str
    """Who is accountable from now on: the working unit itself, or one above it."""
    delegates: tuple[str, ...] = ()
    """By which units it came down to the one that works, the last of them; none where the one that leads works."""
    note: str
    """Why, in words; masked."""

    @property
    def delegate_unit(self) -> str | None:
        """Who works, if not the one that leads."""
        return None if self.working_unit == self.lead_unit else self.working_unit


class CaseDelegated(PassedOn):
    """下派: a unit gives the work to one below it and stays accountable, as does the one that leads."""

    type_name: ClassVar[str] = "cn.huiyin.case.delegated"

    recalled: bool = False
    """收回: one that delegated it takes the work back from the one below."""
    succession: bool = False
    """撤并: ``from_unit`` is no more, and another has its work."""


class CaseRaised(PassedOn):
    """上报、提级: the working unit raises it to one above, which may become accountable for it by that."""

    type_name: ClassVar[str] = "cn.huiyin.case.raised"

    reason_code: str
    """上报原因: of those of the pack."""


def gave_up(event: CaseReassigned) -> str | None:
    """The unit that gave the case up as another got it, if one did."""
    return event.from_unit if event.for_cause and not (event.succession or event.recusal) else None
