"""Going through a table of sealed rows, a few in each transaction: what one transaction came to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from libs.common.database.session import Session
from libs.common.security.vault import Vault


class LeftAlone(NamedTuple):
    """A row that needs a person, and why. Nothing of what it holds."""

    table: str
    row: str
    why: str = "cannot be opened: its key is not here, or it was changed"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one transaction did with the rows behind ``after``."""

    last: str | None
    """The last row that was looked at; None when there was none left."""
    changed: int = 0
    places: tuple[LeftAlone, ...] = ()


Task = Callable[[Session, Vault, str, int], Awaitable[Turn]]
"""Looks at up to so many rows behind one, and changes what has to be. To do it again changes nothing."""
