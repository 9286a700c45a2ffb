"""An index for one category in one area: each may be common, and both together nowhere."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it.

    Status, kind and channel are told apart in the index, before a row is fetched.
    """
    op.execute(
        "CREATE INDEX cases_category_area_idx"
        " ON cases (category_code, area_code, status, kind, channel, registered_at DESC, case_id DESC)"
        " WHERE category_code IS NOT NULL"
    )
