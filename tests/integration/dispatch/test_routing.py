"""Finding the unit: by rule, by hand, or not at all because the door answered."""

import pytest

from libs.common.errors import Permanent
from libs.common.events.cases import CaseAssigned, CaseSupplemented, TriageQueued
from libs.common.events.terms import Urgency
from tests.integration.dispatch.office import (
    COUNTY,
    HOUR,
    LIGHTS,
    OTHER_TOWN_UNIT,
    T0,
    TAKEN_BACK,
    TOWN_UNIT,
    VILLAGE,
    VILLAGE_UNIT,
    Office,
    names,
    only,
    registered,
)


async def test_a_clear_duty_goes_to_its_unit_at_once_with_the_rule_that_said_so(office: Office) -> None:
    case_id = await office.register()
    assigned = only(await office.said(case_id), CaseAssigned)
    assert (assigned.lead_unit, assigned.support_units, assigned.round) == (VILLAGE_UNIT, (TOWN_UNIT,), 1)
    assert assigned.by_rule
    assert assigned.category_code == LIGHTS
    assert assigned.pack_version == 1
    assert "duty 0101 × village" in assigned.explanation
    assert await office.steps(case_id) == [("route", "assigned", VILLAGE_UNIT)]


async def test_no_units_time_starts_before_the_office_took_the_case_in(office: Office) -> None:
    case_id = await office.register(occurred_at=T0 - 5 * HOUR, registered_at=T0)
    assert only(await office.said(case_id), CaseAssigned).occurred_at == T0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"category_code": None}, "no category was given"),
        ({"category_code": "9999"}, "9999 not in pack version 1"),
        ({"area_code": "888001000000"}, "888001000000 not in pack version 1"),
        ({"category_code": "1004", "area_code": "999001102001001"}, None),
        ({"category_code": "01", "area_code": COUNTY}, None),
    ],
)
async def test_what_no_rule_covers_waits_for_a_dispatcher_with_the_reason(
    office: Office, changes: dict[str, object], reason: str | None
) -> None:
    case_id = await office.register(**changes)
    events = await office.said(case_id)
    if reason is None:
        assert names(events) == ["CaseAssigned"]
        return
    assert reason in only(events, TriageQueued).reason
    row = await office.work(case_id)
    assert (row["status"], row["lead_unit"], row["explanation"]) == (
        "triage",
        None,
        only(events, TriageQueued).reason,
    )


async def test_a_case_answered_at_registration_needs_no_unit(office: Office) -> None:
    case_id = await office.register(answered_at_once=True)
    assert await office.said(case_id) == []
    assert (await office.work(case_id))["status"] == "answered"
    assert await office.steps(case_id) == [("note_answer", "answered", None)]


async def test_hearing_a_registration_twice_opens_one_case(office: Office) -> None:
    event = registered()
    await office.hear(event, event)
    await office.hear(event)
    assert names(await office.said(event.case_id)) == ["CaseAssigned"]


async def test_a_whole_batch_is_applied_in_one_transaction(office: Office) -> None:
    events = [registered() for _ in range(50)]
    await office.hear(*events, *(CaseSupplemented(case_id=e.case_id, occurred_at=T0, text="还有一盏") for e in events))
    for event in events:
        assert names(await office.said(event.case_id)) == ["CaseAssigned"]
        assert (await office.work(event.case_id))["version"] == 2


async def test_word_of_a_case_never_heard_of_is_parked(office: Office) -> None:
    with pytest.raises(Permanent, match="never heard"):
        await office.hear(CaseSupplemented(case_id=registered().case_id, occurred_at=T0, text="?"))


async def test_a_dispatcher_gives_a_case_from_triage_to_a_unit(office: Office) -> None:
    case_id = await office.register(category_code=None, urgency=Urgency.URGENT)
    office.later(HOUR)
    waiting = (await office.dispatcher.get("/triage", urgency="urgent")).json()["items"]
    assert [item["case_id"] for item in waiting] == [case_id]
    body = {
        "lead_unit": TOWN_UNIT,
        "support_units": ["D-HOUSING"],
        "category_code": LIGHTS,
        "reason": "镇里统一修，联系人13812345678",
    }
    answer = await office.dispatcher.do(case_id, "assignment", body)
    assert (answer["status"], answer["lead_unit"], answer["category_code"]) == ("assigned", TOWN_UNIT, LIGHTS)
    assigned = only((await office.said(case_id))[1:], CaseAssigned)
    assert assigned.occurred_at == T0 + HOUR
    assert (assigned.lead_unit, assigned.support_units, assigned.by_rule) == (TOWN_UNIT, ("D-HOUSING",), False)
    assert "138****5678" in assigned.explanation
    assert (await office.dispatcher.get("/triage")).json()["items"] == []
    assert await office.steps(case_id) == [("queue", "triage", None), ("assign", "assigned", TOWN_UNIT)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lead_unit": "D-NOBODY"}, "lead_unit"),
        ({"category_code": "9999"}, "category_code"),
        ({"category_code": None}, "category_code"),
        ({"category_code": TAKEN_BACK}, "lead_unit"),
        ({"lead_unit": OTHER_TOWN_UNIT}, "lead_unit"),
        ({"support_units": ["D-WATER", "D-NOBODY"]}, "support_units/1"),
        ({"support_units": [TOWN_UNIT]}, "support_units/0"),
        ({"support_units": ["D-WATER", "D-WATER"]}, "support_units/1"),
        ({"reason": " "}, "reason"),
        ({"lead": "D-WATER"}, "lead"),
    ],
)
async def test_a_wrong_choice_is_refused_by_the_name_of_its_field(
    office: Office, changes: dict[str, object], field: str
) -> None:
    case_id = await office.register(category_code=None)
    body = {"lead_unit": TOWN_UNIT, "category_code": LIGHTS, "reason": "属地办理"} | changes
    response = await office.dispatcher.post(f"/cases/{case_id}/assignment", body, version=1)
    assert response.status_code == 422, response.text
    assert field in [wrong["field"] for wrong in response.json()["fields"]]
    assert (await office.work(case_id))["version"] == 1
    assert names(await office.said(case_id)) == ["TriageQueued"]


async def test_what_the_county_took_back_goes_to_no_town_even_by_hand(office: Office) -> None:
    case_id = await office.register(category_code=TAKEN_BACK)
    assert (await office.work(case_id))["lead_unit"] == "D-ENV"
    body = {"lead_unit": TOWN_UNIT, "reason": "交给镇里"}
    response = await office.dispatcher.post(f"/cases/{case_id}/reassignment", body, version=1)
    assert response.status_code == 422
    assert "taken back" in response.json()["fields"][0]["message"]


async def test_the_explanation_shows_the_rule_and_what_it_says_of_the_case(office: Office) -> None:
    case_id = await office.register()
    told = (await office.dispatcher.get(f"/cases/{case_id}/explanation")).json()
    assert told["by_rule"] is True
    assert told["duty"]["lead"] == "@village"
    assert told["duty"]["basis"]
    assert told["duty_leads"] == VILLAGE_UNIT
    unknown = await office.register(category_code=None, area_code=VILLAGE)
    told = (await office.dispatcher.get(f"/cases/{unknown}/explanation")).json()
    assert (told["duty"], told["duty_leads"], told["lead_unit"]) == (None, None, None)
    assert "no category" in told["explanation"]
