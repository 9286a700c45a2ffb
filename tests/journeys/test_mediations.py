"""响肠镇: a 五老 mediator sees two cases and no phone (journey 12): sessions, an agreement, and another's word."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, SATISFIED, County, Person, open_county

VILLAGE_UNIT, VILLAGE = "V-340828107201", "340828107201"
ELDER, OFFICER = "S-8001", "S-8002"
MONDAY = datetime(2022, 3, 7, 1, tzinfo=UTC)
PHONE = "13812345678"
MINE = "/dispatch/v1/my-mediations"


@pytest.fixture
async def town(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """The town's own house, on either bus, audited at the end."""
    pack = DEMO.parent / "yuexi-xiangchang"
    database = await make_database("template0")
    async with open_county(database, tmp_path, pack=pack, start=MONDAY, **either_bus) as county:
        for staff_id, *posts in (
            (ELDER, ("elder", VILLAGE_UNIT), ("cadre", VILLAGE_UNIT)),
            (OFFICER, ("retired_officer", VILLAGE_UNIT), ("caller", "H-XINFANG")),
        ):
            since = "2022-01-01T00:00:00Z"
            terms = [{"post_code": post, "unit_code": unit, "begins_at": since} for post, unit in posts]
            await county.admin.do("/dispatch/v1/staff", {"staff_id": staff_id, "name": "吴测试", "terms": terms})
        await county.house.settle()
        yield county
        await county.check()


def mediator(town: County, staff_id: str) -> Person:
    """Somebody who mediates."""
    return town.person(f"account-of-{staff_id}", Role.MEDIATOR, area=VILLAGE, unit=VILLAGE_UNIT, staff_id=staff_id)


async def given(town: County, staff_id: str) -> tuple[str, str]:
    """A dispute that the village gives to somebody to mediate; its case and its mediation."""
    phone = {"name": "张三", "phone": PHONE}
    case_id = await town.register(
        category_code="0101", area_code=VILLAGE, text=f"邻居占了我家地界，电话{PHONE}。", requester=phone
    )
    body = {"mediator": staff_id, "kind": "neighbours", "subject": "邻里争地界"}
    answer = await town.handler(VILLAGE_UNIT).do(f"/dispatch/v1/cases/{case_id}/mediations", body)
    await town.house.settle()
    return case_id, str(answer["mediation_id"])


def session(town: County) -> dict[str, Any]:
    """A session held now."""
    return {
        "held_at": town.house.clock.now().isoformat(),
        "venue": "village_office",
        "area_code": VILLAGE,
        "took_part": ["applicant", "respondent", "village_cadre"],
        "people": 4,
        "note": "双方同意以老界石为界",
    }


async def test_a_mediator_sees_two_cases_and_no_phone_and_another_says_that_it_is_kept(town: County) -> None:
    first, second = await given(town, ELDER), await given(town, ELDER)
    _, others = await given(town, OFFICER)
    elder = mediator(town, ELDER)
    listed = (await elder.ask(MINE))["items"]
    assert {one["mediation_id"] for one in listed} == {first[1], second[1]}
    whole = await elder.get(f"{MINE}/{first[1]}")
    assert "地界" in whole.text
    assert not [word for word in (PHONE, "张三") if word in whole.text]
    assert (await elder.get(f"{MINE}/{others}")).status_code == 404
    for path in (
        f"/intake/v1/cases/{first[0]}",
        f"/dispatch/v1/cases/{first[0]}",
        f"/followup/v1/cases/{first[0]}",
        "/intake/v1/cases",
        "/intake/v1/households",
    ):
        assert (await elder.get(path)).status_code == 403
    reveal = {"fields": ["phone"], "reason": "需要联系诉求人了解地界情况"}
    assert (await elder.post(f"/intake/v1/requesters/{first[0]}/reveal", reveal)).status_code == 403
    await elder.do(f"{MINE}/{first[1]}/sessions", session(town))
    await elder.do(f"{MINE}/{first[1]}/agreement", {"terms": "以老界石为界", "document": "ab" * 32})
    await town.house.settle()
    place, kept = f"/dispatch/v1/mediations/{first[1]}/follow-up", {"kept": True, "note": "到户查看，界石已立"}
    assert (await elder.post(place, kept, version="*")).status_code == 403
    own = town.person("elder-as-clerk", Role.HANDLER, unit=VILLAGE_UNIT, staff_id=ELDER)
    assert (await own.post(place, kept, version="*")).status_code == 403
    village = town.handler(VILLAGE_UNIT)
    assert (await village.post(place, kept, version="*")).status_code == 409
    await town.advance(days=60)
    await town.house.settle()
    assert (await village.do(place, kept))["status"] == "kept"
    await town.house.settle()


async def test_whoever_mediated_never_calls_the_citizen(town: County) -> None:
    case_id, mediation_id = await given(town, OFFICER)
    officer = mediator(town, OFFICER)
    await officer.do(f"{MINE}/{mediation_id}/sessions", session(town))
    await officer.do(f"{MINE}/{mediation_id}/failure", {"note": "双方各执一词"})
    await town.house.settle()
    await town.handle(case_id)
    attempts = f"/followup/v1/callbacks/{(await town.callback(case_id))['callback_id']}/attempts"
    own = town.person("officer-as-caller", Role.CALLER, unit="H-XINFANG", staff_id=OFFICER)
    refused = await own.post(attempts, SATISFIED, version="*")
    assert refused.status_code == 403
