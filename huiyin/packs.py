"""Loading a county pack into a house."""

from pathlib import Path

from huiyin.house import House
from libs.common.bus.flow import Service
from libs.common.database.stored_packs import refresh_shelf
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import Pack
from services.dispatch.directory.actions import publishing
from services.dispatch.directory.actions.concerns import concerned
from services.dispatch.directory.schemas import PackOut


async def publish_pack(house: House, pack: Pack, *, dry_run: bool = False) -> PackOut:
    """Publish a pack through dispatch, as its API does; one that is in force already changes nothing.

    ``dry_run``: only tell what it would be, and which open cases it concerns.
    """
    runtime = house.services[Service.DISPATCH].runtime
    act = publishing.try_out if dry_run else publishing.publish
    async with runtime.work_database.transaction(house.clock.now()) as session:
        concerns = {"concerned": await concerned(session, pack)}
        published = (await act(session, publishing.loader_scope(pack), pack)).model_copy(update=concerns)
    await refresh_shelf(runtime.work_database)
    return published


async def publish_first_pack(house: House, folder: Path) -> None:
    """Load the pack of ``folder`` when the house knows none yet; otherwise leave it as it is."""
    if house.services[Service.DISPATCH].runtime.work_database.packs.newest == 0:
        await publish_pack(house, load_pack(folder))
