"""One complaint walks all the way: hotline, duty directory, unit, citizen, figures; on both buses."""

import re

from tests.journeys.county import COUNTY, RESULT, SATISFIED, TOWN_UNIT, VILLAGE, VILLAGE_UNIT, County

WHOLE_STORY = [
    "registered",
    "assigned",
    "deadline_set",
    "deadline_set",
    "signed",
    "progress_reported",
    "handled",
    "callback_due",
    "callback_tried",
    "closed",
]

WHOLE_WORK = ["route", "sign", "report", "support_sign", "support_done", "hand_in", "close"]
WHOLE_RESULT = {key: value for key, value in RESULT.items() if key != "without_support"}


async def test_a_complaint_is_closed_when_the_citizen_is_satisfied(county_on_either_bus: County) -> None:
    county = county_on_either_bus
    case_id = await county.register()
    await _is_assigned_by_rule(county, case_id)
    await county.lead_does(case_id, "signature")
    assert (await county.case(case_id))["status"] == "signed"
    await county.advance(hours=20)
    await county.lead_does(case_id, "progress", {"note": "已到现场，正在更换灯头"})
    await _the_town_does_its_part(county, case_id)
    await county.lead_does(case_id, "result", RESULT)
    assert (await county.case(case_id))["status"] == "callback"
    await county.advance(hours=5)
    after = await county.call(case_id, SATISFIED)
    assert (after["status"], after["closing"]) == ("closed", "substantive")
    await _everybody_says_the_same(county, case_id)
    await _the_figures_count_it(county, case_id)
    await _the_county_page_shows_it(county)


async def _the_town_does_its_part(county: County, case_id: str) -> None:
    """协办: the town supports its village; the result waits for it."""
    early = await county.handler(VILLAGE_UNIT).post(f"/dispatch/v1/cases/{case_id}/result", WHOLE_RESULT)
    assert early.status_code == 409
    assert TOWN_UNIT in early.json()["detail"]
    town = county.handler(TOWN_UNIT)
    assert [item["case_id"] for item in (await town.ask("/dispatch/v1/work", role="support"))["items"]] == [case_id]
    for step, body in (("signature", None), ("result", {"result": "已配合断电，陪同检修"})):
        await town.do(f"/dispatch/v1/cases/{case_id}/tasks/{TOWN_UNIT}/{step}", body)


async def _is_assigned_by_rule(county: County, case_id: str) -> None:
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    assert case["lead_unit"] == work["lead_unit"] == promise["lead_unit"] == VILLAGE_UNIT
    assert case["status"] == work["status"] == "assigned"
    assert case["due_at"] == work["handle_due_at"] == promise["handle_due_at"]
    assert case["sign_due_at"] == work["sign_due_at"]
    why = await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/explanation")
    assert why["by_rule"]
    assert why["duty_leads"] == VILLAGE_UNIT
    assert why["duty"]["basis"]


def _steps(told: list[str]) -> list[str]:
    return [what for what in told if what != "deadline_set"]


async def _everybody_says_the_same(county: County, case_id: str) -> None:
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    fact = await county.fact(case_id)
    assert {case["status"], work["status"], promise["status"], fact["status"]} == {"closed"}
    assert case["closing"] == promise["closing"] == "substantive"
    assert case["satisfaction"] == promise["satisfaction"] == "satisfied"
    timeline = await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline")
    told = [entry["what"] for entry in timeline["items"]]
    # A clock is set by another service than the step it guards: which of the two is heard first is left open.
    assert sorted(told) == sorted(WHOLE_STORY)
    assert _steps(told) == _steps(WHOLE_STORY)
    assert [entry["at"] for entry in timeline["items"]] == sorted(entry["at"] for entry in timeline["items"])
    assert sorted(name for name, _ in await county.said(case_id)) == sorted([*WHOLE_STORY, "task_signed", "task_done"])
    steps = await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/transitions")
    assert [step["action"] for step in steps["items"]] == WHOLE_WORK
    assert not [timer for timer in promise["timers"] if timer["state"] == "pending"]


async def _the_figures_count_it(county: County, case_id: str) -> None:
    for measure in ("response", "resolution", "on_time", "signed_on_time", "one_round"):
        assert await county.rate(measure) == (1, 1), measure
        assert await county.rate(measure, area_code=VILLAGE, unit_code=VILLAGE_UNIT, channel="hotline") == (1, 1)
        assert await county.rate(measure, channel="visit") == (0, 0)
    assert await county.rate("satisfaction") == (10, 10)
    for part in ("numerator", "denominator"):
        behind = await county.leader.ask("/analytics/v1/figures/cases", measure="resolution", part=part, period="year")
        assert [row["case_id"] for row in behind["items"]] == [case_id]
    rows = (await county.leader.ask("/analytics/v1/figures", period="year", measure="satisfaction", by="unit"))["rates"]
    # A support unit has a row, too, and no rate of its own.
    assert [row["key"] for row in rows[0]["rows"] if row["denominator"]] == [VILLAGE_UNIT]


async def _the_county_page_shows_it(county: County) -> None:
    for lang, words in (("zh", "满意率 100.0 % 1 / 1"), ("en", "Satisfaction rate 100.0 % 1 / 1")):
        page = await county.leader.get("/analytics/county", lang=lang, area_code=COUNTY)
        assert page.status_code == 200
        text = " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("</head>")[2]).split())
        assert words in text
