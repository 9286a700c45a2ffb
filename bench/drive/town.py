"""A town of the load's own (试压镇): the demo pack with a new town, where nobody has ever complained.

Staff find their work on list pages, what is due first stands first. In a county with a stock of open cases the units
would have to clear those before they saw a new one; in the new town only the load's cases are on the lists, while all
tables and indexes hold the whole county.
"""

import asyncio
import time

from bench.drive.house import DEMO_PACK, House, HouseTrouble
from huiyin.office.errands import CASES
from libs.common.pack.areas import AreaLevel
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import Area, Pack, Unit
from libs.common.pack.schema.places import UnitLevel
from libs.common.security.principal import Role

_TOWN = "999001109000"
VILLAGES = tuple(f"999001109{number}" for number in range(201, 209))
UNITS = tuple(f"V-{village}" for village in VILLAGES)
"""Who leads what is complained about here: the duty directory gives street lights of a village to the village."""
CATEGORY = "0101"

_KNOWN_WITHIN = 60.0
_PAUSE = 0.05
_NO_SUCH_CATEGORY = "9999"


def with_town(pack: Pack) -> Pack:
    """The pack with the town, its villages and their units."""
    town = Area(code=_TOWN, name="试压镇", level=AreaLevel.TOWN, parent=pack.place.code)
    seat = Unit(code=f"T-{_TOWN[:9]}", name="试压镇人民政府", level=UnitLevel.TOWN, area_code=_TOWN, size_class="small")
    areas = [Area(code=code, name=f"{code[-2:]}村", level=AreaLevel.VILLAGE, parent=_TOWN) for code in VILLAGES]
    units = [
        Unit(
            code=unit,
            name=f"{village[-2:]}村村民委员会",
            level=UnitLevel.VILLAGE,
            area_code=village,
            parent=seat.code,
            size_class="village",
        )
        for unit, village in zip(UNITS, VILLAGES, strict=True)
    ]
    return pack.model_copy(
        update={
            "version": f"{pack.version}·试压",
            "areas": (*pack.areas, town, *areas),
            "units": (*pack.units, seat, *units),
        }
    )


async def found_town(house: House) -> None:
    """Publish the pack with the town, and wait until the door knows it; a town that is there already stays."""
    await house.publish(with_town(load_pack(DEMO_PACK)))
    deadline = time.monotonic() + _KNOWN_WITHIN
    while not await _is_known(house):
        if time.monotonic() > deadline:
            raise HouseTrouble("intake does not hear of the new pack")
        await asyncio.sleep(_PAUSE)


async def _is_known(house: House) -> bool:
    """Whether intake finds only the category wrong with a complaint from the town, and not its area."""
    body = {
        "channel": "web",
        "kind": "help",
        "area_code": VILLAGES[0],
        "category_code": _NO_SUCH_CATEGORY,
        "text": "试",
    }
    with house.people() as people:
        answer = await people.person("operator-1", Role.OPERATOR).post(CASES, body)
    wrong = {error["field"] for error in answer.json().get("fields", ())}
    return "category_code" in wrong and "area_code" not in wrong
