"""docs/packs.md with the list of counters as the code declares them; all else of it is written by hand."""

from collections.abc import Iterator

from huiyin.describe.tables import with_table
from libs.common.counters import Counter, Trait


def render_packs(written: str) -> str:
    """The manual as it is written, with the counters of today. NoPlace."""
    return with_table(written, "counters", "libs/common/counters.py", "\n".join((*_lines(), "")))


def _lines() -> Iterator[str]:
    yield "| counter | 计数项 | what counts |"
    yield "| --- | --- | --- |"
    for counter in Counter:
        barred = " (not in formulas)" if Trait.NOT_IN_FORMULAS in counter.traits else ""
        yield f"| `{counter}` | {counter.words[0]} | {counter.counts}{barred} |"
