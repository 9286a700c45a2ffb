"""Whose a case is, ruled in arbitration (争议裁定): it goes up by itself, units are heard, nobody of them rules."""

from typing import Any

from libs.common.events.arbitration import ArbitrationOpened, ArbitrationRuled, UnitHeard
from libs.common.events.cases import CaseAnsweredDirectly, CaseAssigned, ReturnDecided
from libs.common.security.principal import Role
from tests.integration.dispatch.office import TOWN, TOWN_UNIT, VILLAGE_UNIT, Office, Person, names, only

BACK = {"reason_code": "not_our_duty", "note": "不属本单位"}
THIRD = "D-HOUSING"
RULING: dict[str, Any] = {
    "lead_unit": TOWN_UNIT,
    "words": "依据权责清单由镇办",
    "minutes": "三家单位到会，电话13912345678，议定由镇主办",
    "files": ["ab" * 32],
}


def arbiter(office: Office, **who: Any) -> Person:
    return office.person("zhao", Role.SUPERVISOR, **{"unit": "S-GOV", "staff_id": "S-900"} | who)


async def given_back_by(office: Office, *units: str) -> str:
    """A case that went from unit to unit, each of which gave it back."""
    case_id = await office.register()
    for unit, then in zip(units, (*units[1:], None), strict=True):
        await office.handler(unit, f"of-{unit}", f"S-{unit}").do(case_id, "return", BACK)
        granted = {"approved": True, "note": "同意"} | ({} if then is None else {"lead_unit": then})
        await office.dispatcher.do(case_id, "return/decision", granted)
    return case_id


async def hear_all(office: Office, case_id: str) -> None:
    for unit in (VILLAGE_UNIT, TOWN_UNIT, THIRD):
        absent = unit == THIRD
        await arbiter(office).do(
            case_id, "arbitration/hearings", {"unit_code": unit, "absent": absent, "words": "不属我们"}
        )


async def test_the_third_unit_without_a_lead_sends_it_up_by_itself(office: Office) -> None:
    case_id = await office.register()
    for unit, then in ((VILLAGE_UNIT, TOWN_UNIT), (TOWN_UNIT, THIRD)):
        await office.handler(unit, f"of-{unit}").do(case_id, "return", BACK)
        await office.dispatcher.do(case_id, "return/decision", {"approved": True, "note": "同意", "lead_unit": then})
    await office.handler(THIRD, "of-third").do(case_id, "return", BACK)
    to_a_fourth = {"approved": True, "note": "同意", "lead_unit": "D-AGRI"}
    refused = await office.dispatcher.post(f"/cases/{case_id}/return/decision", to_a_fourth, version="*")
    assert (refused.status_code, "arbitration" in refused.json()["detail"]) == (409, True)
    await office.dispatcher.do(case_id, "return/decision", {"approved": True, "note": "同意"})
    work = await office.work(case_id)
    assert (work["status"], work["disputing"]) == ("triage", [VILLAGE_UNIT, TOWN_UNIT, THIRD])
    opened = only(await office.said(case_id), ArbitrationOpened)
    assert (opened.by_rule, opened.units) == (True, (VILLAGE_UNIT, TOWN_UNIT, THIRD))
    assign = {"lead_unit": TOWN_UNIT, "reason": "由镇办"}
    refused = await office.dispatcher.post(f"/cases/{case_id}/assignment", assign, version="*")
    assert refused.status_code == 409
    listed = (await arbiter(office).get("/arbitrations")).json()["items"]
    assert [one["case_id"] for one in listed] == [case_id]


async def test_two_units_that_gave_it_back_are_not_three(office: Office) -> None:
    case_id = await given_back_by(office, VILLAGE_UNIT, TOWN_UNIT)
    work = await office.work(case_id)
    assert (work["status"], work["disputing"], work["given_back"]) == ("triage", [], [VILLAGE_UNIT, TOWN_UNIT])
    await office.dispatcher.do(case_id, "assignment", {"lead_unit": TOWN_UNIT, "reason": "由镇办"})


