"""What a case counts as by letters about it, and by what summoned units were scored, told from its ledgers alone."""

from huiyin.audit.case import ANALYTICS, DISPATCH, CaseView
from huiyin.audit.counted import Counted, CountedOnce
from libs.common.events import letters, whistles
from libs.common.events.whistle_terms import ClaimKind
from services.analytics.facts.domain.status import ENDED

_STANDS = (letters.LetterSent, letters.LetterReplied, letters.LetterSentBack, letters.LetterWithdrawn)
"""After which of its steps a letter is answered, waits, or does neither."""


def count_letters(counted: Counted, view: CaseView) -> None:
    """Each that was sent, and whether it is answered, in time or not, waits, or was withdrawn."""
    sent: dict[str, letters.LetterSent] = {}
    stand: dict[str, letters.LetterEvent] = {}
    for one in view.applied(ANALYTICS, DISPATCH):
        event = one.event
        if isinstance(event, letters.LetterSent):
            sent.setdefault(event.letter_id, event)
        if isinstance(event, _STANDS):
            stand[event.letter_id] = event
    for letter_id, first in sent.items():
        counted.each.append(CountedOnce("letters", first.to_unit, first.occurred_at))
        match stand[letter_id]:
            case letters.LetterReplied() as reply:
                word = "late" if reply.late else "on_time"
                counted.each.append(CountedOnce(f"letters_{word}", first.to_unit, reply.occurred_at))
            case letters.LetterSent() | letters.LetterSentBack() if counted.status not in ENDED:
                counted.each.append(CountedOnce("letters_open", first.to_unit, first.occurred_at))


def count_scores(counted: Counted, view: CaseView) -> None:
    """Each score, with its points as they are by now."""
    said = [one.event for one in view.applied(ANALYTICS, DISPATCH)]
    points = {event.task: event.points for event in said if isinstance(event, whistles.UnitScored)}
    for event in said:
        if isinstance(event, whistles.ClaimDecided) and event.granted and event.kind is ClaimKind.SCORE:
            points[event.task] = event.points
    for event in said:
        if isinstance(event, whistles.UnitScored):
            at, total = event.occurred_at, sum(one.points for one in points[event.task])
            counted.each.append(CountedOnce("scores_given", event.street_unit, at))
            counted.each.append(CountedOnce("scores_received", event.unit_code, at))
            for what, amount in (("points", total), ("most", event.most)):
                counted.each.append(CountedOnce(f"score_{what}", event.unit_code, at, amount))
