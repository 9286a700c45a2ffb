"""How a case counts, decided by people who had no hand in it: kinds of petition, reasonable or not, counted or not."""

from typing import Any

import pytest

from bench.said import said
from huiyin.office.people import Account as Person
from libs.common.events import judging
from libs.common.events.cases import CaseSigned
from libs.common.events.directory import PackPublished
from libs.common.events.terms import Petition
from libs.common.pack.loader import digest, document
from libs.common.pack.schema.clocks import PetitionRules
from libs.common.security.principal import Role
from tests.integration.followup.office import COUNTY, DAY, LEAD, OTHER, PACK, T0, Office, assigned, handled, signed

ASKING: dict[str, Any] = {"reason_code": "force_majeure", "evidence": "洪水断路三日，附水务站通报"}


def handler(office: Office, unit: str = LEAD) -> Person:
    return office.person("li", Role.HANDLER, unit)


async def standing(office: Office, case_id: str) -> dict[str, Any]:
    """How the case counts, as a supervisor sees it."""
    response = await office.supervisor.get(f"/cases/{case_id}/judgements")
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def ask(office: Office, case_id: str, who: Person | None = None, **changes: Any) -> Any:
    return await (who or handler(office)).post("/exclusions", {"case_id": case_id, **ASKING, **changes})


async def decide(office: Office, wish: dict[str, Any], who: Person, *, granted: bool = True) -> Any:
    path = f"/exclusions/{wish['exclusion_id']}/decision"
    return await who.post(path, {"granted": granted, "note": "情况属实"}, version=wish["version"])


async def revoke(office: Office, wish: dict[str, Any], who: Person) -> Any:
    path = f"/exclusions/{wish['exclusion_id']}/revocation"
    return await who.post(path, {"note": "通报日期不符"}, version=wish["version"])


async def test_the_kind_of_a_petition_is_what_was_said_last_and_all_of_it_stays(office: Office) -> None:
    case_id = await office.open_case(petition=Petition.FIRST_VISIT)
    assert (await standing(office, case_id))["petition"] == "first_visit"
    answer = await office.supervisor.post(
        f"/cases/{case_id}/petition", {"petition": "backlog", "reason": "十年前的积案"}
    )
    assert (answer.status_code, answer.json()["number"]) == (201, 2), answer.text
    shown = await standing(office, case_id)
    assert [(one["word"], one["who"]) for one in shown["judgements"]][1] == ("backlog", "sun")
    assert shown["petition"] == "backlog"
    same = await office.supervisor.post(f"/cases/{case_id}/petition", {"petition": "backlog", "reason": "再说一次"})
    assert same.status_code == 409
    none = await office.supervisor.post(f"/cases/{case_id}/petition", {"petition": None, "reason": "不是信访件"})
    assert none.status_code == 201
    assert (await standing(office, case_id))["petition"] is None
    (first, second) = [e for e in await office.said(case_id) if isinstance(e, judging.PetitionClassified)]
    assert (first.petition, second.petition, first.by) == (Petition.BACKLOG, None, "sun")


async def test_whether_a_demand_is_reasonable_moves_nothing(office: Office) -> None:
    case_id = await office.handled_case()
    before = await office.case(case_id)
    answer = await office.supervisor.post(
        f"/cases/{case_id}/merit", {"merit": "unreasonable", "reason": "电话13812341234"}
    )
    assert answer.status_code == 201, answer.text
    assert "13812341234" not in answer.text
    assert (await standing(office, case_id))["merit"] == "unreasonable"
    assert await office.case(case_id) == before
    wrong = await office.supervisor.post(f"/cases/{case_id}/merit", {"merit": "silly", "reason": "无"})
    assert (wrong.status_code, {fault["field"] for fault in wrong.json()["fields"]}) == (422, {"merit", "reason"})


JUDGED: dict[str, Any] = {"merit": "reasonable", "reason": "符合政策"}


