"""docs/packs.md with the promises and counters as the code declares them; all else of it is written by hand."""

from collections.abc import Iterator

from huiyin.describe.tables import with_table
from libs.common.counters import Counter, Trait
from libs.common.events.terms import DECLARED


def render_packs(written: str) -> str:
    """The manual as it is written, with the promises and counters of today. NoPlace."""
    promises = with_table(written, "promises", "libs/common/events/terms.py", "\n".join((*_promises(), "")))
    return with_table(promises, "counters", "libs/common/counters", "\n".join((*_counters(), "")))


def _promises() -> Iterator[str]:
    lists = ("set_by", "passed_on_by", "kept_by", "void_by", "counted_as")
    heads = ("limit", "时限", "what it says", "about", "accountable", *(name.replace("_", " ") for name in lists))
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for code, known in DECLARED.items():
        one = known.promise
        named = (", ".join(f"`{word}`" for word in getattr(one, name)) for name in lists)
        yield f"| {' | '.join((f'`{code}`', one.label, one.limits, one.about, one.by, *named))} |"


def _counters() -> Iterator[str]:
    yield "| counter | 计数项 | what counts |"
    yield "| --- | --- | --- |"
    for counter in Counter:
        barred = " (not in formulas)" if Trait.NOT_IN_FORMULAS in counter.traits else ""
        yield f"| `{counter}` | {counter.words[0]} | {counter.counts}{barred} |"
