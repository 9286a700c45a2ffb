"""Which cases a scope reaches, asked of a case in hand and as SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlmodel import col

from libs.common.security.policy import Column, Scope
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
    def delegate_unit(self) -> str | None: ...

    @property
    def accused_unit(self) -> str | None: ...

    @property
    def also_accused(self) -> Sequence[str]: ...

    @property
    def source_system(self) -> str | None: ...


def sees(scope: Scope, case: Reachable) -> bool:
    """Whether the case is within reach: of the unit that leads it, and of the one that works on it."""
    accused, also, source = case.accused_unit, case.also_accused, case.source_system
    return any(
        scope.allows(case.area_code, unit, accused_unit=accused, also_accused=also, source_system=source)
        for unit in dict.fromkeys((case.lead_unit, case.delegate_unit))
    )


def within(scope: Scope, unit: Column | None = None) -> ColumnElement[bool]:
    """What a list shows: to somebody bound to a unit what that leads, or where it is in ``unit``, each one index."""
    return scope.predicate(
        col(Case.area_code),
        col(Case.lead_unit) if unit is None else unit,
        accused_columns=(col(Case.accused_unit), col(Case.also_accused)),
        source_column=col(Case.source_system),
    )