async def test_a_plan_and_who_looked_into_it_together_stand_with_the_judgement(office: Office) -> None:
    case_id = await office.handled_case()
    plan = "村组三日内修补，镇水利站复核，联系人13812341234"
    answer = await office.supervisor.post(
        f"/cases/{case_id}/merit", {**JUDGED, "plan": plan, "together": [LEAD, OTHER]}
    )
    assert answer.status_code == 201, answer.text
    assert "13812341234" not in answer.text
    (shown,) = (await standing(office, case_id))["judgements"]
    assert (shown["plan"][:7], shown["together"]) == (plan[:7], [LEAD, OTHER])
    (event,) = [one for one in await office.said(case_id) if isinstance(one, judging.DemandJudged)]
    assert (event.plan, event.together) == (shown["plan"], (LEAD, OTHER))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"merit": "unreasonable", "plan": "三日内修补"}, "plan"),
        ({"plan": " "}, "plan"),
        ({"together": ["D-NOBODY"]}, "together"),
        ({"together": [LEAD, LEAD]}, "together"),
        ({"together": ["small"]}, "together/0"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused(office: Office, wrong: dict[str, Any], field: str) -> None:
    case_id = await office.handled_case()
    answer = await office.supervisor.post(f"/cases/{case_id}/merit", {**JUDGED, **wrong})
    assert (answer.status_code, [fault["field"] for fault in answer.json()["fields"]]) == (422, [field]), answer.text
    assert (await standing(office, case_id))["judgements"] == []


async def test_who_is_complained_about_is_not_among_those_who_looked_into_it(office: Office) -> None:
    case_id = await office.open_case(accused_unit=OTHER)
    answer = await office.supervisor.post(f"/cases/{case_id}/merit", {**JUDGED, "together": [LEAD, OTHER]})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "together"), answer.text
    assert (await office.supervisor.post(f"/cases/{case_id}/merit", {**JUDGED, "together": [LEAD]})).status_code == 201


async def test_where_the_place_asks_for_it_nothing_is_reasonable_without_a_plan(office: Office) -> None:
    case_id = await office.handled_case()
    pack = PACK.model_copy(update={"petitions": PetitionRules(plan_at_once=True)})
    await office.hear(
        PackPublished(occurred_at=T0 - DAY, place_code=COUNTY, version=2, digest=digest(pack), document=document(pack))
    )
    for merit, status in (("reasonable", 422), ("partly", 422), ("unreasonable", 201)):
        answer = await office.supervisor.post(f"/cases/{case_id}/merit", {**JUDGED, "merit": merit})
        assert answer.status_code == status, answer.text
        assert status == 201 or [fault["field"] for fault in answer.json()["fields"]] == ["plan"]
    planned = await office.supervisor.post(f"/cases/{case_id}/merit", {**JUDGED, "plan": "三日内修补"})
    assert planned.status_code == 201, planned.text


async def test_what_was_reasonable_before_gets_its_plan_later_and_keeps_it(office: Office) -> None:
    case_id = await office.handled_case()
    path = f"/cases/{case_id}/merit"
    plan, units = {"plan": "三日内修补"}, {"together": [LEAD, OTHER]}
    for more, status in (({}, 201), ({}, 409), (plan, 201), (plan, 409), ({}, 409), (plan | units, 201), (units, 409)):
        answer = await office.supervisor.post(path, JUDGED | more)
        assert answer.status_code == status, answer.text
    shown = await standing(office, case_id)
    assert [(one["plan"], one["together"]) for one in shown["judgements"]] == [
        (None, []),
        ("三日内修补", []),
        ("三日内修补", [LEAD, OTHER]),
    ]


@pytest.mark.parametrize("what", [("petition", {"petition": "first_visit"}), ("merit", {"merit": "unreasonable"})])
async def test_nobody_who_had_a_hand_in_it_judges_it(office: Office, what: tuple[str, dict[str, str]]) -> None:
    path, body = what
    case_id = await office.handled_case()
    for who in (office.person("wang", Role.SUPERVISOR, LEAD), office.person("chen", Role.DISPATCHER, LEAD)):
        refused = await who.post(f"/cases/{case_id}/{path}", {**body, "reason": "本单位认定"})
        assert refused.status_code == 403, refused.text
    assert (await handler(office).post(f"/cases/{case_id}/{path}", {**body, "reason": "自己认定"})).status_code == 403
    assert (await standing(office, case_id))["judgements"] == []


