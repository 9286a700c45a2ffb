"""A new pack drops what open cases use: a village is merged away, a bureau closed. Nobody's case is lost sight of."""

import asyncio
import copy
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

from libs.common.bus.flow import Service
from libs.common.pack.loader import document, load_pack
from libs.common.security.principal import Role
from services.intake.households.actions.merging import go_along
from tests.journeys.county import (
    DEMO,
    LIGHTS,
    NOT_SATISFIED,
    RESULT,
    SATISFIED,
    TOWN,
    TOWN_UNIT,
    VILLAGE,
    VILLAGE_UNIT,
    County,
    complaint,
)
from tests.support.eventually import eventually

PACKS = "/dispatch/v1/directory/packs"
NEIGHBOUR, NEIGHBOUR_UNIT = "999001101202", "V-999001101202"
BUREAU, OTHER_BUREAU, WATER = "D-WATER", "D-AGRI", "1003"


def without_the_village(*, merged: bool = False) -> dict[str, Any]:
    """The demo pack without one of its villages; ``merged``: it and its committee went up in the neighbours'."""
    pack = _edition("2026年第2版")
    gone = [area for area in pack["areas"] if area["code"].startswith(VILLAGE)]
    unit = next(unit for unit in pack["units"] if unit["code"] == VILLAGE_UNIT)
    pack["areas"] = [area for area in pack["areas"] if area not in gone]
    pack["units"] = [one for one in pack["units"] if one is not unit]
    if merged:
        pack["merged"] = {
            "areas": [{"code": area["code"], "name": area["name"], "successor": NEIGHBOUR} for area in gone],
            "units": [{"code": unit["code"], "name": unit["name"], "successor": NEIGHBOUR_UNIT}],
        }
    return pack


def without_the_bureau(*, merged: bool = False) -> dict[str, Any]:
    """The demo pack without its bureau of water, whose duties another has now."""
    pack = _without(BUREAU, instead=OTHER_BUREAU, of=_edition("2026年第3版"))
    if merged:
        pack["merged"] = {"units": [{"code": BUREAU, "name": "回音县水利局", "successor": OTHER_BUREAU}]}
    return pack


def without_the_town_office() -> dict[str, Any]:
    """The demo pack whose town got another unit of its own, and nobody said that the one followed on the other."""
    pack = _without(TOWN_UNIT, instead="T-NEW", of=_edition("2026年第4版"))
    former = next(unit for unit in document(load_pack(DEMO))["units"] if unit["code"] == TOWN_UNIT)
    pack["units"].append(former | {"code": "T-NEW"})
    for unit in pack["units"]:
        unit["parent"] = "T-NEW" if unit["parent"] == TOWN_UNIT else unit["parent"]
    return pack


def _only_villages_lead(pack: dict[str, Any]) -> dict[str, Any]:
    """Street lights are led by whom a village has, elsewhere by the committee of a village in another town."""
    pack["duties"] = [duty for duty in pack["duties"] if duty["category"] != LIGHTS]
    here, there = {"area_level": "village", "lead": "@village"}, {"area_level": "county", "lead": "V-999001103201"}
    pack["duties"] += [{"category": LIGHTS} | row for row in (here, there)]
    return pack


def _without(unit_code: str, *, instead: str, of: dict[str, Any]) -> dict[str, Any]:
    """A pack without a unit, whose duties another has."""
    of["units"] = [unit for unit in of["units"] if unit["code"] != unit_code]
    for duty in of["duties"]:
        named = [instead if code == unit_code else code for code in (duty["lead"], *duty["support"])]
        duty["lead"], duty["support"] = named[0], [code for code in dict.fromkeys(named[1:]) if code != named[0]]
    return of


def _edition(label: str) -> dict[str, Any]:
    pack: dict[str, Any] = copy.deepcopy(document(load_pack(DEMO)))
    return pack | {"version": label}


