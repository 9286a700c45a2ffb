"""I5 of what is not accepted (不予受理): who asked and who approved are two people, and neither gave the case back."""

from collections.abc import Collection, Iterable, Iterator

from libs.common.events import accepting, cases
from libs.common.events.base import Event, SaidByHand

_DECIDED = (accepting.NonacceptanceRefused, accepting.CaseNotAccepted)


class Acceptance:
    """What dispatch said of whether a case is accepted, event by event."""

    def __init__(self) -> None:
        self._asked: accepting.NonacceptanceRequested | None = None
        self._gave_back: set[str] = set()
        """Who said that the case is not theirs: accounts, members of staff, units."""

    def problems(self, event: Event, about: Collection[str], number: int) -> Iterator[str]:
        """What was not allowed of the next event, of a case about these units and people, in this round."""
        if isinstance(event, cases.ReturnRequested):
            self._gave_back |= {name for name in (event.by, event.by_staff, event.unit_code) if name}
        if isinstance(event, accepting.NonacceptanceRequested | accepting.CaseNotAccepted) and number > 1:
            yield "it is not accepted, though its citizen had it done again"
        if not isinstance(event, (accepting.NonacceptanceRequested, *_DECIDED)):
            return
        who = {name for name in (event.by, event.by_staff, event.by_unit) if name}
        if who & self._gave_back:
            yield "whoever gave the case back has a say in whether it is accepted"
        if accused := who.intersection(about):
            yield f"{', '.join(sorted(accused))} has a say in whether the complaint about itself is accepted"
        if isinstance(event, accepting.NonacceptanceRequested):
            self._asked = event
            return
        if self._asked is not None and _same(self._asked, event):
            yield "whoever asked that it be not accepted decided on it"
        if isinstance(event, accepting.CaseNotAccepted):
            yield from self._as_asked(event)

    def _as_asked(self, event: accepting.CaseNotAccepted) -> Iterator[str]:
        asked = self._asked
        if asked is None:
            return
        if (asked.reason_code, asked.go_to, asked.notice) != (event.reason_code, event.go_to, event.notice):
            yield "it was approved for another reason, or with another door to go to, than was asked for"
        if (asked.by, asked.by_staff) != (event.asked_by, event.asked_by_staff):
            yield "it names somebody else than who asked for it"


def two_people(said: Iterable[accepting.CaseNotAccepted]) -> Iterator[str]:
    """What followup should not have closed a case on."""
    for event in said:
        if event.by is None:
            yield "closed as not accepted by nobody"
        elif event.by == event.asked_by or (event.by_staff is not None and event.by_staff == event.asked_by_staff):
            yield "closed as not accepted on the word of one person"


def _same(one: SaidByHand, other: SaidByHand) -> bool:
    return one.by == other.by or (one.by_staff is not None and one.by_staff == other.by_staff)
