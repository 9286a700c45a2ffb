"""Units, areas and categories that the pack in force no longer has: who is found for a case, and what is told of it."""

from copy import deepcopy
from typing import Any

import pytest
from prometheus_client import REGISTRY

from libs.common.events.cases import CaseAssigned, CaseReassigned, CaseWithdrawn
from libs.common.pack.loader import document
from libs.common.security.principal import Role
from services.dispatch.directory.actions import handing_over
from services.dispatch.directory.actions.handing_over import hand_over
from tests.integration.dispatch.office import (
    COUNTY,
    HOUR,
    LIGHTS,
    PACK,
    TOWN,
    TOWN_UNIT,
    VILLAGE,
    Office,
    only,
)

WATER, BUREAU, OTHER_BUREAU, THIRD = "1003", "D-WATER", "D-AGRI", "D-ENV"


def edition(*gone: str, instead: str = OTHER_BUREAU, merged: dict[str, str] | None = None) -> dict[str, Any]:
    """The demo pack without these units, whose duties another has; ``merged``: what each went up in."""
    plain = deepcopy(document(PACK)) | {"version": f"without {gone}"}
    plain["units"] = [unit for unit in plain["units"] if unit["code"] not in gone]
    for duty in plain["duties"]:
        named = [instead if code in gone else code for code in (duty["lead"], *duty["support"])]
        duty["lead"], duty["support"] = named[0], [code for code in dict.fromkeys(named[1:]) if code != named[0]]
    rows = [{"code": code, "name": f"原{code}", "successor": to} for code, to in (merged or {}).items()]
    return plain | {"merged": {"units": rows}}


async def load(office: Office, plain: dict[str, Any], **query: Any) -> dict[str, Any]:
    path = "/directory/packs" + ("?dry_run=true" if query.get("dry_run") else "")
    response = await office.person("root", Role.ADMIN).post(path, plain)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def left() -> float | None:
    """How many open cases have a unit that is gone."""
    return REGISTRY.get_sample_value("huiyin_cases_of_removed_units", {"service": "dispatch"})


async def water(office: Office, **changes: Any) -> str:
    """A case that the bureau of water leads."""
    case_id = await office.register(category_code=WATER, area_code=TOWN, **changes)
    assert (await office.work(case_id))["lead_unit"] == BUREAU
    return case_id


async def test_a_case_registered_under_an_older_pack_goes_to_who_is_there_now(office: Office) -> None:
    await load(office, edition(BUREAU, merged={BUREAU: OTHER_BUREAU}))
    case_id = await office.register(category_code=WATER, area_code=TOWN, pack_version=1)
    work = await office.work(case_id)
    assert (work["lead_unit"], work["pack_version"], work["by_rule"]) == (OTHER_BUREAU, 2, True)
    assert "D-WATER" in work["explanation"]
    said = only(await office.said(case_id), CaseAssigned)
    assert (said.lead_unit, said.pack_version) == (OTHER_BUREAU, 2)


async def test_cases_of_a_merged_unit_are_handed_over_in_batches_and_each_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "AT_ONCE", 2)
    cases = [await water(office) for _ in range(5)]
    signed, pending, *_ = cases
    unit = office.handler(BUREAU)
    await unit.do(signed, "signature")
    await unit.do(pending, "return", {"reason_code": "wrong_area", "note": "不属本单位"})
    other = await office.register()
    await load(office, edition(BUREAU, merged={BUREAU: OTHER_BUREAU}))
    office.later(HOUR)
    assert await hand_over(office.database, office.clock) == 4
    assert await hand_over(office.database, office.clock) == 0
    assert left() == 1
    for case_id in cases:
        leads = OTHER_BUREAU if case_id != pending else BUREAU
        assert (await office.work(case_id))["lead_unit"] == leads
    said = only(await office.said(signed), CaseReassigned)
    assert (said.from_unit, said.lead_unit, said.succession, said.round) == (BUREAU, OTHER_BUREAU, True, 1)
    assert (await office.steps(signed))[-1] == ("reassign", "assigned", OTHER_BUREAU)
    assert (await office.work(other))["pack_version"] == 1
    decision = {"approved": False, "note": "请承接单位办理"}
    await office.dispatcher.do(pending, "return/decision", decision)
    assert await hand_over(office.database, office.clock) == 1
    assert left() == 0


