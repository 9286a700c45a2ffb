"""Erasing who lives in a household that stands in no denominator any more: head, phone, door, members, notes, photos.

Its steps, visits, looks and figures stay. What was sealed stays, too, and nobody opens it: so the audit goes on
comparing it with what was told.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, Unavailable
from libs.common.events.households import HouseholdErased
from libs.common.security.masking import mask_text
from libs.common.security.vault import Vault
from services.intake.erasures import queries
from services.intake.erasures.domain import REASONS, Order
from services.intake.households.actions.sealing import check_not_erased, print_of, without_names
from services.intake.households.queries import identity_of
from services.intake.households.tables import Household, HouseholdIdentity

_A_NIGHT = timedelta(days=1)
"""What is planned of a night goes on after midnight, in whatever place: the commands know no pack."""


class HouseholdNeeded(Conflict):
    """Something that is not over needs to know who lives there; ``reason`` names it."""

    type, title, title_zh = "household-needed", "Who lives there is still needed", "户内信息尚在使用"


@dataclass(frozen=True, slots=True)
class HouseholdErasure:
    """What it came to."""

    household_id: str
    photos: int


async def erase_household(session: Session, vault: Vault, reference: str, order: Order) -> HouseholdErasure:
    """Destroy the key of a household, for good.

    Raises:
        NotFound: there is no such household.
        HouseholdNeeded: it stands in the register, or a plan, an open case or a phone's item needs it.
        WhoLivesThereErased: it was done before.
    """
    household_id = await queries.find_household_id(session, reference)
    row = None if household_id is None else await session.one(Household, "household_id", household_id)
    identity = None if row is None else await identity_of(session, row.household_id, lock=True)
    if row is None or identity is None:
        raise NotFound
    check_not_erased(identity)
    needed = await queries.still_needed(session, row.household_id, night_of(session.now))
    if needed is not None:
        chinese, english = REASONS[needed]
        raise HouseholdNeeded(english, chinese, extra={"reason": needed.value})
    now, was = max(session.now, row.updated_at), print_of(identity)
    reason = _masked(vault, identity, order.reason)
    identity.wrapped, identity.destroyed_at = None, now
    identity.phone_index = identity.door_index = None
    # By the office's own number its books would lead back to who lived there.
    row.household_no = None
    photos = await queries.delete_photos(session, row.household_id)
    session.publish(
        HouseholdErased(
            occurred_at=now,
            household_id=row.household_id,
            reason=reason,
            agreed_by=order.agreed_by,
            was=was,
            now=print_of(identity),
            photos=photos,
            by=order.by,
        )
    )
    return HouseholdErasure(row.household_id, photos)


def night_of(now: datetime) -> date:
    """From which day on a plan is not over."""
    return (now - _A_NIGHT).date()


def _masked(vault: Vault, identity: HouseholdIdentity, reason: str) -> str:
    try:
        return without_names(vault, identity, reason)
    except Unavailable:
        # Its key is lost already: it is erased all the same.
        return mask_text(reason)
