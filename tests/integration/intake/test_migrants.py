"""Who is away for work: found out and kept, told when it was never looked at, kept in contact with, and heard."""

from typing import Any

import pytest

from libs.common.events.household_terms import AwayFound, HouseholdClass
from libs.common.events.households import AwayLooked, HouseholdRecorded
from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import HOUSEHOLDS, VILLAGE_UNIT, WHO, Homes, Visitors, said, with_visitors
from tests.support.service import PACK, published

MIGRANTS = "/intake/v1/migrants"
AWAY = {"away": True, "how": "by_phone", "to_code": "440300", "since": "2026-02-10", "expected_back": "2026-12-20"}


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


@pytest.fixture
def visitors(intake: IntakeDoor) -> Visitors:
    return Visitors(intake)


async def terms(intake: IntakeDoor, **settings: int) -> None:
    """A pack with these terms, in force."""
    households = PACK.households.model_copy(update=settings)
    await intake.hear(published(PACK.model_copy(update={"households": households}), 2, NOW))


async def ids(intake: IntakeDoor, path: str, **query: Any) -> list[str]:
    page = await intake.get(f"{MIGRANTS}{path}", intake.operator, query)
    return [item["household_id"] for item in page["items"]]


async def test_who_is_away_is_found_out_with_where_since_when_and_by_what(intake: IntakeDoor, homes: Homes) -> None:
    home = (await homes.register(**WHO, holds_from="2026-01-01"))["household_id"]
    body = {**AWAY, "why": "欧阳金丝雀说去了深圳，电话 13812345678"}
    told = await homes.done(f"/{home}/away-looks", body, key="once")
    assert await homes.done(f"/{home}/away-looks", body, key="once") == told
    assert (told["household_class"], told["version"]) == ("away", 2)
    (kept,) = (await intake.get(f"{HOUSEHOLDS}/{home}/away-looks", intake.operator))["items"]
    assert kept == told["look"]
    assert [kept[name] for name in ("away", "how", "on_day", "since", "to_code", "expected_back")] == [
        *(True, "by_phone", "2026-03-04", "2026-02-10", "440300", "2026-12-20")
    ]
    assert "金丝雀" not in kept["why"]
    assert (await homes.one(home, on="2026-02-09"))["household_class"] == "resident"
    assert (await homes.one(home, on="2026-02-10"))["household_class"] == "away"
    (look,) = await said(intake, home, AwayLooked)
    assert (look.to_code, look.how, look.by_staff) == ("440300", AwayFound.BY_PHONE, None)
    back = await homes.done(f"/{home}/away-looks", {"away": False, "how": "at_home"})
    assert (back["household_class"], back["look"]["since"]) == ("resident", None)
    again = await homes.done(f"/{home}/away-looks", {"away": False, "how": "by_neighbours"})
    assert again["version"] == back["version"], "nothing of the household is otherwise: a look all the same"
    everything = await intake.payloads()
    assert not [word for word in ("金丝雀", "13812345678") if word in everything]


async def test_no_change_of_class_goes_past_the_record(intake: IntakeDoor, homes: Homes) -> None:
    home = (await homes.register(holds_from="2026-01-01"))["household_id"]
    await homes.done(f"/{home}/change", {"household_class": "away", "holds_from": "2026-02-01"})
    await homes.done(f"/{home}/change", {"household_class": "vacant"})
    looks = await said(intake, home, AwayLooked)
    assert [(look.away, look.how, str(look.since)) for look in looks] == [
        (True, AwayFound.BY_REGISTER, "2026-02-01"),
        (False, AwayFound.BY_REGISTER, "None"),
    ]
    steps = await said(intake, home, HouseholdRecorded)
    assert [step.household_class for step in steps] == ["resident", "away", "vacant"]
    entered = (await homes.register(household_class="away"))["household_id"]
    assert await said(intake, entered, AwayLooked) == [], "entered as such: nobody has said how that is known"
    assert (await intake.get(f"{MIGRANTS}", intake.operator))["items"][0]["away_looked_on"] is None


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"to_code": "990000"}, "to_code"),
        ({"to_code": "4403"}, "to_code"),
        ({"to_code": "13812345678"}, "to_code"),
        ({"on_day": "2026-03-05"}, "on_day"),
        ({"since": "2026-03-05"}, "since"),
        ({"expected_back": "2026-03-04"}, "expected_back"),
        ({"how": "by_register"}, "how"),
        ({"away": False, "expected_back": None}, "to_code"),
        ({"away": False, "to_code": None}, "expected_back"),
    ],
)
async def test_what_is_wrong_is_named_and_changes_nothing(
    intake: IntakeDoor, homes: Homes, fields: dict[str, Any], named: str
) -> None:
    home = (await homes.register())["household_id"]
    answer = await homes.post(f"/{home}/away-looks", {**AWAY, **fields})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, named), answer.text
    assert await said(intake, home, AwayLooked) == []


