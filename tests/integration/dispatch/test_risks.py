"""Risks: told at once to whoever is on duty nearest to the place, by rule and by hand, and acknowledged or overdue."""

from typing import Any

from libs.common.events.cases import CaseSupplemented
from libs.common.events.risks import RiskReported
from libs.common.security.principal import Role
from tests.integration.dispatch.office import COUNTY, HOUR, TOWN_UNIT, VILLAGE_UNIT, Office, Person, names, only

CHIEF, MAYOR = "S-7101", "S-7102"
GROUP = "工地欠薪，工人说要集体上访"
NOTE = {"note": "已派人到场"}


async def enter(office: Office, staff_id: str, unit: str) -> None:
    body = {"staff_id": staff_id, "name": f"测试{staff_id}", "terms": [{"post_code": "leader", "unit_code": unit}]}
    answer = await office.person("root", Role.ADMIN).post("/staff", body)
    assert answer.status_code == 201, answer.text


def leader(office: Office, staff_id: str) -> Person:
    return office.person(f"leader-{staff_id}", Role.LEADER, COUNTY, None, staff_id)


async def told_of(office: Office, staff_id: str, **query: Any) -> list[dict[str, Any]]:
    answer = await leader(office, staff_id).get("/my-risks", **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_who_is_nearest_is_told_at_registration_once_and_has_it(office: Office) -> None:
    await enter(office, CHIEF, "S-GOV")
    await enter(office, MAYOR, TOWN_UNIT)
    case_id = await office.register(text=GROUP)
    event = only(await office.said(case_id), RiskReported)
    assert (event.kind, event.by_rule, event.why, event.told) == ("group", True, "集体上访", (MAYOR,))
    assert await told_of(office, CHIEF) == []
    [risk] = await told_of(office, MAYOR)
    assert (risk["case_id"], risk["status"], risk["overdue"]) == (case_id, "reported", False)
    await office.hear(CaseSupplemented(case_id=case_id, occurred_at=office.clock.now(), text=GROUP))
    assert names(await office.said(case_id)).count("RiskReported") == 1
    office.later(HOUR)
    overdue = (await office.dispatcher.get("/risks", overdue="true")).json()["items"]
    assert [one["told"] for one in overdue] == [[MAYOR]]
    place = f"/my-risks/{risk['risk_id']}/acknowledgement"
    assert (await leader(office, CHIEF).post(place, NOTE)).status_code == 428
    had = await leader(office, MAYOR).post(place, NOTE, version=risk["version"])
    assert (had.status_code, had.json()["status"], had.json()["late"]) == (200, "acknowledged", True)
    assert (await leader(office, MAYOR).post(place, NOTE, version="*")).status_code == 409
    assert (await office.dispatcher.get("/risks", overdue="true")).json()["items"] == []


async def test_what_is_added_later_is_looked_at_and_ordinary_words_are_no_risk(office: Office) -> None:
    await enter(office, MAYOR, TOWN_UNIT)
    case_id = await office.register()
    assert "RiskReported" not in names(await office.said(case_id))
    await office.hear(CaseSupplemented(case_id=case_id, occurred_at=office.clock.now(), text="现在有六百余人"))
    assert only(await office.said(case_id), RiskReported).why == "600人"


async def test_by_hand_and_where_nobody_is_on_duty_that_is_seen(office: Office) -> None:
    case_id = await office.register()
    li = office.handler(VILLAGE_UNIT)
    body = {"kind": "safety", "why": "情绪激动，电话13812345678"}
    reported = await li.post(f"/cases/{case_id}/risks", body)
    assert (reported.status_code, reported.json()["told"]) == (201, [])
    assert "13812345678" not in reported.text
    assert (await li.post(f"/cases/{case_id}/risks", body)).status_code == 409
    wrong = await li.post(f"/cases/{case_id}/risks", body | {"kind": "no_such"})
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "kind")
    assert (await office.handler("D-HOUSING").post(f"/cases/{case_id}/risks", body)).status_code == 404


async def test_nobody_is_told_of_what_is_about_them(office: Office) -> None:
    await enter(office, CHIEF, "S-GOV")
    await enter(office, MAYOR, TOWN_UNIT)
    case_id = await office.register(text=GROUP, accused_unit=TOWN_UNIT, category_code=None)
    assert only(await office.said(case_id), RiskReported).told == (CHIEF,)
    assert await told_of(office, MAYOR) == []
