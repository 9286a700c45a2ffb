"""Checks of the whistle (吹哨): each kind once."""

from collections.abc import Iterator

from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import Finding
from libs.common.pack.schema import Pack


def whistles(pack: Pack) -> Iterator[Finding]:
    """Each kind once."""
    yield from double_codes(("whistles", "kinds"), pack.whistles.kinds)
