"""I1 from the outside: what a client wrote down before it counted it, beside what is there.

The journal is a file of JSON lines, each thing asked and what came of it, by number:

    {"outcome": "invoke", "number": 7, "kind": "register", "at": 1790000000.1, "said": {"key": "k-17"}}
    {"outcome": "ok", "number": 7, "kind": "register", "at": 1790000000.2, "said": {"case_id": "01..."}}

``ok``: the house said yes; ``fail``: it surely did nothing; ``unknown``, or no other line: it may have done it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.queries import EVERYTHING, KeySpan
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot

SCRATCH = "CREATE TEMP TABLE told (case_id text NOT NULL, name text NOT NULL)"

REGISTER = "register"
AT_ONCE = 10_000
"""Lines that are held in memory before they go to the scratch table."""

CLOCKS_APART = timedelta(seconds=2)
"""How far the client's clock may be ahead of the database's."""


def told_of(cut: Snapshot, span: KeySpan = EVERYTHING) -> str:
    """A stream beside those of the house: what clients were told of each case."""
    where = f"WHERE true{span.condition(cut, 'case_id')} ORDER BY case_id{cut.collation}"
    return f"SELECT case_id AS key, name FROM told {where}"  # noqa: S608


class NotAJournal(Exception):
    """A line is none of a journal's; names the file and the line."""


@dataclass(slots=True)
class Journals:
    """The journals of one audit. ``sole``: nobody else registered anything since their first line."""

    paths: Sequence[Path]
    sole: bool = False
    accepted: int = 0
    unknown: int = 0
    began: datetime | None = None
    more: int = field(default=0, init=False)
    """Cases of the journals' time that none of them names, the first of them in ``first``."""
    first: list[str] = field(default_factory=list, init=False)

    async def lay_out(self, cut: Snapshot) -> None:
        """Copy what was accepted into the scratch table. Raises NotAJournal."""
        rows: list[tuple[str, str]] = []
        for path in self.paths:
            for row in self._accepted(path):
                rows.append(row)
                if len(rows) >= AT_ONCE:
                    await cut.fill("told", ("case_id", "name"), rows)
                    rows = []
        await cut.fill("told", ("case_id", "name"), rows)

    def check(self, view: CaseView, findings: Findings) -> None:
        """One case: it is there when it was accepted, and was accepted once."""
        told = view.rows["told"]
        case = view.row("cases")
        names = " and ".join(row["name"] for row in told)
        findings.checked[Invariant.ACCEPTED] += len(told)
        if told and case is None:
            findings.violated(Invariant.ACCEPTED, view.case_id, INTAKE, f"it is not there, and was accepted: {names}")
        if len(told) > 1:
            message = f"{len(told)} registrations were answered with this one case: {names}"
            findings.violated(Invariant.ACCEPTED, view.case_id, INTAKE, message)
        if not told and case is not None and self._is_of_their_time(view):
            self.more += 1
            self.first += [view.case_id] if len(self.first) <= self.unknown else []

    def add(self, other: "Journals") -> None:
        """What was seen of other cases against the same journals."""
        self.more += other.more
        self.first += other.first[: max(0, self.unknown + 1 - len(self.first))]

    def conclude(self, findings: Findings) -> None:
        """What nobody was told of is as much as has no known outcome, at most."""
        findings.pending["registrations without a known outcome"] += self.unknown
        if self.sole and self.more > self.unknown:
            message = (
                f"{self.more} cases came in that no journal says were accepted, "
                f"and only {self.unknown} registrations have no known outcome"
            )
            findings.violated(Invariant.ACCEPTED, ", ".join(self.first), INTAKE, message)

    def _is_of_their_time(self, view: CaseView) -> bool:
        first = view.said[INTAKE][0] if view.said[INTAKE] else None
        return first is not None and self.began is not None and first.recorded_at >= self.began - CLOCKS_APART

    def _accepted(self, path: Path) -> Iterator[tuple[str, str]]:
        """(case id, the client's name for it) of each registration that was accepted; counts the others."""
        asked: dict[int, str] = {}
        for line in _lines(path):
            if self.began is None or line["at"] < self.began.timestamp():
                self.began = datetime.fromtimestamp(line["at"], UTC)
            if line["kind"] != REGISTER:
                continue
            number, outcome = line["number"], line["outcome"]
            if outcome == "invoke":
                asked[number] = str(line["said"].get("key", number))
                continue
            name = asked.pop(number, str(number))
            if outcome == "ok":
                self.accepted += 1
                yield line["said"]["case_id"], name
            elif outcome == "unknown":
                self.unknown += 1
        self.unknown += len(asked)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal; a last one that a crash tore is no line."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.endswith(b"\n"):
                return
            yield _line(raw, f"{path}, line {number}")


def _line(raw: bytes, place: str) -> dict[str, Any]:
    try:
        line: dict[str, Any] = orjson.loads(raw)
        known = isinstance(line["number"], int) and isinstance(line["said"], dict) and line["at"] >= 0
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise NotAJournal(f"{place} is no line of a journal: {error!r}") from error
    if not known or line["outcome"] not in ("invoke", "ok", "fail", "unknown") or "kind" not in line:
        raise NotAJournal(f"{place} is no line of a journal")
    if line["outcome"] == "ok" and line["kind"] == REGISTER and not isinstance(line["said"].get("case_id"), str):
        raise NotAJournal(f"{place} says that a registration was accepted, and no case_id")
    return line
