"""What a trial showed: a figure, what was asked of it, what was seen; told as a table for people and a line of JSON."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure of one scenario. ``detail`` names the first differences, or what else was counted."""

    figure: str
    asked: str
    seen: str
    passed: bool
    detail: str = ""
    ran: bool = True
    """Whether it was tried at all; what was not has not passed either."""

    @property
    def word(self) -> str:
        """As it stands in the table."""
        return "not run" if not self.ran else "pass" if self.passed else "FAIL"


def expect(figure: str, asked: str, seen: object, passed: bool, detail: str = "") -> Verdict:
    """A verdict; what was seen may be anything that can be printed."""
    return Verdict(figure, asked, str(seen), passed, detail)


def in_time(figure: str, seconds: float, most: float, detail: str = "") -> Verdict:
    """A verdict on how long something took."""
    return Verdict(figure, f"<= {most:.0f} s", f"{seconds:.1f} s", seconds <= most, detail)


def none_of(figure: str, found: Sequence[object], *, of: int | None = None) -> Verdict:
    """A verdict that asks for none; the detail names the first few that there are."""
    seen = f"{len(found)}" if of is None else f"{len(found)} of {of:,}"
    return Verdict(figure, "0", seen, not found, "; ".join(map(str, found[:5])))


def not_run(figure: str, why: str) -> Verdict:
    """No verdict: this machine cannot try it; ``why`` says what would mend that."""
    return Verdict(figure, "tried", "not run", passed=False, detail=why, ran=False)


def untimed(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Those that do not hang on how fast the machine is: what a test may ask of it while others use it too."""
    return [one for one in verdicts if not (one.asked.startswith("<=") and one.asked.endswith(" s"))]


def table(verdicts: Sequence[Verdict]) -> str:
    """Figure, asked, seen, verdict, in columns; what a failed one says about itself stands below it."""
    head = ("figure", "asked", "seen", "verdict")
    rows = [(one.figure, one.asked, one.seen, one.word) for one in verdicts]
    widths = [max(_width(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [_line(head, widths), _line(tuple("-" * width for width in widths), widths)]
    for row, one in zip(rows, verdicts, strict=True):
        lines.append(_line(row, widths))
        if one.detail:
            lines.append(f"    {one.detail}")
    return "\n".join(lines)


def line_of_json(verdicts: Sequence[Verdict], **about: object) -> str:
    """Everything in one line, for programs."""
    passed = all(one.passed for one in verdicts)
    document = {"chaos": {**about, "passed": passed, "verdicts": [asdict(one) for one in verdicts]}}
    return json.dumps(document, ensure_ascii=False, default=str)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
