"""Importing households (户表导入): each row that brings something is one step of its household, all or none of them.

Judging takes seconds of a processor for thousands of rows, so it is done before the transaction, which then sees to it
that all is still as it was looked at. Rows that say what is so already change nothing: the same file may come again.
Whoever does not stand in it stays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Overtaken
from libs.common.events.household_terms import HouseholdFact
from libs.common.run.beside import beside
from libs.common.security.vault import Vault
from libs.common.sheets import SheetRow
from services.intake.households.actions.changing import seal_anew
from services.intake.households.actions.judging import ChangedHousehold, JudgedTable, judge_rows
from services.intake.households.actions.loads import check_after, loads_before
from services.intake.households.actions.matching import KeptHouseholds
from services.intake.households.actions.recording import apply, state_of
from services.intake.households.actions.registering import enter, new_household_id
from services.intake.households.actions.sealing import sealed_identity
from services.intake.households.actions.table import read_table
from services.intake.households.actions.words import TableWords
from services.intake.households.queries import Marks, hold_register, versions_of
from services.intake.households.tables import Household, HouseholdIdentity
from services.intake.rounds.actions.following import catch_up

_AT_ONCE = 400
"""Households written together."""
_AT_A_STRETCH = 50
"""Households decided before others at the door have their turn."""
Find = Callable[[Marks], Awaitable[Sequence[Any]]]


async def judge(
    rows: Sequence[SheetRow], words: TableWords, vault: Vault, find: Find, *, may_assign: bool
) -> JudgedTable:
    """What the rows would come to. ``may_assign``: whether the caller may say who looks after a household."""
    read, bad = await beside(read_table, rows, words)
    register = KeptHouseholds(words.asked.scope, vault)
    ids = tuple([row.household_id for row in read if row.household_id is not None])
    named = Marks(ids, tuple([row.household_no for row in read if row.household_no is not None]))
    await beside(register.learn, await find(named))
    marked, marks = await beside(register.mark, read)
    await beside(register.learn, await find(marks))
    judged = JudgedTable(words, register, may_assign, named + marks, bad=bad)
    await beside(judge_rows, judged, marked)
    return judged


def sealed(judged: JudgedTable) -> list[dict[str, Any]]:
    """Who lives in the new households, each under a key of its own."""
    return [
        sealed_identity(
            judged.register.vault, new_household_id(), one.said.what.facts[HouseholdFact.AREA_CODE], one.who
        )
        for one in judged.entered
    ]


async def take(session: Session, judged: JudgedTable, identities: Sequence[Mapping[str, Any]]) -> None:
    """Write all of it. Overtaken when something is not any more as it was looked at."""
    await hold_register(session)
    looked_at = session.now
    await catch_up(session)
    if session.now != looked_at:
        raise Overtaken("a round was closed meanwhile, after what these rows would hold from")
    if await versions_of(session, judged.marks) != judged.register.versions:
        raise Overtaken("a household was changed or registered meanwhile")
    directory = session.packs.current(session.now).directory
    before = await loads_before(session, directory, _gets_more(judged))
    # In one order, so that whoever else changes some of them does not wait for this in a circle.
    changed = sorted(judged.changed, key=lambda one: one.household_id)
    for begin in range(0, len(changed), _AT_ONCE):
        await _change(session, changed[begin : begin + _AT_ONCE], judged.register.vault)
        await session.write_so_far()
    for begin in range(0, len(identities), _AT_ONCE):
        piece = slice(begin, begin + _AT_ONCE)
        for done, (one, identity) in enumerate(zip(judged.entered[piece], identities[piece], strict=True)):
            if done % _AT_A_STRETCH == 0:
                await asyncio.sleep(0)
            enter(session, one.household_no, one.said, identity)
        await session.write_so_far()
    await check_after(session, directory, before, "包保人")


def _gets_more(judged: JudgedTable) -> set[str]:
    steps = [one.said for one in judged.entered] + [one.said for one in judged.changed]
    told = (said.what.facts.get(HouseholdFact.CONTACT_STAFF_ID) for said in steps)
    return {staff_id for staff_id in told if staff_id is not None}


async def _change(session: Session, piece: Sequence[ChangedHousehold], vault: Vault) -> None:
    ids = [one.household_id for one in piece]
    await session.load(Household, "household_id", ids)
    await session.load(HouseholdIdentity, "household_id", ids)
    for done, one in enumerate(piece):
        if done % _AT_A_STRETCH == 0:
            await asyncio.sleep(0)
        row = await session.one(Household, "household_id", one.household_id)
        identity = await session.one(HouseholdIdentity, "household_id", one.household_id)
        if row is None or identity is None or row.version != one.version:
            raise Overtaken("a household was changed meanwhile")
        before, area_code = state_of(row), one.said.what.facts.get(HouseholdFact.AREA_CODE, row.area_code)
        if one.told or area_code != row.area_code:
            seal_anew(one.told, (row.area_code, area_code), identity, vault)
        apply(session, row, before, one.said, identity)