async def test_a_unit_asks_somebody_else_decides_and_it_can_be_revoked(office: Office) -> None:
    case_id = await office.handled_case()
    asked = await ask(office, case_id)
    assert (asked.status_code, asked.json()["state"]) == (201, "asked"), asked.text
    assert (await ask(office, case_id)).status_code == 409
    granted = await decide(office, asked.json(), office.supervisor)
    assert (granted.status_code, granted.json()["state"]) == (200, "granted"), granted.text
    assert (await standing(office, case_id))["not_counted"] is True
    assert (await decide(office, granted.json(), office.supervisor)).status_code == 409
    revoked = await revoke(office, granted.json(), office.supervisor)
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked"), revoked.text
    shown = await standing(office, case_id)
    assert (shown["not_counted"], len(shown["exclusions"])) == (False, 1)
    names = [type(event).__name__ for event in await office.said(case_id)]
    assert names[-3:] == ["ExclusionRequested", "ExclusionDecided", "ExclusionRevoked"]
    again = await ask(office, case_id)
    refused = await decide(office, again.json(), office.supervisor, granted=False)
    assert refused.json()["state"] == "refused"
    assert (await standing(office, case_id))["not_counted"] is False
    listed = await office.supervisor.get("/exclusions")
    assert [one["state"] for one in listed.json()["items"]] == ["refused", "revoked"]
    waiting = await office.supervisor.get("/exclusions?state=asked")
    assert waiting.json()["items"] == []


async def test_who_wants_the_figure_prettier_does_not_decide(office: Office) -> None:
    case_id = await office.handled_case()
    wish = (await ask(office, case_id)).json()
    refused = {
        "who asked, by another role": office.person("li", Role.SUPERVISOR),
        "a supervisor of the unit": office.person("wang", Role.SUPERVISOR, LEAD),
        "a leader of the unit": office.person("zhao", Role.LEADER, LEAD),
        "a leader of a unit beside it": office.person("qian", Role.LEADER, OTHER),
        "a leader of no unit": office.person("wu", Role.LEADER),
    }
    for name, who in refused.items():
        response = await decide(office, wish, who)
        assert response.status_code == 403, (name, response.text)
    assert (await decide(office, wish, handler(office, OTHER))).status_code == 403
    assert (await standing(office, case_id))["not_counted"] is False


async def test_a_leader_of_a_unit_above_may_decide(office: Office) -> None:
    village, town = next((unit.code, unit.parent) for unit in PACK.units if unit.parent is not None)
    case_id, now = await office.register(), office.clock.now()
    await office.hear(*(make(case_id, now, unit=village) for make in (assigned, signed, handled)))
    wish = (await ask(office, case_id, handler(office, village))).json()
    granted = await decide(office, wish, office.person("zhen", Role.LEADER, town))
    assert granted.status_code == 200, granted.text


async def test_one_person_with_two_accounts_is_one(office: Office) -> None:
    case_id = await office.open_case()
    now = office.clock.now()
    await office.hear(said(CaseSigned, case_id, occurred_at=now, unit_code=LEAD, by="li", by_unit=LEAD, by_staff="P-7"))
    asking = office.person("li", Role.HANDLER, LEAD, staff_id="P-7")
    wish = (await ask(office, case_id, asking)).json()
    other = office.person("li-2", Role.SUPERVISOR, "S-GOV", staff_id="P-7")
    assert (await decide(office, wish, other)).status_code == 403
    assert (await other.post(f"/cases/{case_id}/merit", {"merit": "partly", "reason": "另一账号"})).status_code == 403


async def test_only_a_unit_that_handled_it_asks_and_for_a_reason_of_the_pack(office: Office) -> None:
    case_id = await office.handled_case()
    assert (await ask(office, case_id, handler(office, OTHER))).status_code == 404
    wrong = await ask(office, case_id, reason_code="bad_weather")
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "reason_code")
    assert (await ask(office, case_id, office.supervisor)).status_code == 403
    assert (await standing(office, case_id))["exclusions"] == []