async def test_it_is_ruled_once_all_were_heard_and_who_was_named_keeps_it(office: Office) -> None:
    case_id = await given_back_by(office, VILLAGE_UNIT, TOWN_UNIT, THIRD)
    early = await arbiter(office).post(f"/cases/{case_id}/arbitration/ruling", RULING, version="*")
    assert (early.status_code, THIRD in early.json()["detail"]) == (409, True)
    stranger = {"unit_code": "D-AGRI", "words": "无关"}
    refused = await arbiter(office).post(f"/cases/{case_id}/arbitration/hearings", stranger, version="*")
    assert refused.status_code == 409
    await hear_all(office, case_id)
    await arbiter(office).do(case_id, "arbitration/ruling", RULING)
    work = await office.work(case_id)
    assert (work["status"], work["lead_unit"], work["designated_unit"]) == ("assigned", TOWN_UNIT, TOWN_UNIT)
    assert work["disputing"] == []
    said = await office.said(case_id)
    ruled = only(said, ArbitrationRuled)
    assert (ruled.by_staff, ruled.files, "13912345678" in ruled.minutes) == ("S-900", ("ab" * 32,), False)
    assert names(said)[-2:] == ["ArbitrationRuled", "CaseAssigned"]
    assert [one.absent for one in said if isinstance(one, UnitHeard)] == [False, False, True]
    [session] = (await office.dispatcher.get(f"/cases/{case_id}/arbitrations")).json()["items"]
    assert (session["state"], session["lead_unit"], len(session["hearings"])) == ("ruled", TOWN_UNIT, 3)
    decided = (await office.dispatcher.get(f"/cases/{case_id}/decisions")).json()["items"][-1]
    assert decided["rule"] == "arbitration"
    town = office.handler(TOWN_UNIT)
    refused = await town.post(f"/cases/{case_id}/return", BACK, version="*")
    assert (refused.status_code, "designated" in refused.json()["detail"]) == (409, True)
    await town.do(case_id, "signature")


async def test_nobody_of_a_unit_arbitrates_for_it_by_whatever_account(office: Office) -> None:
    case_id = await given_back_by(office, VILLAGE_UNIT, TOWN_UNIT, THIRD)
    await hear_all(office, case_id)
    for who in (
        arbiter(office, unit=TOWN_UNIT, area=TOWN, staff_id=None),
        arbiter(office, unit="V-999001101202", area=TOWN, staff_id=None),
        arbiter(office, unit=None, staff_id=f"S-{TOWN_UNIT}"),
        office.person(f"of-{THIRD}", Role.SUPERVISOR),
    ):
        refused = await who.post(f"/cases/{case_id}/arbitration/ruling", RULING, version="*")
        assert refused.status_code == 403, refused.text
    theirs = RULING | {"lead_unit": "S-GOV"}
    refused = await arbiter(office).post(f"/cases/{case_id}/arbitration/ruling", theirs, version="*")
    assert refused.status_code == 403
    dispatcher = await office.dispatcher.post(f"/cases/{case_id}/arbitration/ruling", RULING, version="*")
    assert dispatcher.status_code == 403
    assert (await office.work(case_id))["status"] == "triage"


async def test_a_dispatcher_calls_for_it_sooner_and_an_answer_at_the_door_makes_it_moot(office: Office) -> None:
    case_id = await given_back_by(office, VILLAGE_UNIT)
    alone = {"units": [], "question": "由谁主办"}
    refused = await office.dispatcher.post(f"/cases/{case_id}/arbitration", alone, version="*")
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "units")
    unknown = await office.dispatcher.post(
        f"/cases/{case_id}/arbitration", alone | {"units": ["D-NOBODY"]}, version="*"
    )
    assert unknown.status_code == 422
    called = await office.dispatcher.post(f"/cases/{case_id}/arbitration", alone | {"units": [TOWN_UNIT]}, version="*")
    assert called.status_code == 201, called.text
    again = await office.dispatcher.post(f"/cases/{case_id}/arbitration", alone | {"units": [TOWN_UNIT]}, version="*")
    assert again.status_code == 409
    assert only(await office.said(case_id), ArbitrationOpened).by_rule is False
    assert "ReturnDecided" in names([one for one in await office.said(case_id) if isinstance(one, ReturnDecided)])
    await office.hear(
        CaseAnsweredDirectly(case_id=case_id, occurred_at=office.clock.now(), round=1, answer="已电话答复")
    )
    [session] = (await office.dispatcher.get(f"/cases/{case_id}/arbitrations")).json()["items"]
    assert (session["state"], (await office.work(case_id))["disputing"]) == ("lapsed", [])
    assert len([one for one in await office.said(case_id) if isinstance(one, CaseAssigned)]) == 1
