"""Aid: whole amounts, each step by its unit and time, sums that open to their lists, and no decision on one's own."""

from typing import Any

import pytest

from bench.stock.hands import FEW
from libs.common.events.aids import AidFound, AidGranted
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.cursors import PageQuery
from services.dispatch.aids.queries import AidFilter, aids_statement
from tests.integration.dispatch.office import COUNTY, VILLAGE_UNIT, Office, Person, only
from tests.integration.dispatch.test_schema import fill_hands
from tests.support.plans import plan_of

PHONE = "13812345678"
FOUND = {"kind": "temporary", "persons": 2, "note": f"房屋受灾，生活困难，电话{PHONE}"}
GRANT = {"granted": True, "amount_fen": 300_000, "note": "符合条件"}


def bureau(office: Office) -> Person:
    return office.person("wang", Role.DISPATCHER, COUNTY, "H-12345", "S-3")


async def found(office: Office, case_id: str, **other: Any) -> dict[str, Any]:
    answer = await office.handler(VILLAGE_UNIT).post(f"/cases/{case_id}/aids", FOUND | other)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def step(by: Person, aid: dict[str, Any], verb: str, body: object) -> dict[str, Any]:
    answer = await by.post(f"/aids/{aid['aid_id']}/{verb}", body, version=aid["version"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def applied(office: Office, case_id: str, **other: Any) -> dict[str, Any]:
    aid = await found(office, case_id, **other)
    return await step(office.handler(VILLAGE_UNIT), aid, "application", {"note": "已提交申请"})


async def test_eight_persons_and_24_000_yuan_add_up_and_open_to_their_cases(office: Office) -> None:
    for _ in range(4):
        await step(
            bureau(office), await applied(office, await office.register()), "decision", GRANT | {"amount_fen": 600_000}
        )
    refused = await applied(office, await office.register(), kind="minimum_living")
    await step(bureau(office), refused, "decision", {"granted": False, "note": "收入超过标准"})
    sums = (await bureau(office).get("/aid-sums")).json()["items"]
    granted = {"kind": "temporary", "found_unit": VILLAGE_UNIT, "status": "granted"}
    assert granted | {"aids": 4, "persons": 8, "amount_fen": 2_400_000} in sums
    assert len(sums) == 2
    listed = (await bureau(office).get("/aids", **granted)).json()["items"]
    assert (len(listed), sum(one["amount_fen"] for one in listed)) == (4, 2_400_000)


async def test_nobody_is_named_in_what_travels(office: Office) -> None:
    case_id = await office.register()
    aid = await applied(office, case_id)
    await step(bureau(office), aid, "decision", GRANT)
    events = await office.said(case_id)
    assert only(events, AidGranted).amount_fen == 300_000
    assert PHONE not in only(events, AidFound).model_dump_json()
    assert PHONE not in str(aid)


async def test_a_unit_does_not_decide_on_what_it_applied_for(office: Office) -> None:
    aid = await applied(office, await office.register())
    place = f"/aids/{aid['aid_id']}/decision"
    own = await office.handler(VILLAGE_UNIT, "another", "S-9").post(place, GRANT, version=aid["version"])
    assert own.status_code == 403
    assert (await bureau(office).post(place, GRANT)).status_code == 428
    assert (await bureau(office).post(place, GRANT, version=1)).status_code == 412
    assert (await office.handler("D-HOUSING").post(place, GRANT, version="*")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("temporary", {"granted": True, "note": "符合条件"}),
        ("temporary", GRANT | {"amount_fen": 0}),
        ("temporary", GRANT | {"amount_fen": 1.5}),
        ("temporary", GRANT | {"granted": False}),
        ("referral", GRANT),
    ],
)
async def test_an_amount_is_whole_and_only_of_what_pays(office: Office, kind: str, body: dict[str, Any]) -> None:
    aid = await applied(office, await office.register(), kind=kind)
    refused = await bureau(office).post(f"/aids/{aid['aid_id']}/decision", body, version=aid["version"])
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "amount_fen")
    [row] = await office.rows("SELECT status, version FROM aid")
    assert (row.status, row.version) == ("applied", aid["version"])


async def test_one_of_a_kind_is_open_and_unknown_kinds_are_named(office: Office) -> None:
    case_id = await office.register()
    aid = await found(office, case_id)
    li = office.handler(VILLAGE_UNIT)
    assert (await li.post(f"/cases/{case_id}/aids", FOUND)).status_code == 409
    wrong = await li.post(f"/cases/{case_id}/aids", FOUND | {"kind": "no_such"})
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "kind")
    await step(li, aid, "dropping", {"note": "家庭已自行解决"})
    assert (await found(office, case_id))["status"] == "found"
    assert len((await li.get(f"/cases/{case_id}/aids")).json()["items"]) == 2


async def test_the_list_is_read_by_its_index(office: Office) -> None:
    await fill_hands(office, [*FEW, "ANALYZE work, aid"])
    plan = await plan_of(office.database, aids_statement(Scope("999001"), AidFilter(), PageQuery(limit=50)))
    assert "aid_list_idx" in plan.indexes, str(plan)
    assert "aid" not in plan.walked, str(plan)
