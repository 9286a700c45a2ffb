"""The ledger of contact persons: who has how many, whose have nobody in office, and households that change hands."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, OTHER_TOWN, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Homes, appoint, most_per_contact, table, table_row, told
from tests.integration.intake.test_costs import counted

CONTACTS = "/intake/v1/contacts"
ANOTHER_VILLAGE = "999001101202"
FAR_AWAY = "999001102201"


@pytest.fixture
def homes(intake: IntakeDoor) -> Homes:
    return Homes(intake)


async def ledger(homes: Homes, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = await homes.door.get(CONTACTS, homes.headers, query)
    return found


async def ask(homes: Homes, what: str, **body: Any) -> httpx.Response:
    return await homes.door.http.post(f"{CONTACTS}/{what}", json=body, headers=homes.headers)


async def done(homes: Homes, what: str, **body: Any) -> dict[str, Any]:
    answer = await ask(homes, what, **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def wrong(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, [one["field"] for one in answer.json()["fields"]]


async def some(homes: Homes, many: int, **fields: Any) -> list[str]:
    return [(await homes.register(**fields))["household_id"] for _ in range(many)]


async def test_the_ledger_tells_by_person_what_they_look_after_and_what_is_covered(
    intake: IntakeDoor, homes: Homes
) -> None:
    await appoint(intake, "S-1", "S-2")
    await some(homes, 3, contact_staff_id="S-1")
    await some(homes, 1, contact_staff_id="S-1", household_class="shop", area_code=FAR_AWAY)
    await some(homes, 2, contact_staff_id="S-2", household_class="away")
    await some(homes, 1)
    found = await ledger(homes)
    first, second = found["items"]
    assert (first["staff_id"], first["name"], first["households"]) == ("S-1", "干部1", 4)
    assert first["by_class"] == {"resident": 3, "shop": 1}
    assert [(post["post_name"], post["unit_name"]) for post in first["posts"]] == [("村干部", "东坡村村民委员会")]
    assert (second["by_class"], second["in_office"], second["over"]) == ({"away": 2}, True, False)
    assert found["most_per_contact"] == 60
    totals = found["totals"]
    assert totals | {"coverage": None} == {
        "households": 7,
        "with_contact": 6,
        "contact_left": 0,
        "without_contact": 1,
        "coverage": None,
        "people": 2,
        "fewest": 2,
        "most": 4,
    }
    assert totals["coverage"] == {"numerator": 6, "denominator": 7, "text": "85.7 %"}
    village = await ledger(homes, area_code=VILLAGE, limit=1)
    assert (village["items"][0]["households"], village["items"][0]["everywhere"]) == (3, 4)
    assert (
        village["totals"] == (await ledger(homes, area_code=VILLAGE, limit=1, cursor=village["next_cursor"]))["totals"]
    )
    of_the_town = await ledger(homes.by(Role.VISITOR, subject="visitor", area=OTHER_TOWN))
    assert [(one["staff_id"], one["households"]) for one in of_the_town["items"]] == [("S-1", 1)]
    assert (await ledger(homes, area_code="999001103000"))["totals"]["coverage"]["text"] == "—"


async def test_whoever_left_office_covers_nothing_and_is_told_apart(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", "S-2")
    (one, *_), others = await some(homes, 3, contact_staff_id="S-1"), await some(homes, 2, contact_staff_id="S-2")
    await appoint(intake, "S-1", until=NOW - timedelta(hours=1), version=2)
    found = await ledger(homes)
    assert [(each["staff_id"], each["in_office"], each["posts"] == []) for each in found["items"]] == [
        ("S-1", False, True),
        ("S-2", True, False),
    ]
    totals = found["totals"]
    assert (totals["with_contact"], totals["contact_left"], totals["coverage"]["text"]) == (2, 3, "40.0 %")
    assert [each["staff_id"] for each in (await ledger(homes, in_office=False))["items"]] == ["S-1"]
    assert wrong(await ask(homes, "assignment", household_ids=others, to_staff_id="S-1")) == (422, ["to_staff_id"])
    moved = await done(homes, "assignment", from_staff_id="S-1", to_staff_id="S-2")
    assert (moved["moved"], moved["unchanged"]) == (3, 0)
    assert (await ledger(homes))["totals"]["coverage"]["text"] == "100.0 %"
    assert (await homes.one(one))["contact_staff_id"] == "S-2"


async def test_households_change_hands_each_as_a_step_from_its_day(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", "S-2")
    ids = await some(homes, 3, contact_staff_id="S-1", holds_from="2026-02-01", head="欧阳金丝雀")
    ids += await some(homes, 1, contact_staff_id="S-2", holds_from="2026-02-01")
    body: dict[str, Any] = {"household_ids": ids, "to_staff_id": "S-2", "holds_from": "2026-03-01", "why": "换届"}
    before = await intake.counts()
    seen = await done(homes, "assignment", **body, preview=True)
    assert (seen["moved"], seen["unchanged"], seen["preview"]) == (3, 1, True)
    assert await intake.counts() == before
    moved = await done(homes, "assignment", **body)
    assert moved == {**seen, "preview": False}
    assert [(one["staff_id"], one["before"], one["after"]) for one in moved["loads"]] == [("S-1", 3, 0), ("S-2", 1, 4)]
    assert (await homes.one(ids[0], on="2026-02-28"))["contact_staff_id"] == "S-1"
    assert (await homes.one(ids[0], on="2026-03-01"))["contact_staff_id"] == "S-2"
    entered, given = await told(intake, ids[0])
    assert (given.step, given.changed, given.contact_staff_id, given.why) == (
        "assign",
        ("contact_staff_id",),
        "S-2",
        "换届",
    )
    assert given.sealed == entered.sealed
    assert len(await told(intake, ids[3])) == 1, "what is so already is left out"
    nobody = await done(homes, "assignment", household_ids=ids[:1], to_staff_id=None)
    assert nobody["moved"] == 1
    assert await homes.ids(without_contact=True) == ids[:1]
    assert (await done(homes, "assignment", **body | {"household_ids": ids[1:]}))["moved"] == 0


async def test_many_households_cost_as_many_statements_as_two(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", "S-2")
    ids = await some(homes, 42, contact_staff_id="S-1")
    costs = []
    for chosen in (ids[:2], ids[2:]):
        with counted(intake.service.runtime.door_database) as statements:
            assert (await done(homes, "assignment", household_ids=chosen, to_staff_id="S-2"))["moved"] == len(chosen)
        costs.append(len(statements))
    with counted(intake.service.runtime.door_database) as statements:
        evened = await done(homes, "evening", area_code=VILLAGE, staff_ids=["S-1", "S-2"])
    assert (evened["moved"], evened["fewest"], evened["most"]) == (21, 21, 21)
    assert costs[0] == costs[1] <= 13, statements
    assert len(statements) <= 13, statements


async def test_what_cannot_be_assigned_is_named_and_nothing_changes(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", "S-2")
    await appoint(intake, "S-3", post="caller", unit="H-12345")
    here, gone = await some(homes, 2, contact_staff_id="S-1")
    (there,) = await some(homes, 1, area_code=FAR_AWAY)
    await homes.done(f"/{gone}/merge", {"into": here, "why": "一家人"})
    nowhere = "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"
    town = homes.by(Role.OPERATOR, subject="town", area=TOWN)
    to: dict[str, Any] = {"to_staff_id": "S-2"}
    before = await intake.counts()
    for asks, body, expected in (
        (town, {"household_ids": [here, there], **to}, ["household_ids/1"]),
        (homes, {"household_ids": [nowhere, gone, here], **to}, ["household_ids/0", "household_ids/1"]),
        (homes, {"household_ids": [here], "to_staff_id": "S-3"}, ["to_staff_id"]),
        (homes, {"household_ids": [here], "to_staff_id": "S-9"}, ["to_staff_id"]),
        (homes, {"household_ids": [here], **to, "holds_from": "2026-03-05"}, ["holds_from"]),
        (homes, {"from_staff_id": "S-2", **to}, ["to_staff_id"]),
        (homes, {"household_ids": [here]}, ["to_staff_id"]),
    ):
        assert wrong(await ask(asks, "assignment", **body)) == (422, expected), body
    both = {"household_ids": [here], "from_staff_id": "S-1", **to}
    for body in (to, both, {"household_ids": [], **to}):
        assert wrong(await ask(homes, "assignment", **body)) == (422, ["household_ids"])
    of_an_area = {"household_ids": [here], "area_code": VILLAGE, **to}
    assert wrong(await ask(homes, "assignment", **of_an_area)) == (422, ["area_code"])
    assert await intake.counts() == before
    assert (await done(homes, "assignment", from_staff_id="S-1", **to))["moved"] == 1, "one that is no more stays"
    visitor = homes.by(Role.VISITOR, subject="visitor")
    assert (await ask(visitor, "assignment", household_ids=[here], **to)).status_code == 403


async def test_nobody_gets_more_than_the_pack_lets_one_have_and_the_ledger_shows_who_has(
    intake: IntakeDoor, homes: Homes
) -> None:
    await appoint(intake, "S-1", "S-2")
    ids = await some(homes, 4, contact_staff_id="S-1") + await some(homes, 1, contact_staff_id="S-2")
    await intake.hear(most_per_contact(most=3))
    found = await ledger(homes, over=True)
    assert [(one["staff_id"], one["over"]) for one in found["items"]] == [("S-1", True)]
    refused = await ask(homes, "assignment", household_ids=ids[:3], to_staff_id="S-2")
    assert wrong(refused) == (422, ["to_staff_id"])
    assert "S-2 would have 4 households, and has 3 at most" in refused.json()["detail"]
    zh = await intake.http.post(
        f"{CONTACTS}/assignment",
        json={"household_ids": ids[:3], "to_staff_id": "S-2"},
        headers=homes.headers | {"Accept-Language": "zh"},
    )
    assert "S-2 将包保 4 户，超过上限 3 户" in zh.json()["detail"]
    assert (await done(homes, "assignment", household_ids=ids[:2], to_staff_id="S-2"))["moved"] == 2
    assert (await done(homes, "assignment", household_ids=ids[:2], to_staff_id="S-2"))["unchanged"] == 2
    muted = homes.by(Role.SUPERVISOR, subject="somebody else")
    await homes.done(f"/{ids[0]}/muting", {"reason": "refused", "why": "多次拒访"})
    await muted.done(f"/{ids[0]}/muting/decision", {"granted": True})
    assert (await done(homes, "assignment", household_ids=ids[2:3], to_staff_id="S-2"))["moved"] == 1, (
        "one counts no more"
    )


async def test_the_limit_holds_for_one_household_a_split_a_table_and_one_that_is_unmuted(
    intake: IntakeDoor, homes: Homes
) -> None:
    await appoint(intake, "S-1", "S-2")
    first, *_ = await some(homes, 3, contact_staff_id="S-1")
    await intake.hear(most_per_contact(most=3))
    said = "S-1 would have 4 households, and has 3 at most"
    refused = await homes.post("", {"area_code": VILLAGE, "contact_staff_id": "S-1"})
    assert (wrong(refused), refused.json()["detail"]) == ((422, ["contact_staff_id"]), said)
    new = {"new": {"area_code": VILLAGE, "contact_staff_id": "S-1"}}
    assert wrong(await homes.post(f"/{first}/split", new)) == (422, ["new.contact_staff_id"])
    refused = await homes.send(table(table_row(1, 包保人="干部1"), table_row(2, 包保人="干部2")))
    assert (wrong(refused), refused.json()["detail"]) == ((422, ["包保人"]), said)
    muter = homes.by(Role.SUPERVISOR, subject="somebody else")
    await homes.done(f"/{first}/muting", {"reason": "refused", "why": "多次拒访"})
    await muter.done(f"/{first}/muting/decision", {"granted": True})
    await homes.register(contact_staff_id="S-1")
    refused = await homes.post(f"/{first}/unmuting", {"why": "已搬回"})
    assert (wrong(refused), refused.json()["detail"]) == ((422, ["contact_staff_id"]), said)
    assert (await homes.one(first))["status"] == "muted"
    await done(homes, "assignment", household_ids=[first], to_staff_id="S-2")
    assert (await homes.done(f"/{first}/unmuting", {"why": "已搬回"}))["status"] == "registered"


async def test_two_who_assign_at_once_do_not_pass_the_limit_together(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", "S-2")
    ids = await some(homes, 4, contact_staff_id="S-1")
    await intake.hear(most_per_contact(most=3))
    twin = Homes(intake.another_process())
    await twin.door.learn_staff()
    asked = [
        ask(who, "assignment", household_ids=pair, to_staff_id="S-2")
        for who, pair in ((homes, ids[:2]), (homes, ids[2:]), (twin, ids[:2]), (twin, ids[2:]))
    ]
    statuses = Counter(answer.status_code for answer in await asyncio.gather(*asked))
    assert statuses == {200: 2, 422: 2}, "two of the same, and those that would be too many"
    (second,) = (one for one in (await ledger(homes))["items"] if one["staff_id"] == "S-2")
    assert second["households"] == 2


async def test_an_area_is_evened_out_and_asked_again_nothing_moves(intake: IntakeDoor, homes: Homes) -> None:
    people = [f"S-{number}" for number in range(1, 5)]
    await appoint(intake, *people, "S-9")
    await some(homes, 5, contact_staff_id="S-1")
    await some(homes, 2, contact_staff_id="S-9")
    await some(homes, 2)
    (elsewhere,) = await some(homes, 1, contact_staff_id="S-9", area_code=ANOTHER_VILLAGE)
    body = {"area_code": VILLAGE, "staff_ids": people}
    seen = await done(homes, "evening", **body, preview=True)
    assert (await ledger(homes, staff_id="S-1"))["items"][0]["households"] == 5
    evened = await done(homes, "evening", **body)
    assert evened == {**seen, "preview": False}
    assert {name: evened[name] for name in ("households", "people", "moved", "unchanged", "fewest", "most")} == {
        "households": 9,
        "people": 4,
        "moved": 6,
        "unchanged": 3,
        "fewest": 2,
        "most": 3,
    }
    assert [one["after"] for one in evened["loads"]] == [3, 2, 2, 2]
    assert (await homes.one(elsewhere))["contact_staff_id"] == "S-9"
    assert (await done(homes, "evening", **body))["moved"] == 0


async def test_evening_out_refuses_by_name_whom_it_cannot_give_any(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", "S-2", "S-4")
    await appoint(intake, "S-3", post="caller", unit="H-12345")
    await some(homes, 2)
    await some(homes, 3, contact_staff_id="S-2", area_code=ANOTHER_VILLAGE)
    for people, expected in ((["S-1", "S-3"], "staff_ids/1"), (["S-1", "S-1"], "staff_ids/1"), (["S-1"], "staff_ids")):
        assert wrong(await ask(homes, "evening", area_code=VILLAGE, staff_ids=people)) == (422, [expected])
    for area in ("999001101999", "999001103000"):
        assert wrong(await ask(homes, "evening", area_code=area, staff_ids=["S-1", "S-2"])) == (422, ["area_code"])
    await some(homes, 1, contact_staff_id="S-2", holds_from="2026-03-02")
    early = await ask(homes, "evening", area_code=VILLAGE, staff_ids=["S-1", "S-4"], holds_from="2026-03-01")
    assert wrong(early) == (422, ["holds_from"]), "S-2 has one since the second"
    await intake.hear(most_per_contact(most=3))
    refused = await ask(homes, "evening", area_code=VILLAGE, staff_ids=["S-1", "S-2"])
    assert wrong(refused) == (422, ["staff_ids/1"]), "what S-2 has elsewhere counts"
    assert "S-2 would have 5 households" in refused.json()["detail"]


async def test_whoever_is_concerned_says_nothing_of_days_that_are_over(intake: IntakeDoor, homes: Homes) -> None:
    """Who had a household on a day decides whose figure its visit stands in."""
    await appoint(intake, "S-1", "S-2", "S-3", post="duty_cadre", unit="T-999001101")
    (one,) = await some(homes, 1, contact_staff_id="S-1", holds_from="2026-01-01")
    body: dict[str, Any] = {"household_ids": [one], "to_staff_id": "S-2", "holds_from": "2026-03-01"}
    for staff in ("S-1", "S-2"):
        refused = await ask(homes.by(Role.OPERATOR, subject=f"as {staff}", staff=staff), "assignment", **body)
        assert (refused.status_code, refused.json()["household_id"]) == (409, one)
    other = homes.by(Role.OPERATOR, subject="as S-3", staff="S-3")
    assert (await done(other, "assignment", **body))["moved"] == 1


async def test_a_contact_person_does_not_hand_over_what_waits_to_be_muted_to_decide_it(
    intake: IntakeDoor, homes: Homes
) -> None:
    await appoint(intake, "S-1", "S-2", post="duty_cadre", unit="T-999001101")
    (one,) = await some(homes, 1, contact_staff_id="S-1")
    await homes.done(f"/{one}/muting", {"reason": "refused", "why": "多次拒访"})
    contact = homes.by(Role.OPERATOR, subject="as S-1", staff="S-1")
    refused = await ask(contact, "assignment", household_ids=[one], to_staff_id="S-2")
    assert refused.status_code == 409, refused.text
    assert (await done(homes, "assignment", household_ids=[one], to_staff_id="S-2"))["moved"] == 1


@pytest.mark.parametrize("how", ["assignment", "evening"])
async def test_why_households_change_hands_names_nobody_of_them(intake: IntakeDoor, homes: Homes, how: str) -> None:
    await appoint(intake, "S-1", "S-2")
    first = await homes.register(head="欧阳金丝雀", contact_staff_id="S-1")
    second = await homes.register(head="司马青鸟", contact_staff_id="S-1")
    why = "欧阳金丝雀和司马青鸟两家要求换人联系"
    ids = [first["household_id"], second["household_id"]]
    body: dict[str, Any] = {"household_ids": ids, "to_staff_id": "S-2"}
    if how == "evening":
        body = {"area_code": VILLAGE, "staff_ids": ["S-1", "S-2"]}
    assert (await done(homes, how, why=why, **body))["moved"] >= 1
    assert not [word for word in ("金丝雀", "青鸟") if word in await intake.payloads()]
