"""Keys are retired for households too: wrapped and found anew beside a running house, and told by digests."""

from typing import Any

from huiyin.vault.turning import REINDEX, RESEAL
from libs.common.bus.flow import Service
from tests.integration.vault.conftest import Safe, agree
from tests.journeys.county import County
from tests.support.service import VILLAGE

HOUSEHOLDS = "/intake/v1/households"
WHO = {"head": "欧阳金丝雀", "phone": "13812345678", "door": "三组15号"}
ALL = {"reason": "核实今晚走访的住户地址", "fields": ["head", "phone", "door", "members"]}
CELLS = "SELECT sealed_head, sealed_phone, sealed_door, sealed_members FROM household_identity ORDER BY household_id"
TOLD = "SELECT payload->>'was' AS was, payload->>'now' AS now FROM ledger WHERE type = 'cn.huiyin.household.resealed'"


async def settled_in(county: County, **fields: Any) -> str:
    """A household of which everything is sealed."""
    body = {"area_code": VILLAGE, "members": [{"name": "小雀", "phone": "13987654321"}], **WHO, **fields}
    made = await county.operator.do(HOUSEHOLDS, body)
    await county.house.settle()
    return str(made["household_id"])


async def lives_there(county: County, household_id: str) -> Any:
    return await county.operator.do(f"{HOUSEHOLDS}/{household_id}/reveal", ALL)


async def test_a_leaked_key_is_retired_beside_a_running_house(safe: Safe) -> None:
    async with safe.open() as county:
        household_id = await settled_in(county)
        nothing_sealed = await county.operator.do(HOUSEHOLDS, {"area_code": VILLAGE})
        before, cells = await lives_there(county, household_id), await safe.rows(CELLS)
    safe.keys(vault=[b"n" * 32, b""], index=[b"j" * 32, b""])
    async with safe.open() as county:
        for dry, wrapped, found in ((True, 2, 1), (False, 2, 1), (False, 0, 0)):
            assert (await safe.turn(RESEAL, Service.INTAKE, dry=dry)).changed["household keys"] == wrapped
            done = await safe.turn(REINDEX, Service.INTAKE, dry=dry)
            assert (done.changed["households"], done.places) == (found, [])
        assert await safe.rows(CELLS) == cells
        (told,) = await safe.rows(TOLD)
        assert told.was != told.now
        await agree(county)
    status = await safe.status(Service.INTAKE)
    assert status.cells(status.retired[0]) == 0
    safe.keys(vault=[b"n" * 32], index=[b"j" * 32])
    async with safe.open() as county:
        assert await lives_there(county, household_id) == before
        same = [{"phone": WHO["phone"]}, {"door": WHO["door"]}]
        refused = [await county.operator.post(HOUSEHOLDS, {"area_code": VILLAGE, **one}) for one in same]
        assert [answer.status_code for answer in refused] == [409, 409]
        changed = {"head": "欧阳大雀"}
        await county.operator.do(f"{HOUSEHOLDS}/{nothing_sealed['household_id']}/change", changed)
        await agree(county)


async def test_what_does_not_open_is_named_and_holds_nothing_up(safe: Safe) -> None:
    async with safe.open() as county:
        broken = await settled_in(county)
        await settled_in(county, phone="13812345679", door="三组16号")
    await safe.rows(f"UPDATE household_identity SET sealed_door = sealed_phone WHERE household_id = '{broken}'")  # noqa: S608
    safe.keys(index=[b"j" * 32, b""])
    done = await safe.turn(REINDEX, Service.INTAKE)
    assert (done.changed["households"], [(one.table, one.row) for one in done.places]) == (
        1,
        [("household_identity", broken)],
    )
    await safe.rows(f"UPDATE household_identity SET wrapped = sealed_phone WHERE household_id = '{broken}'")  # noqa: S608
    safe.keys(vault=[b"n" * 32, b""])
    done = await safe.turn(RESEAL, Service.INTAKE)
    assert (done.changed["household keys"], [(one.table, one.row) for one in done.places]) == (
        1,
        [("household_identity", broken)],
    )
