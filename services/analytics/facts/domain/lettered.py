"""Atoms of letters about a case (函件), and of what summoned units were scored (评分); see ``atoms``."""

from datetime import datetime
from typing import NamedTuple


class LetterAtom(NamedTuple):
    """One step of a letter, by its word; ``unit``: whom it goes to, ``late``: of a reply."""

    letter: str
    step: str
    unit: str
    late: bool
    at: datetime
    seq: int = 0


class ScoreAtom(NamedTuple):
    """评分: of ``most`` points a summoned unit, whose task it is, has so many."""

    task: str
    street: str
    points: int
    most: int
    at: datetime
    seq: int = 0


class ScoreChange(NamedTuple):
    """评分异议成立: so many points it has instead."""

    task: str
    points: int
    at: datetime
    seq: int = 0


Lettered = LetterAtom | ScoreAtom | ScoreChange
