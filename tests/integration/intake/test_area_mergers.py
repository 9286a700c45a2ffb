"""An area goes up in another: its households go along by themselves, and rounds that run do not notice."""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from libs.common.events.household_terms import HouseholdStep
from libs.common.pack.decoding import decode_document
from libs.common.pack.loader import document
from libs.common.service.runtime import Runtime
from services.intake.households.actions import merging
from services.intake.households.actions.merging import go_along
from tests.integration.intake.door import NOW, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import WHO, Homes, Visitors, appoint
from tests.support.service import PACK, published

NEIGHBOUR = "999001101202"
ALONG = HouseholdStep.AREA_MERGED.value


@pytest.fixture
def homes(intake: IntakeDoor) -> Homes:
    return Homes(intake)


async def merge_village(
    intake: IntakeDoor, successor: str, going: Callable[[Runtime], Awaitable[None]] = go_along
) -> None:
    """From a day on the pack knows no such village, and what it went up in."""
    later = NOW + timedelta(days=1)
    pack: dict[str, Any] = copy.deepcopy(document(PACK))
    gone = [area for area in pack["areas"] if area["code"].startswith(VILLAGE)]
    units = [unit for unit in pack["units"] if unit["area_code"].startswith(VILLAGE)]
    pack["areas"] = [area for area in pack["areas"] if area not in gone]
    pack["units"] = [unit for unit in pack["units"] if unit not in units]
    pack["merged"] = {"areas": [{"code": one["code"], "name": one["name"], "successor": successor} for one in gone]}
    await intake.hear(published(decode_document(pack).pack, version=2, at=later))
    intake.move_clock(later + timedelta(hours=1))
    await going(intake.service.runtime)


def left() -> float | None:
    return REGISTRY.get_sample_value("huiyin_households_of_removed_areas", {"service": "intake"})


async def test_households_go_along_with_their_area_whatever_becomes_of_them(
    intake: IntakeDoor, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "AT_ONCE", 2)
    ids = [(await homes.register(**WHO))["household_id"], *[(await homes.register())["household_id"] for _ in range(3)]]
    await homes.done(f"/{ids[1]}/merge", {"into": ids[2], "why": "两户合为一户"})
    await homes.done(f"/{ids[3]}/muting", {"reason": "refused", "why": "多次拒绝走访"})
    elsewhere = await homes.register(area_code=NEIGHBOUR)
    await merge_village(intake, NEIGHBOUR)
    there = [await homes.one(household_id) for household_id in ids]
    assert {one["area_code"] for one in there} == {NEIGHBOUR}
    assert [one["status"] for one in there] == ["registered", "ended", "registered", "mute_asked"]
    assert (await homes.one(ids[0], on=NOW.date().isoformat()))["area_code"] == VILLAGE
    steps = (await intake.get(f"/intake/v1/households/{ids[0]}/changes", homes.headers))["items"]
    assert (steps[-1]["action"], steps[-1]["by"], steps[-1]["holds_from"]) == (ALONG, "system", "2026-03-05")
    assert (await homes.one(elsewhere["household_id"]))["version"] == elsewhere["version"]
    again = await homes.post("", {"area_code": NEIGHBOUR, "door": WHO["door"]})
    assert (again.status_code, ids[0] in again.text) == (409, True)
    await go_along(intake.service.runtime)
    assert [(await homes.one(household_id))["version"] for household_id in ids] == [one["version"] for one in there]
    assert left() == 0


async def test_whoever_no_village_took_in_stays_and_is_counted(intake: IntakeDoor, homes: Homes) -> None:
    household = await homes.register()
    await merge_village(intake, TOWN)
    assert (await homes.one(household["household_id"]))["area_code"] == VILLAGE
    assert left() == 1
    moved = {"area_code": NEIGHBOUR, "holds_from": "2026-03-05"}
    await homes.done(f"/{household['household_id']}/change", moved)
    await go_along(intake.service.runtime)
    assert left() == 0


async def test_two_workers_at_once_move_each_once_and_count_nobody_as_left(
    intake: IntakeDoor, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "AT_ONCE", 1)
    ids = [(await homes.register())["household_id"] for _ in range(6)]
    runtime = intake.service.runtime

    async def twice(_: object) -> None:
        await asyncio.gather(go_along(runtime), go_along(runtime))

    await merge_village(intake, NEIGHBOUR, twice)
    assert {(one["area_code"], one["version"]) for one in [await homes.one(home) for home in ids]} == {(NEIGHBOUR, 2)}
    assert left() == 0


async def test_a_round_that_runs_keeps_its_households_and_its_figures(intake: IntakeDoor, homes: Homes) -> None:
    visitors = Visitors(intake)
    await appoint(intake, "S-1")
    ids = [(await homes.register())["household_id"] for _ in range(3)]
    neighbours = [(await homes.register(area_code=NEIGHBOUR))["household_id"] for _ in range(2)]
    here, there = await visitors.open(area_code=VILLAGE), await visitors.open(area_code=NEIGHBOUR)
    await visitors.record(ids[0])
    await merge_village(intake, NEIGHBOUR)
    await visitors.record(ids[1])
    await visitors.record(neighbours[0])
    for view in ("then", "now"):
        assert await visitors.counts(here, view=view) == (2, 3)
        assert await visitors.counts(there, view=view) == (1, 2)
    for view, area_code in (("then", VILLAGE), ("now", NEIGHBOUR)):
        rows = (await visitors.coverage(here, view=view, by="area"))["rows"]
        assert [(row["of"], row["visited"], row["households"]) for row in rows] == [(area_code, 2, 3)]
