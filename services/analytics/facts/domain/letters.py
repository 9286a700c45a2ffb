"""Letters about a case and scores of summoned units: how many, and what became of them, each for its unit."""

from collections.abc import Iterator

from libs.common.counters import Counter
from libs.common.events.letter_terms import LetterStatus
from libs.common.events.task_terms import unit_of_task
from services.analytics.facts.domain.deciding import Happening
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.lettered import LetterAtom


def letters(fact: Fact) -> Iterator[Happening]:
    """Each that was sent, and how it stands by its last step: one that is withdrawn is neither answered nor open."""
    told: dict[str, list[LetterAtom]] = {}
    for step in fact.letters:
        told.setdefault(step.letter, []).append(step)
    for steps in told.values():
        sent = next((step for step in steps if step.step == LetterStatus.SENT), None)
        if sent is None:
            continue
        yield Counter.LETTERS, sent.unit, sent.at, 1
        last = steps[-1]
        if last.step == LetterStatus.REPLIED:
            yield Counter.LETTERS_LATE if last.late else Counter.LETTERS_ON_TIME, sent.unit, last.at, 1
        elif last.step != LetterStatus.WITHDRAWN and fact.is_open:
            yield Counter.LETTERS_OPEN, sent.unit, sent.at, 1


def scores(fact: Fact) -> Iterator[Happening]:
    """Each score, with the points that hold by now, all on the day on which it was given."""
    instead = {change.task: change.points for change in fact.score_changes}
    for score in fact.scores:
        unit = unit_of_task(score.task)
        yield Counter.SCORES_GIVEN, score.street, score.at, 1
        yield Counter.SCORES_RECEIVED, unit, score.at, 1
        yield Counter.SCORE_POINTS, unit, score.at, instead.get(score.task, score.points)
        yield Counter.SCORE_MOST, unit, score.at, score.most
