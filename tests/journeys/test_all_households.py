"""Two rounds of all 12,800 resident households of a town of 114 natural villages, by HTTP.

The households come in one table, and each village's head brings back by phone whom he found. With the other tests it
is a tenth of them, in the same villages; all of them go by ``make in-full``.
"""

import random
from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from libs.common.pack.areas import AreaLevel
from libs.common.pack.loader import load_pack
from libs.common.security.principal import Role
from libs.common.sheets import csv_of
from tests.county_year.phone import Phone
from tests.journeys.county import DEMO, County, Person
from tests.journeys.visits import (
    HOUSEHOLDS,
    IN_THE_PLACE,
    ROUNDS,
    VISITS,
    appoint,
    counts,
    gaps,
    many,
    same_in_analytics,
    visit,
)

TANGWU = DEMO.parent / "changle-tangwu"
PLACES = [area.code for area in load_pack(TANGWU).areas if area.level is AreaLevel.GRID]
SOME, ALL = 1_280, 12_800
VACANT, MOVED, SPLIT = 20, 12, 4
AT_ONCE = 4


def household_table(resident: int) -> bytes:
    """Each household in one of the villages, with the village's head for it."""
    classes = ["常住"] * resident + ["空置"] * VACANT
    homes = [
        (f"H-{number:05}", PLACES[number % len(PLACES)], head_of(PLACES[number % len(PLACES)]), of)
        for number, of in enumerate(classes)
    ]
    return csv_of([("户编号", "区域", "包保人", "户类别"), *homes])


def head_of(place: str) -> str:
    """The staff number of the head of a natural village."""
    return f"T-{place[-6:]}"


def with_phone(town: County, staff_id: str) -> Person:
    """Somebody who goes out, at his phone."""
    return town.person(f"account-{staff_id}", Role.VISITOR, staff_id=staff_id)


async def opened(town: County, name: str) -> str:
    """A round of the whole town that begins today."""
    today = town.house.clock.now().astimezone(IN_THE_PLACE).date()
    span = {"begins_on": today.isoformat(), "ends_on": (today + timedelta(days=30)).isoformat()}
    made = await town.operator.do(ROUNDS, {"name": name, "area_code": town.place, "gap_days": 10, **span})
    return str(made["round_id"])


async def go_round(town: County, phones: Mapping[str, Phone], homes: Set[str], outcomes: Mapping[str, str]) -> None:
    """Each head tries all of these whom he looks after, reaches them unless told otherwise, and sends it."""
    at, draw = town.house.clock.now() - timedelta(hours=1), random.Random()

    async def go(phone: Phone) -> None:
        for household_id in homes & phone.households.keys():
            phone.record(household_id, at, draw, outcome=outcomes.get(household_id, "reached"))
        await phone.send(with_phone(town, phone.worker))
        assert {one["outcome"] for one in phone.receipts.values()} == {"applied"}

    await many((go(phone) for phone in phones.values()), AT_ONCE)


async def leave_or_split(town: County, ids: Sequence[str], at: Mapping[str, str]) -> None:
    """Twelve move away and four split off (分户), each a part that stays in the village."""
    for household_id in ids[:MOVED]:
        moved = {"reason": "moved_away", "why": "全家迁往外地"}
        await town.operator.do(f"{HOUSEHOLDS}/{household_id}/muting", moved)
        await town.supervisor.do(f"{HOUSEHOLDS}/{household_id}/muting/decision", {"granted": True})
    for household_id in ids[MOVED : MOVED + SPLIT]:
        new = {"area_code": at[household_id], "contact_staff_id": head_of(at[household_id])}
        await town.operator.do(f"{HOUSEHOLDS}/{household_id}/split", {"new": new})


async def in_office(town: County, standing: Sequence[Mapping[str, Any]]) -> dict[str, Phone]:
    """The phone of each village's head, with the households that he looks after."""
    phones = {head_of(place): Phone(str(uuid4()), head_of(place)) for place in PLACES}
    for one in standing:
        phones[one["contact_staff_id"]].households[one["household_id"]] = 1
    await many(phone.register(with_phone(town, phone.worker)) for phone in phones.values())
    return phones


@pytest.mark.parametrize("resident", [SOME, pytest.param(ALL, marks=[pytest.mark.in_full, pytest.mark.timeout(3_600)])])
@pytest.mark.parametrize("town", [TANGWU], ids=lambda folder: folder.name, indirect=True)
async def test_two_rounds_of_all_resident_households(town: County, resident: int) -> None:
    committees = {unit.area_code: unit.code for unit in load_pack(TANGWU).units}
    assert len(PLACES) == 114
    await appoint(town, "village_head", {head_of(place): committees[place[:12]] for place in PLACES})
    await town.operator.do(f"{HOUSEHOLDS}/import", household_table(resident), content_type="application/octet-stream")
    first = await opened(town, "第一轮")
    standing = await gaps(town, first)
    ids = [one["household_id"] for one in standing]
    assert len(ids) == resident, "vacant ones are in no denominator"
    phones = await in_office(town, standing)
    await go_round(town, phones, {*ids}, {})
    assert await counts(town.supervisor, first) == (resident, resident, "100.0 %")
    await town.supervisor.do(f"{ROUNDS}/{first}/closing")
    await leave_or_split(town, ids, {one["household_id"]: one["area_code"] for one in standing})
    assert await counts(town.supervisor, first) == (resident, resident, "100.0 %"), "later changes are of the next only"
    await town.advance(days=40)
    second = await opened(town, "第二轮")
    await all_but_one(town, phones, second, resident - MOVED + SPLIT)
    await same_in_analytics(town, first, (await town.supervisor.ask(f"{ROUNDS}/{first}/coverage"))["whole"])


async def all_but_one(town: County, phones: Mapping[str, Phone], round_id: str, stand: int) -> None:
    """One household of the round is not reached, so nothing says that all were."""
    standing = await gaps(town, round_id)
    assert len(standing) == stand
    missing, refused, nobody = (one["household_id"] for one in standing[:3])
    for _ in range(2):
        at = town.house.clock.now() - timedelta(hours=1)
        body = visit(nobody, at, standing[2]["contact_staff_id"], outcome="nobody_home")
        await town.operator.do(VISITS, body)
    assert (await counts(town.supervisor, round_id))[0] == 0, "nobody home twice is not reached"
    await many((phone.pull(with_phone(town, phone.worker)) for phone in phones.values()), AT_ONCE)
    homes = {one["household_id"] for one in standing} - {missing}
    await go_round(town, phones, homes, {refused: "refused"})
    assert await counts(town.supervisor, round_id) == (stand - 1, stand, "99.9 %")
    assert [one["household_id"] for one in await gaps(town, round_id)] == [missing]
    whole = (await town.supervisor.ask(f"{ROUNDS}/{round_id}/coverage"))["whole"]
    assert (whole["refused"], whole["reached"], whole["nobody_home"]) == (1, stand - 2, 0)
    await town.house.settle()
    await same_in_analytics(town, round_id, whole)
    villages = await town.leader.ask(f"{ROUNDS}/{round_id}/coverage", level="grid", limit=200)
    assert (len(villages["rows"]), sum(row["households"] for row in villages["rows"])) == (114, stand)
    for view in ("then", "now"):
        assert (await counts(town.supervisor, round_id, view=view))[:2] == (stand - 1, stand)
