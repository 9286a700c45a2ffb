"""Which photos of a visit are files of the cases that came of it."""

from collections.abc import Sequence

from libs.common.database.session import Session

_WITH_CASES = """
    SELECT DISTINCT digest FROM attachment JOIN visit_matter USING (case_id)
    WHERE visit_id = $1 AND digest = ANY ($2::text[]) AND deleted_at IS NULL
"""


async def with_cases(session: Session, visit_id: str, digests: Sequence[str]) -> frozenset[str]:
    """Those of these bytes that a file of such a case is, not deleted."""
    return frozenset([row.digest for row in await session.fetch(_WITH_CASES, visit_id, list(digests))])
