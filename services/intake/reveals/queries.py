"""The list of looks at who spoke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.intake.cases.queries.reach import within
from services.intake.cases.tables import Case
from services.intake.reveals.tables import Reveal

NEWEST_FIRST = Keyset("intake.reveals", (col(Reveal.at), col(Reveal.reveal_id)), (datetime, str))


@dataclass(frozen=True, slots=True)
class RevealFilter:
    """What the list is narrowed to; None takes in everything."""

    staff_id: str | None = None
    account: str | None = None
    unit_code: str | None = None
    case_id: str | None = None
    looked_from: datetime | None = None
    """Included."""
    looked_to: datetime | None = None
    """Not included."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        equal = (
            (Reveal.by_staff, self.staff_id),
            (Reveal.who, self.account),
            (Reveal.unit_code, self.unit_code),
            (Reveal.case_id, self.case_id),
        )
        found: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
        if self.looked_from is not None:
            found.append(col(Reveal.at) >= self.looked_from)
        if self.looked_to is not None:
            found.append(col(Reveal.at) < self.looked_to)
        return found


def looks_statement(scope: Scope, chosen: RevealFilter, cursor: str | None, size: int) -> Select[Reveal, str]:
    """One page, newest first, and one row more: looks at cases within reach, whoever looked."""
    conditions = [*NEWEST_FIRST.after(cursor), within(scope), *chosen.conditions()]
    return (
        select(Reveal, col(Case.case_no))
        .join(Case, col(Case.case_id) == col(Reveal.case_id))
        .where(*conditions)
        .order_by(*NEWEST_FIRST.order())
        .limit(size + 1)
    )


async def list_looks(
    session: Session, scope: Scope, chosen: RevealFilter, cursor: str | None, size: int
) -> tuple[Sequence[Reveal], dict[str, str]]:
    """Up to ``size + 1`` looks, and the numbers of their cases."""
    rows: Sequence[Any] = (await session.execute(looks_statement(scope, chosen, cursor, size))).all()
    return [look for look, _ in rows], {look.case_id: case_no for look, case_no in rows}
