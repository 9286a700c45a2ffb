"""What a mistake in a pack is."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """``old`` becomes ``new`` in ``file``; the problem must stand on the line where ``at`` (else ``new``) begins.

    ``at`` may name another table: ``@areas:`` and how its row begins.
    """

    file: str
    old: str
    new: str
    message: str
    mend: str
    at: str = ""


GRID = "999001101001001,望山社区第一网格,Wangshan Community Grid 1,grid,999001101001"
