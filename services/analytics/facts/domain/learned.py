"""When each event of a case was learned (知悉), so that its fact can be told as it was known before.

What one transaction folds is learned together: it takes the next position in one of several parts, in each of which
positions follow one another just as they are committed. A *stamp* is part and position in one integer. The positions
that all parts had reached name all that was known at some moment, and nothing else: it is a recount of just that.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.analytics.facts.domain import atoms, lettered, objected, ordered, requested, summoned
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.places import PLACES

PART_BITS = 6
"""Of a stamp, its lowest, that name the part."""
UNKNOWN = 0
"""The stamp of what was folded before stamps were given: it counts as known from the start."""

Learned = Mapping[str, Sequence[int]]
"""By source, the stamps of its events about one case in the order of its ledger; what is not there is UNKNOWN."""

INTAKE, DISPATCH, FOLLOWUP = "intake", "dispatch", "followup"
SAID_BY: dict[type[atoms.Registration | atoms.Atom], str] = {
    **dict.fromkeys(
        (
            atoms.Registration,
            atoms.Accusation,
            atoms.CitizenWord,
            atoms.Withdrawal,
            atoms.DirectAnswer,
            atoms.Filing,
            atoms.RepeatName,
            atoms.CameAgain,
            objected.ObjectionAtom,
            ordered.OrderedFromAbove,
        ),
        INTAKE,
    ),
    **dict.fromkeys(
        (
            atoms.Stint,
            atoms.Passing,
            atoms.Signature,
            atoms.Progress,
            atoms.Outcome,
            summoned.PartGiven,
            summoned.PartDone,
            summoned.PartCancelled,
            atoms.ReturnRequest,
            atoms.ReturnRuling,
            summoned.WhistleAtom,
            summoned.Arrival,
            summoned.CallEnd,
            requested.UnitWish,
            requested.RequestAnswer,
            requested.AcceptanceRuling,
            lettered.LetterAtom,
            lettered.ScoreAtom,
            lettered.ScoreChange,
        ),
        DISPATCH,
    ),
    **dict.fromkeys(
        (
            atoms.LimitSet,
            atoms.Warned,
            atoms.Missed,
            atoms.CallbackOpened,
            atoms.Try,
            atoms.SentBack,
            objected.Reopening,
            ordered.AnsweredAbove,
            summoned.TaskLimit,
            summoned.TaskMissed,
            objected.ObjectionRuling,
            atoms.Closure,
            atoms.SupervisionAtom,
            atoms.SupervisionReply,
            atoms.Judgement,
        ),
        FOLLOWUP,
    ),
}
"""Whose ledger each kind stands in."""


def stamp_of(part: int, position: int) -> int:
    """Both in one."""
    return position << PART_BITS | part


def is_within(stamp: int, positions: Sequence[int]) -> bool:
    """Whether what bears this stamp was known when the parts had reached these positions."""
    return stamp >> PART_BITS <= positions[stamp & (1 << PART_BITS) - 1]


def noted(learned: Learned, heard: Iterable[tuple[str, int]], stamp: int) -> dict[str, list[int]]:
    """The same with the stamp of some more events, each by its source and its place in the ledger of that."""
    stamps = {source: list(known) for source, known in learned.items()}
    for source, seq in heard:
        known = stamps.setdefault(source, [])
        known += [UNKNOWN] * (seq - len(known))
        known[seq - 1] = stamp
    return stamps


def known_at(fact: Fact, learned: Learned, positions: Sequence[int]) -> Fact | None:
    """The fact of what was known when the parts had reached these positions; None when that was nothing."""
    registrations = _known(
        (*fact.superseded, fact.registration), learned.get(SAID_BY[atoms.Registration], ()), positions
    )
    if not registrations:
        return None
    kept = {
        name: _known(getattr(fact, name), learned.get(SAID_BY[kind], ()), positions) for kind, name in PLACES.items()
    }
    return Fact(registrations[-1], superseded=registrations[:-1], **kept)


def _known(told: Sequence[Any], stamps: Sequence[int], positions: Sequence[int]) -> tuple[Any, ...]:
    noted_up_to = len(stamps)
    return tuple(atom for atom in told if not 0 < atom.seq <= noted_up_to or is_within(stamps[atom.seq - 1], positions))
