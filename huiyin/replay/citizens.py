"""Citizens who can be asked (模拟群众): no export says what a citizen answered, so the replay draws it from a model.

The model is ours and simple; its figures say nothing about any real place. What it says is called simulated wherever it
is shown. A citizen is less content when the unit was late, only passed the matter on, or had to be told again.
"""

from dataclasses import dataclass

from huiyin.replay.draws import Draws
from libs.common.events.terms import Reached, ResultKind, Satisfaction

SIMULATED = "【模拟回访 simulated】"
"""Stands before every word that nobody said."""

_REACHED = {
    Reached.ANSWERED: 0.78,
    Reached.NO_ANSWER: 0.15,
    Reached.UNREACHABLE: 0.05,
    Reached.REFUSED: 0.02,
}
_DISCONTENT = {ResultKind.SUBSTANTIVE: 0.10, ResultKind.STAGED: 0.30, ResultKind.EXPLAINED: 0.24}
_LATE, _TWICE_LATE = 0.08, 0.16
"""Added to the share of the discontent when the limit was passed, and when it was passed by as much again."""
_NOT_CONTACTED = 0.15
_EACH_ROUND = 0.55
"""What is left of the discontent after each further round."""
_MOST = 0.85
_CONTACTED = 0.92
_BASICALLY = 0.25
_UNSOLVED_THOUGH_CONTENT = 0.02
_SOLVED_THOUGH_DISCONTENT = 0.25

_WORDS = {
    Satisfaction.SATISFIED: ("问题解决了，谢谢。", "处理得很快，满意。", "没想到真有回音。"),
    Satisfaction.BASICALLY_SATISFIED: ("基本解决了，就是慢了点。", "还可以，希望以后不再出现。"),
    Satisfaction.NOT_SATISFIED: ("问题还在，没有解决。", "只是打了个电话，没有人来看。", "答复太笼统，请再办一次。"),
}


@dataclass(frozen=True, slots=True)
class Experience:
    """What the citizen went through in a round. ``lateness`` is the time taken over the limit; 1 is just in time."""

    round: int
    result_kind: ResultKind
    lateness: float


@dataclass(frozen=True, slots=True)
class CitizenReply:
    """What came of one try to call."""

    reached: Reached
    contacted: bool | None = None
    solved: bool | None = None
    satisfaction: Satisfaction | None = None
    words: str | None = None


def ask(draws: Draws, experience: Experience, attempt: int) -> CitizenReply:
    """What the citizen answers to this try of this round: always the same for the same seed and row."""
    try_of = (experience.round, attempt)
    reached = draws.weighted(_REACHED, "reached", *try_of)
    if reached is not Reached.ANSWERED:
        return CitizenReply(reached)
    contacted = draws.happens(_CONTACTED, "contacted", *try_of)
    if draws.happens(_discontent(experience, contacted=contacted), "content", *try_of):
        solved = draws.happens(_SOLVED_THOUGH_DISCONTENT, "solved", *try_of)
        return _said(draws, CitizenReply(reached, contacted, solved, Satisfaction.NOT_SATISFIED), *try_of)
    basically = draws.happens(_BASICALLY, "basically", *try_of)
    word = Satisfaction.BASICALLY_SATISFIED if basically else Satisfaction.SATISFIED
    solved = not draws.happens(_UNSOLVED_THOUGH_CONTENT, "unsolved", *try_of)
    return _said(draws, CitizenReply(reached, contacted, solved, word), *try_of)


def _discontent(experience: Experience, *, contacted: bool) -> float:
    late = 0.0 if experience.lateness <= 1 else _LATE if experience.lateness <= 2 else _TWICE_LATE  # noqa: PLR2004
    share = _DISCONTENT[experience.result_kind] + late + (0.0 if contacted else _NOT_CONTACTED)
    return min(share * _EACH_ROUND ** (experience.round - 1), _MOST)


def _said(draws: Draws, reply: CitizenReply, *try_of: int) -> CitizenReply:
    words = "" if reply.satisfaction is None else draws.one_of(_WORDS[reply.satisfaction], "words", *try_of)
    return CitizenReply(reply.reached, reply.contacted, reply.solved, reply.satisfaction, f"{SIMULATED}{words}")
