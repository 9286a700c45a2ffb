"""Erasing who spoke or lived somewhere, by whoever has the machine: no interface, two people stand for it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from libs.common.database.session import Database, Session
from libs.common.events.base import By
from libs.common.security.vault import Vault
from services.intake.erasures.domain import Order

FoundT = TypeVar("FoundT")


class _Undone(Exception):
    """Takes back what was only tried."""


async def carry_out(
    act: Callable[[Session, Vault, str, Order], Awaitable[FoundT]],
    database: Database,
    vault: Vault,
    now: Callable[[], datetime],
    reference: str,
    order: Order,
    *,
    for_good: bool,
) -> FoundT:
    """Erase it, or only try. Raises as ``act``."""
    found: list[FoundT] = []
    try:
        async with database.transaction(now()) as session:
            session.by = By(order.by, None)
            found.append(await act(session, vault, reference, order))
            _unless(for_good=for_good)
    except _Undone:
        pass
    return found[0]


def _unless(*, for_good: bool) -> None:
    if not for_good:
        raise _Undone
