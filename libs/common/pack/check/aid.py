"""Checks of aid: each kind once."""

from collections.abc import Iterator

from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import Finding
from libs.common.pack.schema import Pack


def aid(pack: Pack) -> Iterator[Finding]:
    """The kinds of aid."""
    yield from double_codes(("aid", "kinds"), pack.aid.kinds)
