"""小池镇 in its own numbers (journeys 2 and 3): 579 disputes, 400 first petitions, 23 old ones, 230 that are called."""

import asyncio
from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from huiyin.office import errands
from libs.common.security.principal import Role
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, NOT_SATISFIED, RESULT, SATISFIED, County, complaint, open_county
from tests.journeys.many import brought, called, done, due, each, handled, insisted, told

PLACE = DEMO.parent / "taihu-xiaochi"
VILLAGES = tuple(f"340825103{number}" for number in range(201, 215))
TOWN_UNIT = "T-340825103"
DISPUTES, RAISED = 579, 28
FIRST, AT_ONCE_SETTLED, OLD = 400, 361, 23
SOLVED, AT_THE_DOOR = 230, 41
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
async def town(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """The town, audited at the end."""
    async with open_county(await make_database("template0"), tmp_path, pack=PLACE, **either_bus) as county:
        yield county
        await county.check()


def disputes(number: int, **fields: Any) -> list[dict[str, Any]]:
    """Between neighbours, in all fourteen villages in turn."""
    places = cycle(VILLAGES)
    about = {"category_code": "0101", "channel": "visit"}
    return [
        complaint(**about, area_code=next(places), text=f"第{one}户与邻居为排水起了纠纷。", **fields)
        for one in range(number)
    ]


async def test_551_of_579_disputes_end_in_the_village(town: County) -> None:
    case_ids = await brought(town, disputes(DISPUTES))
    await each(case_ids[:RAISED], lambda case_id: raised(town, case_id))
    await town.house.settle()
    await handled_by_the_town(town, case_ids[:RAISED])
    await handled(town, case_ids[RAISED:])
    callbacks = await due(town)
    await called(town, callbacks, [SATISFIED] * DISPUTES)
    assert (await told(town))["in_the_village"] == (551, 579, "95.2 %", "met")
    counted = {name: await town.count(name) for name in ("raised", "returns_requested", "supervisions", "closed")}
    assert counted == {"raised": RAISED, "returns_requested": 0, "supervisions": 0, "closed": DISPUTES}


async def test_361_of_400_first_petitions_are_settled_at_once_and_23_old_ones_stand_apart(town: County) -> None:
    answered = {"direct_answer": "已当面调解。"}
    first = disputes(FIRST, petition="first_visit", **answered)
    await brought(town, [*first, *disputes(OLD, petition="backlog", **answered)])
    callbacks = await due(town)
    words = [SATISFIED] * (AT_ONCE_SETTLED + OLD) + [NOT_SATISFIED] * (FIRST - AT_ONCE_SETTLED)
    petitions = {one["case_id"]: await kind_of(town, one["case_id"]) for one in callbacks}
    old = [one for one in callbacks if petitions[one["case_id"]] == "backlog"]
    new = [one for one in callbacks if petitions[one["case_id"]] == "first_visit"]
    assert (len(old), len(new)) == (OLD, FIRST)
    await called(town, [*old, *new], words)
    again = [one["case_id"] for one in new[AT_ONCE_SETTLED:]]
    await handled(town, again)
    await called(town, await due(town), [SATISFIED] * len(again))
    rates = await told(town)
    assert rates["first_petitions"] == (361, 400, "90.3 %", "met")
    assert rates["backlog"][:2] == (OLD, OLD)


async def test_all_230_that_are_solved_are_called_and_none_twice(town: County) -> None:
    at_the_door = await brought(town, disputes(AT_THE_DOOR, direct_answer="已当面调解。"))
    operator = town.person("operator-1", Role.OPERATOR)
    case_ids: list[str] = []

    async def register(body: dict[str, Any]) -> None:
        case_ids.append((await insisted(operator, errands.register(body))).json()["case_id"])

    await each(disputes(SOLVED - AT_THE_DOOR), register)
    await town.house.settle()
    await handled(town, case_ids)
    callbacks = await due(town)
    assert sorted(one["case_id"] for one in callbacks) == sorted([*at_the_door, *case_ids])
    answers = await called_twice_at_once(town, callbacks)
    assert answers == [(201, 412)] * SOLVED
    counted = {name: await town.count(name) for name in ("closed_substantive", "valid_callbacks", "satisfied")}
    assert counted == dict.fromkeys(counted, SOLVED)


async def called_twice_at_once(town: County, callbacks: list[dict[str, Any]]) -> list[tuple[int, ...]]:
    """Two people call the same citizen at the same moment, and neither knows of the other; what each is answered."""
    callers = town.caller, town.person("caller-2", Role.CALLER)
    answers: list[tuple[int, ...]] = []

    async def call(callback: dict[str, Any]) -> None:
        errand, version = errands.call(callback["callback_id"], SATISFIED), callback["version"]
        both = await asyncio.gather(*(insisted(who, errand, version=version) for who in callers))
        answers.append(tuple(sorted(answer.status_code for answer in both)))

    await each(callbacks, call)
    await town.house.settle()
    return answers


async def raised(town: County, case_id: str) -> None:
    """The village signs it and gives it up to the town, with its reason."""
    village = town.handler((await town.work(case_id))["lead_unit"])
    await done(village, errands.sign(case_id))
    reason = {"reason_code": "beyond_power", "note": "超出村级权限，请镇里调解"}
    await done(village, errands.on_work(case_id, "raising", reason))


async def handled_by_the_town(town: County, case_ids: list[str]) -> None:
    handler = town.handler(TOWN_UNIT)

    async def handle(case_id: str) -> None:
        await done(handler, errands.sign(case_id))
        await done(handler, errands.hand_in(case_id, RESULT))

    await each(case_ids, handle)
    await town.house.settle()


async def kind_of(town: County, case_id: str) -> str | None:
    """What kind of petition a case is."""
    shown = await town.supervisor.ask(f"/followup/v1/cases/{case_id}/judgements")
    found: str | None = shown["petition"]
    return found
