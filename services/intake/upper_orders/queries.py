"""Finding an order from above by its body and number."""

from libs.common.database.session import Session
from services.intake.upper_orders.tables import UpperOrderCase


async def known_order(session: Session, body: str, number: str) -> UpperOrderCase | None:
    """The order, in this very transaction or before; unlocked: its case's lock guards it."""
    rows = await session.rows(UpperOrderCase, "number", number, lock=False)
    return next((row for row in rows if row.body == body), None)
