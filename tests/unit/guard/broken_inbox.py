"""A house that applies old words again, as if nothing absorbed them: the guard must hold even then."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from libs.common.events.cases import CaseWithdrawn
from libs.common.events.letters import LetterEvent
from services.followup.cases.domain.terms import Status
from tests.unit.guard.machine import House
from tests.unit.guard.people import NEUTRAL, USUAL
from tests.unit.guard.wishes import unless_refused


class HouseWithABrokenInbox(House):
    """A house in which what was heard is heard again, a wish to withdraw that the door knows to be over, too."""

    inbox_works = False

    @rule(to=st.integers(0, 3), source=st.integers(0, 2), back=st.integers(1, 20))
    def hear_again(self, to: int, source: int, back: int) -> None:
        """As if the marks had been lost."""
        hearer, speaker = self.services[to], self.services[source]
        heard = speaker.ledger[: hearer.marks.get(speaker.name, 0)]
        for word in heard[-back:]:
            # The withdrawal of before names no round: once a case was reopened, only the inbox tells that it is over.
            # And a clock is set whenever a letter is sent: only the inbox tells that it was.
            if not ((isinstance(word.event, CaseWithdrawn) and self.log.ruled) or isinstance(word.event, LetterEvent)):
                hearer.hear(word)

    @rule()
    def hear_the_units_again(self) -> None:
        """Followup hears all that the units ever said once more, just when the next round has opened if one can."""
        if self.promises.state.status is Status.CALLBACK:
            self.jump(3)
            unless_refused(lambda: self.promises.call(self._to_call(), USUAL[2], NEUTRAL))
        for word in self.units.ledger[: self.promises.marks.get(self.units.name, 0)]:
            if not isinstance(word.event, LetterEvent):
                self.promises.hear(word)
