"""Which cases wait for their wording, and what of a case does."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Select, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset
from services.intake.cases.domain.lifecycle import OPEN, Status
from services.intake.cases.queries.reach import within
from services.intake.cases.tables import Case, Supplement, Wording

OLDEST_FIRST = Keyset(
    "intake.wordings", (col(Case.registered_at), col(Case.case_id)), (datetime, str), descending=False
)
_OVER = tuple(status for status in Status if status not in OPEN)
# Constants, so that every plan can prove that the index of held cases holds the rows.
_HELD = literal_column("cases.words = 'held'", Boolean)


def held_statement(scope: Scope, area_code: str | None, cursor: str | None, size: int) -> Select[Case]:
    """One page of those that are open, oldest first, and one row more."""
    conditions = [*OLDEST_FIRST.after(cursor), _HELD, col(Case.status).not_in(_OVER), within(scope)]
    conditions += in_area(col(Case.area_code), area_code)
    return select(Case).where(*conditions).order_by(*OLDEST_FIRST.order()).limit(size + 1)


async def list_held(
    session: Session, scope: Scope, area_code: str | None, cursor: str | None, size: int
) -> Sequence[Case]:
    """Up to ``size + 1`` cases within reach."""
    return (await session.execute(held_statement(scope, area_code, cursor, size))).scalars().all()


async def find_words(session: Session, case_id: str) -> Wording | None:
    """The words that a case was registered with."""
    statement = select(Wording).where(col(Wording.case_id) == case_id)
    return (await session.execute(statement)).scalars().one_or_none()


async def held_additions(session: Session, case_id: str) -> Sequence[Supplement]:
    """What was added to a case and waits, oldest first."""
    statement = select(Supplement).where(col(Supplement.case_id) == case_id, col(Supplement.held).is_(True))
    return (await session.execute(statement.order_by(col(Supplement.supplement_id)))).scalars().all()