async def publish(county: County, pack: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Load it; what it says of codes that open cases use, by code."""
    answer = await county.admin.do(PACKS, pack)
    assert answer["published"]
    await county.house.settle()
    return {concern["code"]: concern for concern in answer["concerned"]}


async def names(county: County, **query: Any) -> dict[str, str]:
    """The rows of the counters, with their Chinese names."""
    asked = {"period": "year", "basis": "registered"} | query
    found = await county.leader.ask("/analytics/v1/figures/counts", **asked)
    return {row["key"]: row["name"] for row in found["rows"]}


async def test_open_cases_of_a_village_that_is_gone_can_be_assigned_and_counted(county: County) -> None:
    led, waiting = await county.register(), await county.register(category_code=None)
    assert (await county.work(led))["lead_unit"] == VILLAGE_UNIT
    concerned = await publish(county, without_the_village())
    assert concerned[VILLAGE]["cases"] == 2
    assert concerned[VILLAGE_UNIT]["case_nos"] == [(await county.case(led))["case_no"]]
    given = {"lead_unit": TOWN_UNIT, "category_code": LIGHTS, "reason": "东坡村已撤销"}
    for case_id, how in ((waiting, "assignment"), (led, "reassignment")):
        work = await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/{how}", given)
        assert (work["lead_unit"], work["pack_version"]) == (TOWN_UNIT, 2)
    await county.house.settle()
    for case_id in (waiting, led):
        await county.handle(case_id)
        await county.call(case_id, SATISFIED)
    assert await county.count("closed", area_code=VILLAGE) == 2
    assert await county.rate("satisfaction", area_code=VILLAGE) == (20, 20)
    assert (await names(county, by="area", area_code=TOWN))[VILLAGE] == "东坡村"


async def test_a_unit_that_is_gone_keeps_its_figures_and_its_name(county: County) -> None:
    case_id = await county.register(category_code=WATER, area_code=TOWN)
    assert (await county.work(case_id))["lead_unit"] == BUREAU
    concerned = await publish(county, without_the_bureau())
    assert concerned.keys() == {BUREAU}
    assert await county.count("assigned", unit_code=BUREAU) == 1
    assert (await names(county, by="unit"))[BUREAU] == "回音县水利局"
    page = await county.leader.get("/analytics/county")
    assert "回音县水利局" in page.text
    assert (await county.leader.get("/analytics/county", area_code=VILLAGE)).status_code == 200


async def test_a_case_whose_unit_is_gone_goes_on_with_whom_the_new_directory_names(county: County) -> None:
    case_id = await county.register(category_code=WATER, area_code=TOWN)
    await county.handle(case_id)
    await publish(county, without_the_bureau())
    await county.call(case_id, NOT_SATISFIED)
    work = await county.work(case_id)
    assert (work["round"], work["lead_unit"], work["pack_version"]) == (2, OTHER_BUREAU, 2)
    assert "D-WATER" in work["explanation"]
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)


async def test_a_case_that_nobody_of_the_new_directory_may_lead_waits_for_a_dispatcher(county: County) -> None:
    case_id = await county.register(area_code=TOWN)
    leader = (await county.work(case_id))["lead_unit"]
    assert leader == TOWN_UNIT
    await county.handle(case_id)
    await publish(county, _only_villages_lead(without_the_town_office()))
    await county.call(case_id, NOT_SATISFIED)
    work = await county.work(case_id)
    assert (work["status"], work["lead_unit"], work["round"]) == ("triage", None, 2)
    assert TOWN_UNIT in work["explanation"]


async def test_a_merged_village_is_its_towns_and_nobody_gave_anything_up(county: County) -> None:
    signed, pending, waiting = [await county.register() for _ in range(3)]
    await county.lead_does(signed, "signature")
    await county.lead_does(pending, "return", {"reason_code": "wrong_area", "note": "不属本村"})
    await county.handle(waiting)
    concerned = await publish(county, without_the_village(merged=True))
    assert {code: concern["successor"] for code, concern in concerned.items()} == {
        VILLAGE: NEIGHBOUR,
        VILLAGE_UNIT: NEIGHBOUR_UNIT,
    }
    assert NEIGHBOUR_UNIT in concerned[VILLAGE_UNIT]["outcome"]

    async def handed_over() -> bool:
        return bool((await county.work(signed))["lead_unit"] == TOWN_UNIT)

    await eventually(handed_over, within=60, what="the case at the town")
    await county.house.settle()
    work, promise = await county.work(signed), await county.promise(signed)
    assert (work["status"], work["pack_version"], promise["lead_unit"]) == ("assigned", 2, TOWN_UNIT)
    assert NEIGHBOUR_UNIT in work["explanation"]
    assert await county.rows(Service.FOLLOWUP, "SELECT 1 FROM matter WHERE left_units <> '{}'") == []
    assert (await county.work(pending))["lead_unit"] == VILLAGE_UNIT
    town = county.person("chen", Role.HANDLER, area=TOWN, unit=TOWN_UNIT)
    await town.do(f"/dispatch/v1/cases/{signed}/signature")
    await town.do(f"/dispatch/v1/cases/{signed}/result", RESULT)
    refused = {"approved": False, "note": "应由承接单位办理"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{pending}/return/decision", refused)
    await county.house.settle()
    await county.call(waiting, NOT_SATISFIED)
    assert (await county.work(waiting))["lead_unit"] == TOWN_UNIT
    assert await county.count("returns_requested", unit_code=VILLAGE_UNIT) == 1
    told = await county.operator.post("/intake/v1/cases", complaint())
    assert told.status_code == 422
    assert told.json()["fields"][0]["message"].endswith(f"it was merged into {NEIGHBOUR}")


async def test_a_merged_bureau_hands_its_cases_over_through_a_second_merger(county: County) -> None:
    case_id = await county.register(category_code=WATER, area_code=TOWN)
    await publish(county, without_the_bureau(merged=True))

    async def led_by(unit: str) -> bool:
        return bool((await county.work(case_id))["lead_unit"] == unit)

    await eventually(lambda: led_by(OTHER_BUREAU), within=60, what="the case at the successor")
    again = _without("D-AGRI", instead="D-ENV", of=without_the_bureau())
    again["merged"] = {"units": [{"code": "D-AGRI", "name": "回音县农业农村局", "successor": "D-ENV"}]}
    tried = await county.admin.do(f"{PACKS}?dry_run=true", again)
    assert (tried["published"], tried["pack_version"]) == (False, 3)
    assert (await county.admin.ask(f"{PACKS}/current"))["pack_version"] == 2
    assert (await publish(county, again)).keys() == {"D-AGRI"} == {concern["code"] for concern in tried["concerned"]}
    await eventually(lambda: led_by("D-ENV"), within=60, what="the case at the successor's successor")
    await county.house.settle()
    ordered = {"case_id": case_id, "level": "reminder", "reason": "请尽快办理", "unit_code": "D-ENV"}
    assert (await county.supervisor.do("/followup/v1/supervisions", ordered))["unit_code"] == "D-ENV"
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert await county.count("closed", unit_code="D-ENV") == 1
    assert (await names(county, by="unit"))[BUREAU] == "回音县水利局"


async def test_a_unit_that_moves_away_from_its_cases_is_told(county: County) -> None:
    case_id = await county.register(category_code=WATER, area_code=TOWN)
    pack = _edition("2026年第4版")
    next(unit for unit in pack["units"] if unit["code"] == BUREAU)["area_code"] = "999001103000"
    tried = await county.admin.do(f"{PACKS}?dry_run=true", pack)
    (concern,) = tried["concerned"]
    assert (concern["what"], concern["code"], concern["case_nos"]) == (
        "unit",
        BUREAU,
        [(await county.case(case_id))["case_no"]],
    )


async def test_the_command_names_the_cases_before_anything_is_loaded(county: County, tmp_path: Path) -> None:
    case_id = await county.register(category_code=WATER, area_code=TOWN)
    folder = Path(shutil.copytree(DEMO, tmp_path / "pack"))
    units, duties = folder / "units.csv", folder / "duties.csv"
    rows = units.read_text(encoding="utf-8").replace("parent,size_class", "parent,size_class,successor")
    units.write_text(rows.replace("S-GOV,small\nD-TRANSPORT", "S-GOV,small,D-AGRI\nD-TRANSPORT"), encoding="utf-8")
    duties.write_text(duties.read_text(encoding="utf-8").replace(BUREAU, OTHER_BUREAU), encoding="utf-8")
    command = ["-c", "from huiyin.cli import app; app()", "pack", "load", str(folder), "--dry-run"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, "HUIYIN_DATABASE_URL": county.house.url, "HUIYIN_DATA_DIR": str(tmp_path / "data")},
    )
    out, err = await process.communicate()
    told = out.decode()
    assert process.returncode == 0, err.decode()
    assert f"1 open cases use unit {BUREAU} 回音县水利局. They go by themselves to {OTHER_BUREAU}" in told
    assert (await county.case(case_id))["case_no"] in told
    assert "Loaded now, this pack would be version 2; nothing changed." in told
    assert (await county.admin.ask(f"{PACKS}/current"))["pack_version"] == 1


async def test_households_go_along_with_their_village(county: County) -> None:
    """The audit at the end finds them as their events tell them."""
    there = [await county.operator.do("/intake/v1/households", {"area_code": VILLAGE}) for _ in range(3)]
    await publish(county, without_the_village(merged=True))
    await go_along(county.house.services[Service.INTAKE].runtime)
    await county.house.settle()
    for household in there:
        found = await county.operator.ask(f"/intake/v1/households/{household['household_id']}")
        assert (found["area_code"], found["version"]) == (NEIGHBOUR, 2)
