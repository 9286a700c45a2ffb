"""Taking people into a house, from a table: as the API does, by whoever has the machine in hand and needs no token."""

import asyncio

from huiyin.house import House
from libs.common.bus.flow import Service
from libs.common.database.stored_staff import refresh_staff
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.sheets import read_sheet
from libs.common.web.tables import ImportOut
from services.dispatch.staff.actions.importing import take_import, try_import

_LOADER = Request(Actor("staff-loader"), Scope(""))


async def import_people(house: House, content: bytes, *, preview: bool, only_good: bool) -> ImportOut:
    """What a table of people comes to. Raises UnreadableSheet, and, unless only looking, Invalid for bad lines."""
    runtime = house.services[Service.DISPATCH].runtime
    rows = await asyncio.to_thread(read_sheet, content)
    if preview:
        async with runtime.work_database.reading() as session:
            session.now = house.clock.now()
            return await try_import(session, _LOADER, rows, runtime.vault)
    async with runtime.work_database.transaction(house.clock.now()) as session:
        taken = await take_import(session, _LOADER, rows, runtime.vault, only_good=only_good)
    await refresh_staff(runtime.work_database)
    return taken


async def import_first_people(house: House, table: bytes) -> None:
    """Take the people of a table when the house knows nobody yet; otherwise leave it as it is."""
    if not house.services[Service.DISPATCH].runtime.work_database.staff.members():
        await import_people(house, table, preview=False, only_good=False)