async def test_nobody_of_a_shop_or_a_building_is_away_and_nobody_else_reaches_it(
    intake: IntakeDoor, homes: Homes
) -> None:
    shop = (await homes.register(household_class="shop"))["household_id"]
    building = (await homes.register(household_class="building", head="物业李经理"))["household_id"]
    for home in (shop, building):
        assert (await homes.post(f"/{home}/away-looks", AWAY)).status_code == 409
    elsewhere = homes.by(Role.VISITOR, subject="far", area="999001102000")
    assert (await elsewhere.post(f"/{shop}/away-looks", AWAY)).status_code == 404


async def test_who_was_never_looked_at_within_the_packs_term_is_listed_the_longest_first(
    intake: IntakeDoor, homes: Homes
) -> None:
    made = [(await homes.register(holds_from="2025-01-01"))["household_id"] for _ in range(4)]
    await homes.register(household_class="shop")
    await homes.register(household_class="vacant")
    looks = {made[1]: "2025-09-03", made[2]: "2025-09-04"}
    for home, day in looks.items():
        await homes.done(f"/{home}/away-looks", {"away": False, "how": "at_home", "on_day": day})
    assert await ids(intake, "/unlooked") == [made[0], made[3]], "without a term: who never was"
    await terms(intake, away_look_months=6)
    assert await ids(intake, "/unlooked") == [made[0], made[3], made[1]]
    first = await intake.get(f"{MIGRANTS}/unlooked", intake.operator, {"limit": 2})
    rest = await intake.get(f"{MIGRANTS}/unlooked", intake.operator, {"cursor": first["next_cursor"]})
    assert [item["away_looked_on"] for item in (*first["items"], *rest["items"])] == [None, None, "2025-09-03"]
    assert await ids(intake, "/unlooked", area_code="999001102201") == []
    assert await ids(intake, "/unlooked", area_code=VILLAGE) == [made[0], made[3], made[1]]


async def test_migrants_are_kept_in_contact_with_and_what_they_raise_is_followed(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    made = [(await homes.register(**({} if number else WHO)))["household_id"] for number in range(3)]
    for home in made:
        await homes.done(f"/{home}/away-looks", {**AWAY, "since": None})
    await terms(intake, away_contact_days=30)
    assert await ids(intake, "", due="true") == made
    matters = [
        {"what": "becomes_case", "kind": "help", "category_code": "0101", "text": "老屋漏雨，老人独居，请派人看看。"},
        {"what": "explained", "kind": "consult", "text": "医保怎样异地报销？", "answer": "已讲解备案办法。"},
    ]
    call = await visitors.record(made[0], outcome="by_phone", matters=matters)
    await visitors.record(made[1], outcome="nobody_home")
    assert await ids(intake, "", due="true") == made[1:]
    last = (await intake.get(MIGRANTS, intake.operator))["items"][-1]
    assert (last["household_id"], last["contacted_on"], last["due"]) == (made[0], "2026-03-04", False)
    assert [last[name] for name in ("raised", "explained", "open", "to_code")] == [2, 1, 1, "440300"]
    items = (await intake.get(f"{MIGRANTS}/{made[0]}/feedback", intake.operator))["items"]
    told = [(item["number"], item["ended"], item["status"], item["outcome"]) for item in items]
    assert told == [(2, "explained", None, "by_phone"), (1, "becomes_case", "registered", "by_phone")]
    assert items[1]["case_no"]
    named = {"accused_units": [VILLAGE_UNIT], "reason": "来电补充反映该村处理不公"}
    path = f"/intake/v1/cases/{items[1]['case_id']}/accused"
    assert (await intake.http.post(path, json=named, headers=intake.operator)).is_success
    theirs = intake.token(Role.VISITOR, subject="clerk-1", unit=VILLAGE_UNIT)
    item = (await intake.get(f"{MIGRANTS}/{made[0]}/feedback", theirs))["items"][1]
    assert [item[name] for name in ("case_id", "case_no", "status")] == [None] * 3, "nobody learns of what is about him"
    others = visitors.by(Role.SUPERVISOR, subject="s-2", staff="S-3", unit="S-GOV")
    asked = {"why": "误登"}
    await visitors.done(f"/intake/v1/visits/{call['visit_id']}/voiding", asked)
    await others.done(f"/intake/v1/visits/{call['visit_id']}/voiding/decision", {"granted": True, "why": "属实"})
    assert await ids(intake, "", due="true") == made, "it never was: in contact never"
    assert (await homes.one(made[0]))["household_class"] == HouseholdClass.AWAY
