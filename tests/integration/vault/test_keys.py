"""A key of the vault that leaked is retired by the commands: nothing is lost, and everything agrees."""

import pytest

from huiyin.vault.status import SEALED_COLUMNS
from huiyin.vault.turning import REINDEX, RESEAL, Turning
from libs.common.bus.flow import Service
from libs.common.time.clock import system_now
from tests.integration.vault.conftest import CONTACT, WHO, Safe, agree, live, reached, seen

CELLS = "SELECT sealed_name, sealed_phone FROM requester ORDER BY case_id"
NO_OTHERS = {"household keys": 0, "phone keys": 0}


@pytest.mark.timeout(600)
async def test_a_leaked_key_is_retired_by_the_commands(safe: Safe) -> None:
    """As docs/operations.md says it, step by step."""
    async with safe.open() as county:
        cases = await live(county)
        before = [await seen(county, case_id) for case_id in cases]
    await safe.as_before()
    safe.keys(vault=[b"n" * 32, b""])
    for service in ("intake", "dispatch"):
        told = await safe.run("vault", "reseal", "--service", service)
        assert told.status == 0, told.err
    assert "may be taken away" in (await safe.run("vault", "status", "--service", "intake")).out
    safe.keys(vault=[b"n" * 32])
    async with safe.open() as county:
        assert [await seen(county, case_id) for case_id in cases] == before
        assert await reached(county) == CONTACT
        await agree(county)


async def test_it_may_be_tried_and_done_twice(safe: Safe) -> None:
    async with safe.open() as county:
        await live(county)
    await safe.as_before()
    safe.keys(vault=[b"n" * 32, b""])
    cells = await safe.rows(CELLS)
    for service, found in ((Service.INTAKE, 3), (Service.DISPATCH, 1)):
        old = (await safe.status(service)).retired[0]
        assert (await safe.status(service)).cells(old) > 0
        assert sum((await safe.turn(RESEAL, service, dry=True)).changed.values()) == found
        assert await safe.rows(CELLS) == cells
        assert sum((await safe.turn(RESEAL, service)).changed.values()) == found
        cells = await safe.rows(CELLS)
        assert sum((await safe.turn(RESEAL, service)).changed.values()) == 0
        assert (await safe.status(service)).cells(old) == 0
        assert await safe.rows(CELLS) == cells


async def test_a_further_key_changes_no_cell_of_a_case(safe: Safe) -> None:
    async with safe.open() as county:
        (case_id,) = await live(county, 1)
        before = await seen(county, case_id)
    cells = await safe.rows(CELLS)
    safe.keys(vault=[b"n" * 32, b""])
    assert (await safe.turn(RESEAL, Service.INTAKE)).changed == {"case keys": 1, "cases": 0} | NO_OTHERS
    assert await safe.rows(CELLS) == cells
    safe.keys(vault=[b"n" * 32])
    async with safe.open() as county:
        assert await seen(county, case_id) == before


async def test_it_goes_on_where_it_was_killed(safe: Safe) -> None:
    async with safe.open() as county:
        await live(county)
    await safe.as_before()
    safe.keys(vault=[b"n" * 32, b""])

    class Killed(Exception):
        pass

    def killed(_what: str, changed: int) -> None:
        if changed == 2:
            raise Killed

    async with safe.database(Service.INTAKE) as database:
        turning = Turning(Service.INTAKE, database, safe.vault, system_now, at_once=1, told=killed)
        with pytest.raises(Killed):
            await turning.through(RESEAL[Service.INTAKE])
    status = await safe.status(Service.INTAKE)
    assert status.cells(status.retired[0]) == 6, "a name, a phone, an id, a home, a text, a supplement"
    assert (await safe.turn(RESEAL, Service.INTAKE)).changed == {"case keys": 0, "cases": 1} | NO_OTHERS


async def test_what_does_not_open_is_named_and_holds_nothing_up(safe: Safe) -> None:
    async with safe.open() as county:
        broken, *_ = await live(county)
    await safe.as_before()
    await safe.rows(f"UPDATE requester SET sealed_name = sealed_phone WHERE case_id = '{broken}'")  # noqa: S608
    safe.keys(vault=[b"n" * 32, b""])
    told = await safe.run("vault", "reseal", "--service", "intake")
    assert told.status == 1
    assert f'requester "{broken}"' in told.out
    assert "张三" not in told.out
    status = await safe.status(Service.INTAKE)
    assert status.cells(status.retired[0]) == 1
    safe.keys(vault=[b"x" * 32])
    assert len((await safe.status(Service.INTAKE)).unknown) == 2


async def test_the_index_is_made_anew(safe: Safe) -> None:
    async with safe.open() as county:
        cases = await live(county, 2)
    old = safe.vault.phone_index(WHO["phone"])
    safe.keys(index=[b"j" * 32, b""])
    assert safe.vault.phone_indexes(WHO["phone"])[1] == old
    for dry, changed, found in ((True, 2, 1), (False, 2, 0), (False, 0, 0)):
        done = await safe.turn(REINDEX, Service.INTAKE, dry=dry)
        assert (done.changed, done.places) == ({"requesters' phones": changed, "households": 0}, [])
        kept = {row.phone_index for row in await safe.rows("SELECT phone_index FROM requester")}
        assert kept == {safe.vault.phone_indexes(WHO["phone"])[found]}
    safe.keys(index=[b"j" * 32])
    async with safe.open() as county:
        assert (await seen(county, cases[0]))["phone"] == WHO["phone"]
        await agree(county)


async def test_every_column_that_is_sealed_is_counted(safe: Safe) -> None:
    found = await safe.rows(
        "SELECT table_schema AS service, table_name AS name, column_name AS column FROM information_schema.columns"
        " WHERE data_type = 'bytea' AND (column_name LIKE 'sealed%' OR column_name = 'wrapped')"
    )
    assert {(row.service, row.name, row.column) for row in found} == {
        (str(service), table, column)
        for service, tables in SEALED_COLUMNS.items()
        for table, columns in tables.items()
        for column in columns
    }


async def test_each_service_has_keys_of_its_own(safe: Safe) -> None:
    told = await safe.run("vault", "status")
    assert (told.status, "--service intake" in told.err) == (2, True)
