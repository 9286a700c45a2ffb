"""Exporting households (户表导出): a table that can be imported again, masked, or in clear and on the record."""

from collections.abc import Sequence

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Unavailable, invalid
from libs.common.rules.looks import check_amount
from libs.common.rules.requests import Request
from libs.common.run.beside import beside
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.sheets import csv_of
from services.intake.households.actions.looking import OF_A_TABLE, check_one_more_look, record_look
from services.intake.households.actions.sealing import SEALED, Identity, Masked, envelope_of, hidden_in, masked, opened
from services.intake.households.actions.table import LIMITS, table_of
from services.intake.households.actions.words import TableWords
from services.intake.households.queries import HouseholdFilter, KeptHousehold, all_households, identities_of
from services.intake.households.schemas import ExportInClear, HouseholdNarrowing
from services.intake.households.tables import HouseholdLook

MOST_IN_CLEAR = 2_000
"""Households in one table, and in all tables of a person within an hour: a village's, never a county's."""
_AT_ONCE = 200
Shown = tuple[KeptHousehold, Identity | Masked]


async def find_all(session: Session, scope: Scope, query: HouseholdNarrowing, most: int) -> list[KeptHousehold]:
    """The households of a table, by area. Invalid when they are more than ``most``."""
    narrowed = HouseholdFilter(**{name: getattr(query, name) for name in HouseholdNarrowing.model_fields})
    rows = await all_households(session, scope, narrowed, most)
    if len(rows) > most:
        message = f"takes in more than {most} households: ask for a smaller one"
        raise invalid("area_code", message, f"超过 {most} 户，请缩小范围")
    identities = await identities_of(session, [row.household_id for row in rows])
    return [KeptHousehold(row, identities[row.household_id]) for row in rows]


async def masked_table(session: Session, scope: Scope, query: HouseholdNarrowing) -> list[KeptHousehold]:
    """What `write_masked` writes."""
    return await find_all(session, scope, query, LIMITS.rows)


def write_masked(found: Sequence[KeptHousehold], words: TableWords, vault: Vault) -> bytes:
    """The table with 张* and 138****1234."""
    return _csv([(one, masked(vault, one.identity)) for one in found], words)


async def clear_table(
    session: Session, asked: Request, body: ExportInClear, words: TableWords, vault: Vault, most: int
) -> tuple[bytes, int]:
    """The table with who lives there, and of how many households; each is a look, and all are one by the hour.

    Raises Invalid for too many households, and TooManyLooks when the person has taken ``most`` looks within an hour, or
    has seen too many households. What cannot be opened stays masked, and was not looked at.
    """
    await check_one_more_look(session, asked, most)
    found = await find_all(session, asked.scope, body, MOST_IN_CLEAR)
    shown = await beside(_opened, found, vault)
    seen = sorted([one.row.household_id for one, who in shown if isinstance(who, Identity)])
    table = HouseholdLook.__tablename__
    await check_amount(session, table, asked.actor, len(seen), MOST_IN_CLEAR, those=OF_A_TABLE)
    table_id, reason = str(uuid_utils.uuid7()), await beside(_without_names, body.reason, shown)
    for begin in range(0, len(seen), _AT_ONCE):
        for place, household_id in enumerate(seen[begin : begin + _AT_ONCE], start=begin + 1):
            record_look(session, asked, household_id, f"{table_id}/{place}", reason, sorted(SEALED))
        await session.write_so_far()
    return await beside(_csv, shown, words), len(seen)


def _without_names(reason: str, shown: Sequence[Shown]) -> str:
    """The reason with nothing of who lives in any of these households."""
    for _, who in shown:
        if isinstance(who, Identity):
            reason = hidden_in(who, reason)
    return reason


def _opened(found: Sequence[KeptHousehold], vault: Vault) -> list[Shown]:
    return [(one, _open(one, vault)) for one in found]


def _open(one: KeptHousehold, vault: Vault) -> Identity | Masked:
    try:
        return opened(envelope_of(vault, one.identity), one.identity)
    except Unavailable:
        return masked(vault, one.identity)


def _csv(shown: Sequence[Shown], words: TableWords) -> bytes:
    return csv_of(table_of(((one.row, who) for one, who in shown), words))
