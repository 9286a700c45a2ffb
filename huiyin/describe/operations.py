"""docs/operations.md with its tables as the code states them; all else of it is written by hand."""

from huiyin.describe.tables import with_table
from libs.common import logs, metrics


def render_operations(written: str) -> str:
    """The guide as it is written, with the tables of today. NoPlace."""
    guide = with_table(written, "log fields", "libs/common/logs.py", logs.markdown())
    return with_table(guide, "metrics", "libs/common/metrics.py", metrics.markdown())
