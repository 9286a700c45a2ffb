"""Every decision on who handles a case is kept: by which rule, who else was looked at, and under which pack version."""

from typing import Any

from libs.common.events.cases import CaseHandled, CaseSentBack
from libs.common.events.terms import ResultKind
from services.dispatch.directory.actions.handing_over import hand_over
from tests.integration.dispatch.office import (
    HOUR,
    LIGHTS,
    TOWN,
    TOWN_UNIT,
    VILLAGE_UNIT,
    Office,
    only,
)
from tests.integration.dispatch.test_succession import BUREAU, OTHER_BUREAU, WATER, edition, load

RESULT = {
    "result_kind": ResultKind.SUBSTANTIVE,
    "result": "已更换灯具，当晚恢复照明，现场已核实。",
    "without_support": "协办意见已当面征求",
}


async def decisions(office: Office, case_id: str) -> list[dict[str, Any]]:
    answer = await office.dispatcher.get(f"/cases/{case_id}/decisions")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def briefly(items: list[dict[str, Any]]) -> list[tuple[str, str, str | None, int]]:
    return [(one["action"], one["rule"], one["lead_unit"], one["round"]) for one in items]


def candidates(decision: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["unit_code"], one["verdict"]) for one in decision["candidates"]]


async def test_a_rule_s_decision_tells_the_rule_the_candidates_and_the_pack(office: Office) -> None:
    case_id = await office.register()
    [decided] = await decisions(office, case_id)
    assert (decided["rule"], decided["lead_unit"], decided["support_units"]) == ("duty", VILLAGE_UNIT, [TOWN_UNIT])
    assert candidates(decided) == [(VILLAGE_UNIT, "chosen")]
    assert (decided["version"], decided["who"], decided["pack_version"]) == (1, "system", 1)
    assert "duty 0101 × village" in decided["explanation"]


async def test_who_is_complained_about_stands_among_the_candidates_with_its_superior(office: Office) -> None:
    case_id = await office.register(accused_unit=VILLAGE_UNIT)
    [decided] = await decisions(office, case_id)
    assert (decided["rule"], decided["lead_unit"]) == ("superior", TOWN_UNIT)
    assert candidates(decided) == [(VILLAGE_UNIT, "accused"), (TOWN_UNIT, "chosen")]


async def test_where_nobody_is_found_the_reason_is_kept_and_then_the_dispatcher_s_choice(office: Office) -> None:
    case_id = await office.register(category_code=None)
    body = {"lead_unit": TOWN_UNIT, "category_code": LIGHTS, "reason": "属地办理"}
    await office.dispatcher.do(case_id, "assignment", body)
    queued, given = await decisions(office, case_id)
    assert (queued["rule"], queued["lead_unit"], queued["candidates"]) == ("nobody", None, [])
    assert (given["rule"], given["who"], candidates(given)) == ("dispatcher", "wang", [(TOWN_UNIT, "chosen")])
    assert "属地办理" in given["explanation"]


async def test_returns_and_rounds_are_decisions_too_each_in_its_round(office: Office) -> None:
    case_id = await office.register()
    village = office.handler(VILLAGE_UNIT)
    await village.do(case_id, "return", {"reason_code": "wrong_area", "note": "不在本村"})
    await office.dispatcher.do(case_id, "return/decision", {"approved": False, "note": "在本村"})
    await village.do(case_id, "return", {"reason_code": "wrong_area", "note": "确不在本村"})
    to_town = {"approved": True, "note": "改派镇", "lead_unit": TOWN_UNIT}
    await office.dispatcher.do(case_id, "return/decision", to_town)
    town = office.handler(TOWN_UNIT)
    await town.do(case_id, "return", {"reason_code": "wrong_area", "note": "应由县里"})
    await office.dispatcher.do(case_id, "return/decision", {"approved": True, "note": "再议"})
    await office.dispatcher.do(case_id, "assignment", {"lead_unit": TOWN_UNIT, "reason": "仍由镇办"})
    await town.do(case_id, "signature")
    await town.do(case_id, "result", RESULT)
    handled = only(await office.said(case_id), CaseHandled)
    back = CaseSentBack(
        case_id=case_id, occurred_at=handled.occurred_at, round=1, next_round=2, unit_code=TOWN_UNIT, words="没修好"
    )
    await office.hear(back)
    assert briefly(await decisions(office, case_id)) == [
        ("route", "duty", VILLAGE_UNIT, 1),
        ("hand_on", "dispatcher", TOWN_UNIT, 1),
        ("take_back", "nobody", None, 1),
        ("assign", "dispatcher", TOWN_UNIT, 1),
        ("send_back", "same_unit", TOWN_UNIT, 2),
    ]


async def test_what_a_merger_decides_names_who_is_gone_under_the_pack_that_says_so(office: Office) -> None:
    case_id = await office.register(category_code=WATER, area_code=TOWN)
    await load(office, edition(BUREAU, merged={BUREAU: OTHER_BUREAU}))
    office.later(HOUR)
    assert await hand_over(office.database, office.clock) == 1
    decided = (await decisions(office, case_id))[-1]
    assert (decided["rule"], decided["lead_unit"], decided["pack_version"]) == ("stand_in", OTHER_BUREAU, 2)
    assert candidates(decided) == [(BUREAU, "gone"), (OTHER_BUREAU, "chosen")]


async def test_whoever_may_not_see_the_case_does_not_see_its_decisions(office: Office) -> None:
    case_id = await office.register(accused_unit=VILLAGE_UNIT)
    assert (await office.handler(VILLAGE_UNIT).get(f"/cases/{case_id}/decisions")).status_code == 404
    assert (await office.dispatcher.get("/cases/nowhere/decisions")).status_code in (404, 422)
