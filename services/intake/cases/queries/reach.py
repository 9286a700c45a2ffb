"""Which cases a scope reaches, asked of a case in hand and as SQL."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlmodel import col

from libs.common.security.policy import Scope
from libs.common.security.principal import Principal
from services.intake.cases.tables import Case


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a case, and how far its right reaches."""

    principal: Principal
    scope: Scope


class Reachable(Protocol):
    """What decides whether a case may be seen."""

    @property
    def area_code(self) -> str: ...

    @property
    def lead_unit(self) -> str | None: ...

    @property
    def accused_unit(self) -> str | None: ...

    @property
    def source_system(self) -> str | None: ...


def sees(scope: Scope, case: Reachable) -> bool:
    """Whether the case is within reach."""
    return scope.allows(
        case.area_code, case.lead_unit, accused_unit=case.accused_unit, source_system=case.source_system
    )


def within(scope: Scope) -> ColumnElement[bool]:
    """``sees`` as SQL."""
    return scope.predicate(
        col(Case.area_code),
        col(Case.lead_unit),
        accused_column=col(Case.accused_unit),
        source_column=col(Case.source_system),
    )
