"""docs/operations.md with its table of metrics as the code states it; all else of it is written by hand."""

from libs.common import metrics

BEGIN = "<!-- metrics: begin; made from libs/common/metrics.py by `make docs` -->\n"
END = "<!-- metrics: end -->\n"


class NoPlace(Exception):
    """The guide does not say where the table belongs."""


def render_operations(written: str) -> str:
    """The guide as it is written, with the table of today. NoPlace."""
    before, begin, rest = written.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoPlace(f"docs/operations.md lacks the line {BEGIN.strip()} or {END.strip()}")
    return f"{before}{begin}{metrics.markdown()}{end}{after}"
