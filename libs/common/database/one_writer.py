"""One writer at a time, in whichever process: for rules over many rows, such as how many one person has of them."""

from libs.common.database.session import Session
from libs.common.errors import Overtaken

_LOCK = "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.' || $1::text))"


async def only_writer(session: Session, matter: str) -> None:
    """Wait until nobody else changes the matter; nobody does before this transaction has ended.

    What a transaction changes is written at its end, so a second change in it would not see the first: that one is
    Overtaken, and so done in a transaction of its own.
    """
    place = f"database.only_writer.{matter}"
    if place in session.info:
        raise Overtaken(f"this transaction holds another change of {matter}")
    session.info[place] = True
    await session.fetch(_LOCK, matter)
