"""Mediation: given by post, mediated by one, confirmed by another; each bad word is named and changes nothing."""

from datetime import date
from typing import Any

import pytest

from bench.stock.hands import FEW
from libs.common.events.accused import AccusedNamed
from libs.common.events.mediations import MediationAgreed, MediationGiven, MediationHeld, MediationWithdrawn
from libs.common.rules.machine import Actor
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.cursors import PageQuery
from services.dispatch.mediations.queries import MediationFilter, own_statement, reached_statement
from tests.integration.dispatch.office import COUNTY, HOUR, T0, TOWN_UNIT, VILLAGE, VILLAGE_UNIT, Office, Person, only
from tests.integration.dispatch.test_schema import fill_hands
from tests.support.plans import plan_of
from tests.support.service import DAY

ELDER, SECOND = "S-7001", "S-7002"
PHONE = "13812345678"
WORDS = {"mediator": ELDER, "kind": "neighbours", "subject": f"邻里争地界，电话{PHONE}"}
AGREEMENT = {"terms": f"以老界石为界，电话{PHONE}", "document": "ab" * 32}
KEPT = {"kept": True, "note": "到户查看，界石已立"}


def session(**other: Any) -> dict[str, Any]:
    held = {
        "held_at": T0.isoformat(),
        "venue": "mediation_room",
        "area_code": VILLAGE,
        "took_part": ["respondent", "applicant"],
        "people": 3,
        "note": f"双方同意丈量，电话{PHONE}",
    }
    return held | other


async def enter(office: Office, staff_id: str, *posts: tuple[str, str]) -> None:
    terms = [{"post_code": post, "unit_code": unit} for post, unit in posts]
    body = {"staff_id": staff_id, "name": f"测试{staff_id}", "terms": terms}
    answer = await office.person("root", Role.ADMIN).post("/staff", body)
    assert answer.status_code == 201, answer.text


def elder(office: Office, staff_id: str = ELDER) -> Person:
    return office.person(f"elder-{staff_id}", Role.MEDIATOR, COUNTY, None, staff_id)


async def given(office: Office, case_id: str, **other: Any) -> dict[str, Any]:
    answer = await office.handler(VILLAGE_UNIT).post(f"/cases/{case_id}/mediations", WORDS | other)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def mediates(
    office: Office, mediation: dict[str, Any], verb: str, body: object, by: Person | None = None
) -> dict[str, Any]:
    place = f"/my-mediations/{mediation['mediation_id']}/{verb}"
    answer = await (by or elder(office)).post(place, body, version=mediation["version"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def agreed(office: Office, case_id: str) -> dict[str, Any]:
    mediation = await given(office, case_id)
    met = await mediates(office, mediation, "sessions", session(held_at=mediation["given_at"]))
    return await mediates(office, met, "agreement", AGREEMENT)


@pytest.fixture
async def court(office: Office) -> Office:
    """The office with two who mediate."""
    await enter(office, ELDER, ("mediator", VILLAGE_UNIT), ("case_worker", VILLAGE_UNIT))
    await enter(office, SECOND, ("mediator", TOWN_UNIT))
    return office


async def test_one_mediates_and_another_says_whether_it_is_kept(court: Office) -> None:
    case_id = await court.register()
    mediation = await agreed(court, case_id)
    assert (mediation["status"], mediation["sessions"], mediation["due"]) == ("agreed", 1, False)
    assert mediation["held"][0]["took_part"] == ["applicant", "respondent"]
    place = f"/mediations/{mediation['mediation_id']}/follow-up"
    li = court.handler(VILLAGE_UNIT)
    early = await li.post(place, KEPT, version=mediation["version"])
    assert (early.status_code, mediation["follow_up_on"] in early.text) == (409, True)
    court.later(30 * DAY)
    due = (await li.get("/mediations", due="true")).json()["items"]
    assert [one["mediation_id"] for one in due] == [mediation["mediation_id"]]
    themselves = court.handler(VILLAGE_UNIT, "zhou", staff_id=ELDER)
    own = await themselves.post(place, KEPT, version=mediation["version"])
    assert (own.status_code, "own mediation" in own.text) == (403, True)
    kept = await li.post(place, KEPT, version=mediation["version"])
    assert (kept.status_code, kept.json()["status"]) == (200, "kept")
    again = await li.post(place, KEPT | {"kept": False}, version="*")
    assert again.status_code == 409
    counted = (await court.dispatcher.get("/mediation-counts")).json()["items"]
    assert counted == [{"kind": "neighbours", "status": "kept", "mediations": 1, "sessions": 1}]


async def test_what_travels_names_nobody(court: Office) -> None:
    case_id = await court.register()
    mediation = await agreed(court, case_id)
    events = await court.said(case_id)
    for kind in (MediationGiven, MediationHeld, MediationAgreed):
        assert PHONE not in only(events, kind).model_dump_json()
    assert PHONE not in str(mediation)
    steps = await court.rows("SELECT why FROM transition WHERE case_id = $1", case_id)
    assert not [row for row in steps if "界石" in (row.why or "")]


async def test_a_mediator_sees_their_own_alone(court: Office) -> None:
    mine = await given(court, await court.register())
    other = await given(court, await court.register(), mediator=SECOND)
    seen = (await elder(court).get("/my-mediations")).json()["items"]
    assert [one["mediation_id"] for one in seen] == [mine["mediation_id"]]
    place = f"/my-mediations/{other['mediation_id']}"
    assert (await elder(court).get(place)).status_code == 404
    assert (await elder(court).post(f"{place}/sessions", session(), version="*")).status_code == 404
    for path in (f"/cases/{mine['case_id']}", "/work", "/mediations", f"/mediations/{mine['mediation_id']}"):
        assert (await elder(court).get(path)).status_code == 403
    nobody = court.person("elder", Role.MEDIATOR, COUNTY)
    assert (await nobody.get("/my-mediations")).json()["items"] == []
    assert (await court.handler("D-HOUSING").get(f"/mediations/{mine['mediation_id']}")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mediator": "S-9999"}, "mediator"),
        ({"mediator": "S-7003"}, "mediator"),
        ({"kind": "no_such"}, "kind"),
        ({"subject": ""}, "subject"),
    ],
)
async def test_who_holds_no_post_that_mediates_is_given_nothing(
    court: Office, changes: dict[str, Any], field: str
) -> None:
    await enter(court, "S-7003", ("case_worker", VILLAGE_UNIT))
    case_id = await court.register()
    refused = await court.handler(VILLAGE_UNIT).post(f"/cases/{case_id}/mediations", WORDS | changes)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, field)
    assert await court.rows("SELECT 1 FROM mediation") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"venue": "no_such"}, "venue"),
        ({"area_code": "999009999999"}, "area_code"),
        ({"took_part": ["applicant", "applicant"]}, "took_part/1"),
        ({"took_part": ["no_such"]}, "took_part/0"),
        ({"took_part": ["applicant", "respondent", "police"], "people": 2}, "people"),
        ({"people": 1}, "people"),
        ({"held_at": (T0 + HOUR).isoformat()}, "held_at"),
        ({"held_at": (T0 - 30 * DAY).isoformat()}, "held_at"),
    ],
)
async def test_a_session_is_told_in_the_words_of_the_pack(court: Office, changes: dict[str, Any], field: str) -> None:
    mediation = await given(court, await court.register())
    place = f"/my-mediations/{mediation['mediation_id']}"
    told = session(**{"held_at": mediation["given_at"]} | changes)
    refused = await elder(court).post(f"{place}/sessions", told, version=mediation["version"])
    assert refused.status_code == 422
    assert refused.json()["fields"][0]["field"].startswith(field)
    assert (await elder(court).get(place)).json()["version"] == mediation["version"]


