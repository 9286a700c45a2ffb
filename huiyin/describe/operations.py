"""docs/operations.md with its tables as the code states them; all else of it is written by hand."""

from libs.common import logs, metrics


class NoPlace(Exception):
    """The guide does not say where a table belongs."""


def render_operations(written: str) -> str:
    """The guide as it is written, with the tables of today. NoPlace."""
    guide = _with_table(written, "log fields", "libs/common/logs.py", logs.markdown())
    return _with_table(guide, "metrics", "libs/common/metrics.py", metrics.markdown())


def _with_table(guide: str, name: str, source: str, table: str) -> str:
    begin = f"<!-- {name}: begin; made from {source} by `make docs` -->\n"
    end = f"<!-- {name}: end -->\n"
    before, begins, rest = guide.partition(begin)
    _, ends, after = rest.partition(end)
    if not begins or not ends:
        raise NoPlace(f"docs/operations.md lacks the line {begin.strip()} or {end.strip()}")
    return f"{before}{begin}{table}{end}{after}"
