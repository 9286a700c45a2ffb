"""Erasing who spoke, by whoever has the machine: there is no interface for it, and two people stand for it."""

from collections.abc import Callable
from datetime import datetime

from libs.common.database.session import Database
from libs.common.events.base import By
from libs.common.security.vault import Vault
from services.intake.erasures.actions import Erasure, Order, erase


class _Undone(Exception):
    """Takes back what was only tried."""


async def erase_requester(
    database: Database, vault: Vault, now: Callable[[], datetime], reference: str, order: Order, *, for_good: bool
) -> Erasure:
    """Destroy what tells who spoke in a case, or only try it. Raises as ``erase``."""
    found: list[Erasure] = []
    try:
        async with database.transaction(now()) as session:
            session.by = By(order.by, None)
            found.append(await erase(session, vault, reference, order))
            _unless(for_good=for_good)
    except _Undone:
        pass
    return found[0]


def _unless(*, for_good: bool) -> None:
    if not for_good:
        raise _Undone