async def test_a_unit_without_a_successor_keeps_its_cases_and_a_dispatcher_sees_them(office: Office) -> None:
    case_id = await water(office)
    answer = await load(office, edition(BUREAU))
    (concern,) = answer["concerned"]
    assert (concern["what"], concern["code"], concern["successor"], concern["cases"]) == ("unit", BUREAU, None, 1)
    assert await hand_over(office.database, office.clock) == 0
    assert left() == 1
    listed = (await office.dispatcher.get("/work", unit_code=BUREAU)).json()["items"]
    assert [item["case_id"] for item in listed] == [case_id]
    await office.dispatcher.do(case_id, "reassignment", {"lead_unit": THIRD, "reason": "原单位已撤销"})
    assert (await load(office, edition(BUREAU)))["concerned"] == []


async def test_a_category_that_is_gone_may_be_kept_and_not_be_chosen(office: Office) -> None:
    case_id = await office.register()
    plain = edition()
    plain["categories"] = [one for one in plain["categories"] if one["code"] != LIGHTS]
    plain["duties"] = [one for one in plain["duties"] if one["category"] != LIGHTS]
    (concern,) = (await load(office, plain))["concerned"]
    assert (concern["what"], concern["code"]) == ("category", LIGHTS)
    kept = await office.dispatcher.do(case_id, "reassignment", {"lead_unit": TOWN_UNIT, "reason": "改由镇办理"})
    assert (kept["lead_unit"], kept["category_code"]) == (TOWN_UNIT, LIGHTS)
    chosen = {"lead_unit": "D-HOUSING", "category_code": LIGHTS, "reason": "改派"}
    refused = await office.dispatcher.post(f"/cases/{case_id}/reassignment", chosen, version=kept["version"])
    assert refused.status_code == 422
    assert refused.json()["fields"][0]["field"] == "category_code"


async def test_a_trial_tells_all_and_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [await water(office, case_no=f"99900126030300{n:05}1") for n in range(101)]
    tried = await load(office, edition(BUREAU), dry_run=True)
    (concern,) = tried["concerned"]
    assert (tried["published"], tried["pack_version"], concern["cases"]) == (False, 2, len(cases))
    assert concern["case_nos"] == [f"99900126030300{n:05}1" for n in range(100)]
    assert len(await office.said(COUNTY)) == 1
    assert office.database.packs.newest == 1
    assert (await office.dispatcher.post("/directory/packs?dry_run=true", edition())).status_code == 403
    other_place = office.person("root", Role.ADMIN, TOWN)
    assert (await other_place.post("/directory/packs?dry_run=true", edition())).status_code == 403
    assert (await load(office, document(PACK), dry_run=True))["pack_version"] == 1


async def test_a_closed_case_concerns_nobody_and_an_area_names_its_successor(office: Office) -> None:
    case_id = await office.register()
    plain = edition()
    plain["areas"] = [area for area in plain["areas"] if not area["code"].startswith(VILLAGE)]
    plain["units"] = [unit for unit in plain["units"] if unit["area_code"] != VILLAGE]
    plain["merged"]["areas"] = [{"code": VILLAGE, "name": "东坡村", "successor": TOWN}]
    concerned = {one["code"]: one for one in (await load(office, plain, dry_run=True))["concerned"]}
    assert concerned[VILLAGE]["successor"] == TOWN
    assert TOWN in concerned[VILLAGE]["outcome"]
    await office.hear(CaseWithdrawn(case_id=case_id, occurred_at=office.clock.now(), reason="已自行解决"))
    assert (await load(office, plain, dry_run=True))["concerned"] == []


async def test_who_went_up_in_the_unit_that_leads_does_not_handle_what_is_said_of_it(office: Office) -> None:
    case_id = await office.register(category_code=WATER, area_code=TOWN, accused_unit=BUREAU)
    assert (await office.work(case_id))["lead_unit"] not in (BUREAU, OTHER_BUREAU)
    await office.dispatcher.do(case_id, "reassignment", {"lead_unit": OTHER_BUREAU, "reason": "由农业农村局核查"})
    unit = office.handler(OTHER_BUREAU)
    assert (await unit.get(f"/cases/{case_id}")).status_code == 200
    await load(office, edition(BUREAU, merged={BUREAU: OTHER_BUREAU}))
    assert (await unit.get(f"/cases/{case_id}")).status_code == 404
    await hand_over(office.database, office.clock)
    work = await office.work(case_id)
    assert work["lead_unit"] == "S-GOV"
    assert "被反映对象所在单位 D-AGRI 应当回避" in work["explanation"]
    again = {"lead_unit": OTHER_BUREAU, "reason": "改派"}
    refused = await office.dispatcher.post(f"/cases/{case_id}/reassignment", again, version=work["version"])
    assert refused.status_code == 422
    assert "complained about" in refused.text
