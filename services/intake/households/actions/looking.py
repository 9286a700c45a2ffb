"""Looking at who lives somewhere (查看户情): unmasked, with a reason and on the record."""

from collections.abc import Mapping, Sequence

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import NotFound, Unavailable
from libs.common.events.households import HouseholdRevealed
from libs.common.rules.looks import check_amount, check_looks
from libs.common.rules.requests import Request
from libs.common.run.beside import beside
from libs.common.security.vault import Vault
from services.intake.households.actions.sealing import Identity, Masked, envelope_of, hidden_in, masked, opened
from services.intake.households.queries import find, identity_of
from services.intake.households.schemas import RevealedHousehold, RevealHousehold
from services.intake.households.tables import HouseholdIdentity, HouseholdLook

MOST_IN_CLEAR = 2_000
"""Households in one table, and in all tables and sheets of a person within an hour: a village's, never a county's."""
_AT_ONCE = 200
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


async def look_at_many(
    session: Session,
    asked: Request,
    found: Sequence[HouseholdIdentity],
    reason: str,
    fields: Sequence[str],
    vault: Vault,
    most: int,
) -> dict[str, Identity | Masked]:
    """Who lives in each of these, in clear: each is a look of its own, and all are one of the person's by the hour.

    What cannot be opened stays masked, and was not looked at. Raises TooManyLooks when the person has taken ``most``
    looks within an hour, or has seen more households in tables and sheets of an hour than are in one.
    """
    await check_one_more_look(session, asked, most)
    shown = await beside(_opened, found, vault)
    seen = sorted([household_id for household_id, who in shown.items() if isinstance(who, Identity)])
    table = HouseholdLook.__tablename__
    await check_amount(session, table, asked.actor, len(seen), MOST_IN_CLEAR, those=OF_A_TABLE)
    table_id, hidden = str(uuid_utils.uuid7()), await beside(_without_names, reason, shown)
    for begin in range(0, len(seen), _AT_ONCE):
        for place, household_id in enumerate(seen[begin : begin + _AT_ONCE], start=begin + 1):
            record_look(session, asked, household_id, f"{table_id}/{place}", hidden, fields)
        await session.write_so_far()
    return shown


def _opened(found: Sequence[HouseholdIdentity], vault: Vault) -> dict[str, Identity | Masked]:
    return {row.household_id: _open(row, vault) for row in found}


def _open(row: HouseholdIdentity, vault: Vault) -> Identity | Masked:
    try:
        return opened(envelope_of(vault, row), row)
    except Unavailable:
        return masked(vault, row)


def _without_names(reason: str, shown: Mapping[str, Identity | Masked]) -> str:
    """The reason with nothing of who lives in any of these households."""
    for who in shown.values():
        if isinstance(who, Identity):
            reason = hidden_in(who, reason)
    return reason


async def check_one_more_look(session: Session, asked: Request, most: int) -> None:
    """TooManyLooks when the person has looked ``most`` times within an hour; a table in clear is one look."""
    await check_looks(session, HouseholdLook.__tablename__, asked.actor, most, together=_ONE_LOOK)
