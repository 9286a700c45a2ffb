"""docs/visits.md with the table of denominators as the rules fold by it; all else of it is written by hand."""

from collections.abc import Iterator

from huiyin.describe.tables import with_table
from libs.common.visits.denominators import CHANGES, EFFECTS, PHASES, TABLE

SOURCE = "libs/common/visits/denominators.py"


def render_visits(written: str) -> str:
    """The page as it is written, with the table of today. NoPlace."""
    return with_table(written, "denominators", SOURCE, "\n".join((*_lines(), "")))


def _lines() -> Iterator[str]:
    heads = (f"{words.en} {words.zh}" for words in PHASES.values())
    yield f"| what becomes of a household | {' | '.join(heads)} |"
    yield f"|{' --- |' * (len(PHASES) + 1)}"
    for change, words in CHANGES.items():
        effects = (TABLE[change, phase].value.replace("_", " ") for phase in PHASES)
        yield f"| {words.en} {words.zh} | {' | '.join(effects)} |"
    yield ""
    for effect, words in EFFECTS.items():
        yield f"- **{effect.value.replace('_', ' ')}** {words.zh}: {words.en}"
