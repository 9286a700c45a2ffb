"""Followup's clocks of letters (复函时限): set when one is sent, or its reply sent back, and told once when missed."""

from dataclasses import replace
from datetime import datetime

from libs.common.events import cases, letters
from libs.common.events.letter_terms import letter_deadline
from libs.common.events.terms import Deadline
from services.followup.cases.domain.terms import State, Status
from services.followup.clocks.domain import (
    ClockStatus,
    ClockStep,
    DeadlineClock,
    StepKind,
    Times,
    moved,
    times_until,
)
from tests.unit.guard.delivery import CASE, Now, Word
from tests.unit.guard.log import Log
from tests.unit.guard.promises import Promises


class Clocked(Promises):
    """Followup with the clocks of letters, as ``services/followup/tasks/actions.py`` keeps them."""

    def __init__(self, now: Now, log: Log) -> None:
        super().__init__(now, log)
        self.letter_clocks: list[DeadlineClock] = []
        self.settled_at = now.moment
        """Up to when everything that was due has been said."""

    def hear(self, word: Word) -> None:
        super().hear(word)
        match word.event:
            case letters.LetterSent() | letters.LetterSentBack() as sent if self.state.status is not Status.CLOSED:
                self.start_letter_clock(sent)
                self.settle(self.settled_at)
            case letters.LetterReplied() | letters.LetterWithdrawn() as ended:
                self.stop_letter_clock(letter_deadline(ended.letter_id, ended.edition))
            case letters.LetterHandedOn() as moved_on:
                about = letter_deadline(moved_on.letter_id, moved_on.edition)
                self.letter_clocks = [
                    replace(clock, unit_code=moved_on.to_unit) if clock.about == about else clock
                    for clock in self.letter_clocks
                ]

    def start_letter_clock(self, sent: letters.LetterSent | letters.LetterSentBack) -> None:
        """From when it was sent on, whenever that is heard: what was due before is said late, and not lost."""
        times = times_until(sent.occurred_at, sent.due_at, 80)
        self.letter_clocks.append(self._letter_clock(sent, times))

    def stop_letter_clock(self, about: str) -> None:
        """Nobody waits for that reply any more."""
        self.letter_clocks = [clock for clock in self.letter_clocks if clock.about != about]

    def settle(self, until: datetime) -> None:
        super().settle(until)
        self.settled_at = max(self.settled_at, until)
        while self.letter_clocks and (first := min(self.letter_clocks, key=lambda one: one.order)).next_at <= until:
            self.letter_clocks.remove(first)
            match first.step.kind:
                case StepKind.WARN:
                    self._say_letter_due(cases.DeadlineWarned, first)
                case StepKind.MISS:
                    self._say_letter_due(cases.DeadlineMissed, first)
            after = moved(first, ())
            if after.state is ClockStatus.PENDING:
                self.letter_clocks.append(after)

    def _letter_clock(self, sent: letters.LetterSent | letters.LetterSentBack, times: Times) -> DeadlineClock:
        self._set += 1
        about = letter_deadline(sent.letter_id, sent.edition)
        places = str(self._set), CASE, self.state.round, Deadline.LETTER, about, sent.to_unit
        ends = times.warn_at, times.due_at, ClockStep(StepKind.WARN), times.warn_at
        return DeadlineClock(*places, sent.occurred_at, *ends, pack_version=1)

    def _say_letter_due(self, kind: type[cases.DeadlineWarned | cases.DeadlineMissed], clock: DeadlineClock) -> None:
        due = {"deadline": clock.what, "about": clock.about, "unit_code": clock.unit_code, "due_at": clock.due_at}
        self._say(kind, clock.round, **due)

    def _close(self, after: State) -> None:
        self.letter_clocks.clear()
        super()._close(after)
