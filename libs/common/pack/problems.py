"""What is wrong with a pack: each problem with its file, its line and its mend (错在何处、如何改)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

DocPath = tuple[str | int, ...]
"""Where something stands in the pack document: ``("duties", 12, "lead")``."""


@dataclass(frozen=True, slots=True, order=True)
class PackProblem:
    """One mistake. ``line`` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    message: str
    mend: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}. Mend: {self.mend}"


class PackError(Exception):
    """A pack that cannot be used; carries every problem that was found, in the order of files and lines."""

    def __init__(self, problems: Iterable[PackProblem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Finding(NamedTuple):
    """A mistake in the pack document, before it is known which line of which file it came from."""

    path: DocPath
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each part of a pack document was read from. An unknown path takes the place of what encloses it."""

    places: Mapping[DocPath, tuple[str, int]] = field(default_factory=dict)

    def problem(self, finding: Finding) -> PackProblem:
        """The finding with its file and line."""
        for length in range(len(finding.path), -1, -1):
            place = self.places.get(finding.path[:length])
            if place is not None:
                return PackProblem(*place, finding.message, finding.mend)
        return PackProblem("/".join(map(str, finding.path)) or "pack", 0, finding.message, finding.mend)
