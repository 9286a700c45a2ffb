"""Looking at who lives somewhere (查看户情): unmasked, with a reason and on the record."""

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.households import HouseholdRevealed
from libs.common.rules.looks import check_looks
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from services.intake.households.actions.sealing import envelope_of, hidden_in, opened
from services.intake.households.queries import find, identity_of
from services.intake.households.schemas import RevealedHousehold, RevealHousehold
from services.intake.households.tables import HouseholdLook


async def reveal(
    session: Session, asked: Request, household_id: str, body: RevealHousehold, vault: Vault, most: int
) -> RevealedHousehold:
    """What was asked for. The look is recorded in the same transaction: no record, no answer.

    Raises NotFound, and TooManyLooks when the person has taken ``most`` of them within an hour.
    """
    row = await find(session, asked.scope, household_id)
    identity = await identity_of(session, household_id)
    if row is None or identity is None:
        raise NotFound
    await check_looks(session, HouseholdLook.__tablename__, asked.actor, most)
    wanted = sorted(set(body.fields))
    who = opened(envelope_of(vault, identity), identity)
    look = HouseholdRevealed(
        occurred_at=session.now,
        household_id=household_id,
        look_id=str(uuid_utils.uuid7()),
        reason=hidden_in(who, body.reason),
        fields=tuple(str(field) for field in wanted),
    )
    session.insert(
        HouseholdLook,
        {
            "look_id": look.look_id,
            "household_id": household_id,
            "who": asked.actor.subject,
            "unit_code": asked.actor.unit_code,
            "by_staff": asked.actor.staff_id,
            "reason": look.reason,
            "fields": [*look.fields],
            "at": session.now,
        },
    )
    session.publish(look)
    return RevealedHousehold(household_id=household_id, **{field: getattr(who, field) for field in wanted})
