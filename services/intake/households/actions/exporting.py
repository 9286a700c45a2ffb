"""Exporting households (户表导出): a table that can be imported again, masked, or in clear and on the record."""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.rules.requests import Request
from libs.common.run.beside import beside
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.sheets import csv_of
from services.intake.households.actions.looking import MOST_IN_CLEAR, look_at_many
from services.intake.households.actions.sealing import SEALED, Identity, Masked, masked
from services.intake.households.actions.table import LIMITS, table_of
from services.intake.households.actions.words import TableWords
from services.intake.households.queries import HouseholdFilter, KeptHousehold, all_households, identities_of
from services.intake.households.schemas import ExportInClear, HouseholdNarrowing

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
    found = await find_all(session, asked.scope, body, MOST_IN_CLEAR)
    identities = [one.identity for one in found]
    who = await look_at_many(session, asked, identities, body.reason, sorted(SEALED), vault, most)
    shown = [(one, who[one.row.household_id]) for one in found]
    seen = sum(isinstance(one, Identity) for one in who.values())
    return await beside(_csv, shown, words), seen


def _csv(shown: Sequence[Shown], words: TableWords) -> bytes:
    return csv_of(table_of(((one.row, who) for one, who in shown), words))