async def test_an_agreement_needs_a_session_and_a_day_that_the_pack_allows(court: Office) -> None:
    mediation = await given(court, await court.register())
    place = f"/my-mediations/{mediation['mediation_id']}/agreement"
    assert (await elder(court).post(place, AGREEMENT, version=mediation["version"])).status_code == 409
    met = await mediates(court, mediation, "sessions", session(held_at=mediation["given_at"]))
    for day in ("2020-01-01", T0.date().isoformat(), (T0 + 31 * DAY).date().isoformat()):
        wrong = await elder(court).post(place, AGREEMENT | {"follow_up_on": day}, version=met["version"])
        assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "follow_up_on")
    assert (await elder(court).post(place, AGREEMENT)).status_code == 428
    assert (await elder(court).post(place, AGREEMENT, version=1)).status_code == 412


async def test_one_mediation_runs_at_a_time_and_none_of_a_confidential_case(court: Office) -> None:
    case_id = await court.register()
    mediation = await given(court, case_id)
    li = court.handler(VILLAGE_UNIT)
    twice = await li.post(f"/cases/{case_id}/mediations", WORDS | {"mediator": SECOND})
    assert (twice.status_code, ELDER in twice.text) == (409, True)
    back = await mediates(court, mediation, "return", {"note": "与一方有亲属关系，应当回避"})
    assert back["status"] == "withdrawn"
    assert (await given(court, case_id, mediator=SECOND))["mediator"] == SECOND
    assert len((await li.get(f"/cases/{case_id}/mediations")).json()["items"]) == 2
    secret = await court.register(confidential=True)
    assert (await li.post(f"/cases/{secret}/mediations", WORDS)).status_code == 409


async def test_nobody_mediates_a_case_about_them_or_their_unit(court: Office) -> None:
    case_id = await court.register(accused_unit=TOWN_UNIT, category_code=None)
    refused = await court.dispatcher.post(f"/cases/{case_id}/mediations", WORDS | {"mediator": SECOND})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "mediator")
    later = await court.register()
    mediation = await given(court, later, mediator=SECOND)
    named = AccusedNamed(case_id=later, occurred_at=court.clock.now(), reason="也反映该调解员", accused_staff=(SECOND,))
    await court.hear(named)
    event = only(await court.said(later), MediationWithdrawn)
    assert (event.recusal, event.mediator) == (True, SECOND)
    assert (await elder(court, SECOND).get(f"/my-mediations/{mediation['mediation_id']}")).status_code == 404


async def test_whose_term_has_ended_mediates_no_more(court: Office) -> None:
    mediation = await given(court, await court.register())
    ended = await court.person("root", Role.ADMIN).post(f"/staff/{ELDER}/terms/1/end", {}, version="*")
    assert ended.status_code == 200, ended.text
    court.later(HOUR)
    place = f"/my-mediations/{mediation['mediation_id']}/sessions"
    assert (await elder(court).post(place, session(), version="*")).status_code == 403


async def test_lists_of_mediations_are_read_by_their_indexes(office: Office) -> None:
    actor = Actor("elder", None, "S-7")
    await fill_hands(office, [*FEW, "ANALYZE work, mediation"], staff=300)
    scope, page = Scope("999001"), PageQuery(limit=50)
    statements = {
        "mediation_mediator_idx": own_statement(scope, actor, MediationFilter(), page),
        "mediation_list_idx": reached_statement(scope, MediationFilter(), page),
        "mediation_due_idx": reached_statement(scope, MediationFilter(due_by=date(2026, 1, 2)), page),
    }
    for index, statement in statements.items():
        plan = await plan_of(office.database, statement)
        assert index in plan.indexes, str(plan)
        assert "mediation" not in plan.walked, str(plan)
        assert plan.rows_read < 2000, str(plan)
