"""Which cases a caller reaches: its area, its unit for those bound to one, its own cases for an outside system."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlmodel import col

from libs.common.security.policy import RIGHTS, Right, Scope
from libs.common.security.principal import Principal, Role
from services.intake.tables import Case


class Reachable(Protocol):
    """What decides whether a case may be seen."""

    @property
    def area_code(self) -> str: ...

    @property
    def lead_unit(self) -> str | None: ...

    @property
    def source_system(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """A scope, and the outside system (对接系统) whose cases alone it holds when ``source_system`` is set."""

    scope: Scope
    source_system: str | None

    def sees(self, case: Reachable) -> bool:
        """Whether the case is within reach."""
        if self.source_system is not None and case.source_system != self.source_system:
            return False
        return self.scope.allows(case.area_code, case.lead_unit)

    def conditions(self) -> list[ColumnElement[bool]]:
        """``sees`` as SQL."""
        within = [self.scope.predicate(col(Case.area_code), col(Case.lead_unit))]
        if self.source_system is not None:
            within.append(col(Case.source_system) == self.source_system)
        return within


def reach_of(principal: Principal, right: Right, scope: Scope) -> Reach:
    """The cases of a scope on which the principal may use the right that gave the scope.

    Who has the right only as an integrator is the source system that its subject names.
    """
    carrying = [role for role in principal.roles if right in RIGHTS[role]]
    return Reach(scope, principal.subject if carrying == [Role.INTEGRATOR] else None)
