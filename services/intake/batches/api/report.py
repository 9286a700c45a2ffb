"""What became of a batch, line by line, for its sender."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from libs.common.errors import FieldError
from services.intake.batches.schemas import BatchOut, LineProblem, TakenLine
from services.intake.cases.actions.register import taken_by_another

MOST_NAMED = 1_000
"""Results, and problems, that the answer names; beyond it they are counted."""


@dataclass(slots=True)
class BatchReport:
    """What became of the lines so far."""

    chinese: bool
    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    lines_done: int = 0
    results: list[TakenLine] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)

    def take(self, taken: Sequence[TakenLine]) -> None:
        """Note lines that have a case."""
        for line in taken:
            if line.disputed:
                self.refuse(line.line, line.ref, taken_by_another().fields)
        here = [line for line in taken if not line.disputed]
        repeated = sum(line.repeated for line in here)
        self.repeated += repeated
        self.accepted += len(here) - repeated
        self.results += here[: max(0, MOST_NAMED - len(self.results))]

    def refuse(self, number: int, ref: str | None, errors: Sequence[FieldError]) -> None:
        """Note a line that was not taken, with all that is wrong with it."""
        self.refused += 1
        for error in errors[: max(0, MOST_NAMED - len(self.problems))]:
            message = error.message_zh if self.chinese else error.message
            self.problems.append(LineProblem(line=number, ref=ref, field=error.field, message=message))

    def counts(self) -> dict[str, int]:
        """How far it came."""
        return {
            "accepted": self.accepted,
            "repeated": self.repeated,
            "refused": self.refused,
            "lines_done": self.lines_done,
        }

    def answer(self) -> BatchOut:
        """The whole."""
        return BatchOut(
            accepted=self.accepted,
            repeated=self.repeated,
            refused=self.refused,
            results=tuple(self.results),
            problems=tuple(self.problems),
        )
