"""In which stages a round is gone (走访批次): who may go from which day on. A visit before its stage still counts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TermsOfStage:
    """From a day on whoever holds one of these posts goes, too."""

    code: str
    posts: frozenset[str]
    from_day: date


def stage_of(stages: Sequence[TermsOfStage], people: Iterable[Collection[str]]) -> TermsOfStage:
    """The stage with which a team goes: that of whoever of it goes first. ``people`` are the posts of each.

    Who holds none of the posts of any stage goes with the last one.
    """
    posts = frozenset().union(*people)
    return next((stage for stage in stages if not stage.posts.isdisjoint(posts)), stages[-1])


def is_early(stages: Sequence[TermsOfStage], people: Iterable[Collection[str]], day: date) -> bool:
    """Whether nobody of them may go yet on this day; never in a round without stages."""
    return bool(stages) and day < stage_of(stages, people).from_day
