"""A house that was closed is gone: whoever opens many in one process, as these tests do, has one at a time."""

import gc
from pathlib import Path
from weakref import ref

from tests.conftest import MakeDatabase
from tests.journeys.county import open_county


async def test_nothing_of_a_house_is_left_when_it_was_closed(make_database: MakeDatabase, tmp_path: Path) -> None:
    async with open_county(await make_database("template0"), tmp_path) as county:
        case_id = await county.register()
        await county.work(case_id)
        assert (await county.http.get("/intake/openapi.json")).status_code == 200
        left = [ref(service) for service in county.house.services.values()]
    del county
    gc.collect()
    assert [one() for one in left] == [None] * 4
