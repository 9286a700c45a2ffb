"""Looking at who lives somewhere (查看户情): unmasked, with a reason and on the record."""

from collections.abc import Sequence

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

_ONE_LOOK, OF_A_TABLE = "split_part(look_id, '/', 1)", "strpos(look_id, '/') > 0"
"""Of a table in clear each household's look is called by the id of the table and its place in it."""


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
    await check_one_more_look(session, asked, most)
    wanted = sorted(set(body.fields))
    who = opened(envelope_of(vault, identity), identity)
    record_look(session, asked, household_id, str(uuid_utils.uuid7()), hidden_in(who, body.reason), wanted)
    return RevealedHousehold(household_id=household_id, **{field: getattr(who, field) for field in wanted})


def record_look(
    session: Session, asked: Request, household_id: str, look_id: str, reason: str, fields: Sequence[str]
) -> None:
    """One look, in the table and told, with who looked and why: nothing of who lives there stands in that any more."""
    look = HouseholdRevealed(
        occurred_at=session.now,
        household_id=household_id,
        look_id=look_id,
        reason=reason,
        fields=tuple([str(field) for field in fields]),
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


async def check_one_more_look(session: Session, asked: Request, most: int) -> None:
    """TooManyLooks when the person has looked ``most`` times within an hour; a table in clear is one look."""
    await check_looks(session, HouseholdLook.__tablename__, asked.actor, most, together=_ONE_LOOK)
