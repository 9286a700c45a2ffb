"""Sealing anew who lives somewhere, beside a running system: keys wrapped by another, phones and doors found anew.

Every household has a key of its own from its first day, so no cell is ever sealed anew.
"""

from libs.common.database.session import Session
from libs.common.errors import Unavailable
from libs.common.events.households import HouseholdResealed
from libs.common.rules.turns import LeftAlone, Turn
from libs.common.security.phones import NotAPhone
from libs.common.security.vault import CannotOpen, Vault
from services.intake.households.actions.sealing import envelope_of, opened, print_of
from services.intake.households.queries import found_by_index, wrapped_before
from services.intake.households.tables import Household, HouseholdIdentity

_LEFT = "household_identity"


async def rewrap_household_keys(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """Wrap keys of households under the vault's current key; no cell changes."""
    household_ids = await wrapped_before(session, after, size, vault.header)
    await session.load(HouseholdIdentity, "household_id", household_ids)
    changed, places = 0, []
    for household_id in household_ids:
        for identity in await session.rows(HouseholdIdentity, "household_id", household_id):
            try:
                wrapped = envelope_of(vault, identity).rewrapped()
            except CannotOpen:
                places.append(LeftAlone(_LEFT, household_id))
                continue
            if wrapped is not None:
                identity.wrapped = wrapped
                changed += 1
    return Turn(max(household_ids, default=None), changed, tuple(places))


async def reindex_households(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """Find phones and doors by the index's newest key; each household that is found otherwise says so, by digests."""
    household_ids = await found_by_index(session, after, size)
    # A door is found by its area too, so the household is locked first, as by everybody who changes one.
    await session.load(Household, "household_id", household_ids)
    await session.load(HouseholdIdentity, "household_id", household_ids)
    changed, places = 0, []
    for household_id in household_ids:
        (row,) = await session.rows(Household, "household_id", household_id)
        (identity,) = await session.rows(HouseholdIdentity, "household_id", household_id)
        try:
            changed += _reindexed(session, vault, row, identity)
        except (Unavailable, NotAPhone):
            places.append(LeftAlone(_LEFT, household_id))
    return Turn(max(household_ids, default=None), changed, tuple(places))


def _reindexed(session: Session, vault: Vault, row: Household, identity: HouseholdIdentity) -> bool:
    was = print_of(identity)
    who = opened(envelope_of(vault, identity), identity, ("phone", "door"))
    phone_index = None if who.phone is None else vault.phone_index(who.phone)
    identity.phone_index = phone_index
    identity.door_index = None if who.door is None else vault.door_index(row.area_code, who.door)
    now = print_of(identity)
    if now == was:
        return False
    at = max(session.now, row.updated_at)
    session.publish(HouseholdResealed(occurred_at=at, household_id=row.household_id, was=was, now=now))
    return True
