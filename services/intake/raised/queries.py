"""Which cases of what was raised somebody may know of."""

from collections.abc import Collection

from libs.common.database.session import Session
from libs.common.security.policy import Scope

_ABOUT = "SELECT case_id, area_code, accused_unit, also_accused FROM cases WHERE case_id = ANY($1::text[])"


async def seen_cases(session: Session, scope: Scope, case_ids: Collection[str]) -> frozenset[str]:
    """Those of these cases that are not about whoever looks."""
    rows = await session.fetch(_ABOUT, [*case_ids]) if case_ids else []
    return frozenset(row.case_id for row in rows if not scope.is_about(row.accused_unit, row.also_accused))
