"""Checks by what units pass a case on: reasons to raise it (上报) and to hand it over (移交), and the levels."""

from collections.abc import Iterator

from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import Finding
from libs.common.pack.schema import LEVEL_OF, Pack


def raising(pack: Pack) -> Iterator[Finding]:
    """Each reason once, and each level that a unit is of stands once in their order."""
    yield from double_codes(("raising", "reasons"), pack.raising.reasons)
    levels = pack.raising.levels
    for index, level in enumerate(levels):
        if level in levels[:index]:
            yield Finding(("raising", "levels", index), f"{level} stands here a second time", "keep one")
    for missing in sorted({LEVEL_OF[unit.level] for unit in pack.units} - set(levels)):
        message = f"{missing} is not among the levels, and units are of it"
        yield Finding(("raising", "levels"), message, f"add {missing} where it stands between the others")


def handovers(pack: Pack) -> Iterator[Finding]:
    """Each reason once."""
    yield from double_codes(("handovers", "reasons"), pack.handovers.reasons)
