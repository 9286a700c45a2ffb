"""What a case is as a petition (信访), whether it was settled at once, and what people decided about how it counts."""

from datetime import timedelta

from services.analytics.facts.domain import atoms
from services.analytics.facts.domain.fact import Fact

SUBSTANTIVE = "substantive"
PETITION, MERIT, NOT_COUNTED = "petition", "merit", "not_counted"
"""What somebody may decide about how a case counts."""
_DAY = timedelta(days=1)


def judged(fact: Fact, what: str) -> atoms.Judgement | None:
    """The latest decision of this kind."""
    return next((atom for atom in reversed(fact.judgements) if atom.what == what), None)


def petition_of(fact: Fact) -> str:
    """信访类别: as last classified, else as it was registered; empty when it is none."""
    classified = judged(fact, PETITION)
    if classified is not None:
        return classified.word
    filing = _filing(fact)
    return filing.petition if filing else ""


def repeat_of(fact: Fact) -> str:
    """The earlier case that it repeats, as last said; empty when none."""
    if fact.repeat_names:
        return fact.repeat_names[-1].repeat_of
    filing = _filing(fact)
    return filing.repeat_of if filing else ""


def is_excluded(fact: Fact) -> bool:
    """不计入考核: whether it is left out of the rates."""
    decided = judged(fact, NOT_COUNTED)
    return decided is not None and bool(decided.word)


def settled_at_once(fact: Fact) -> atoms.Closure | None:
    """一次化解: the substantive closing of the first round, unless the matter came again within its days."""
    closure = fact.closure
    if closure is None or closure.round != 1 or closure.closing != SUBSTANTIVE:
        return None
    latest = {repeat.repeated_by: repeat for repeat in fact.repeats}.values()
    came_again = any(one.stands and one.came_at < closure.at + one.within_days * _DAY for one in latest)
    return None if came_again else closure


def _filing(fact: Fact) -> atoms.Filing | None:
    """What the registration that holds says of it as a petition, if anything."""
    return next((atom for atom in fact.filings if atom.seq == fact.registration.seq), None)
