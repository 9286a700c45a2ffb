"""THE GUARD, tried by an adversary over HTTP: whatever is called, nothing is closed as solved without a satisfied word.

Every journey is checked at its end by ``County.check``: followup's ledger, the audit, nothing stuck.
"""

import asyncio
import random
import uuid
from collections import Counter
from typing import Any

import asyncpg
import pytest

from huiyin.office.wire import Response
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.journeys.county import (
    BASICALLY,
    LIGHTS,
    NO_ANSWER,
    NOT_HERE,
    NOT_SATISFIED,
    RESULT,
    SATISFIED,
    VILLAGE_UNIT,
    County,
    Person,
    complaint,
)

ALL_ROLES = tuple(Role)
_BY_NOBODY = "UPDATE followup.attempt SET caller_unit = NULL"


def attempts(callback: Any) -> str:
    """Where tries of a callback are recorded."""
    return f"/followup/v1/callbacks/{callback['callback_id']}/attempts"


async def is_open(county: County, case_id: str) -> bool:
    """Whether nobody thinks that the case is closed."""
    await county.house.settle()
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    fact = await county.fact(case_id)
    return "closed" not in {case["status"], work["status"], promise["status"], fact["status"]}


async def test_the_check_of_every_journey_sees_a_broken_guard(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert await county.broken_closings() == []
    connection = await asyncpg.connect(county.house.url)
    # Behind the back of the tables, which would not let it happen either.
    await connection.execute("SET session_replication_role = replica")
    for lie, truth in (
        ("UPDATE followup.attempt SET caller_unit = handling_unit FROM followup.callback", _BY_NOBODY),
        ("UPDATE followup.attempt SET round = 7", "UPDATE followup.attempt SET round = 1"),
    ):
        await connection.execute(lie)
        assert await county.broken_closings() == [case_id], lie
        await connection.execute(truth)
    await connection.close()


async def test_who_handled_it_never_asks_whatever_else_they_may(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    callback = await county.callback(case_id)
    of_the_unit = [
        county.handler(VILLAGE_UNIT),
        county.person("mayor", Role.CALLER, unit=VILLAGE_UNIT),
        county.person("mayor", *ALL_ROLES, unit=VILLAGE_UNIT),
    ]
    for person in of_the_unit:
        for answer in (SATISFIED, BASICALLY, NOT_SATISFIED, NO_ANSWER):
            assert (await person.post(attempts(callback), answer)).status_code == 403
    assert await is_open(county, case_id)


async def test_only_callers_ask(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    callback = await county.callback(case_id)
    for role in set(Role) - {Role.CALLER}:
        person = county.person(f"a-{role}", role, unit="D-WATER" if role is Role.HANDLER else None)
        assert (await person.post(attempts(callback), SATISFIED)).status_code == 403, role
    elsewhere = county.person("caller-9", Role.CALLER, area="999001102000")
    assert (await elsewhere.post(attempts(callback), SATISFIED)).status_code == 404
    assert await is_open(county, case_id)


async def test_nobody_asks_before_something_was_done(county: County) -> None:
    case_id = await county.register()
    guesses = [
        str(uuid.uuid4()),
        case_id,
        str(uuid.uuid5(uuid.UUID("0c1b8a52-4d0e-5f7a-8a4e-0a2f6f3c9b11"), f"{case_id}/1")),
    ]
    for guess in guesses:
        path = f"/followup/v1/callbacks/{guess}"
        assert (await county.caller.post(f"{path}/attempts", SATISFIED)).status_code == 404
        review = {"decision": "close_unverified", "reason": "无需回访"}
        assert (await county.supervisor.post(f"{path}/review", review)).status_code == 404
    assert await is_open(county, case_id)


async def test_the_word_of_an_older_round_closes_nothing(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    await county.call(case_id, NOT_SATISFIED)
    old = await county.callback(case_id, 1)
    assert (await county.caller.post(attempts(old), SATISFIED)).status_code == 409
    await county.handle(case_id)
    assert (await county.caller.post(attempts(old), SATISFIED)).status_code == 409
    review = {"decision": "close_unverified", "reason": "上一轮已回访"}
    assert (await county.supervisor.post(attempts(old).replace("attempts", "review"), review)).status_code == 409
    assert await is_open(county, case_id)
    assert (await county.promise(case_id))["round"] == 2


async def test_an_answer_sent_twice_is_one_answer(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    callback = await county.callback(case_id)
    first = await county.caller.post(attempts(callback), NOT_SATISFIED, key="call-1")
    again = await county.caller.post(attempts(callback), NOT_SATISFIED, key="call-1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotency-replayed"] == "true"
    swapped = await county.caller.post(attempts(callback), SATISFIED, key="call-1")
    assert swapped.status_code == 422
    assert (await county.caller.post(attempts(callback), SATISFIED, key="call-2")).status_code == 409
    stale = await county.caller.post(attempts(callback), SATISFIED, version=callback["version"])
    assert stale.status_code == 412
    assert (await county.caller.post(attempts(callback), SATISFIED, version=None)).status_code == 428
    assert await is_open(county, case_id)
    assert await county.times_said(case_id, "callback_tried") == 1


async def test_of_two_words_at_once_one_counts(county: County) -> None:
    for _ in range(6):
        case_id = await county.register()
        await county.handle(case_id)
        path = attempts(await county.callback(case_id))
        words = [SATISFIED, NOT_SATISFIED] * 4
        answers = await asyncio.gather(*(county.caller.post(path, word) for word in words))
        codes = Counter(answer.status_code for answer in answers)
        assert codes == {201: 1, 409: 7}
        winner = next(word for word, answer in zip(words, answers, strict=True) if answer.status_code == 201)
        assert await is_open(county, case_id) == (winner is NOT_SATISFIED)
        assert await county.times_said(case_id, "callback_tried") == 1


async def test_time_closes_nothing(county: County) -> None:
    waiting, asked, unanswered = [await county.register() for _ in range(3)]
    await county.handle(asked)
    await county.handle(unanswered)
    await county.call(unanswered, NO_ANSWER)
    for days in (1, 30, 365):
        await county.advance(days=days)
    assert [await is_open(county, case_id) for case_id in (waiting, asked, unanswered)] == [True] * 3


async def test_what_was_said_before_is_said_again_and_changes_nothing(county: County) -> None:
    solved, second_round = await county.register(), await county.register()
    for case_id, word in ((solved, SATISFIED), (second_round, NOT_SATISFIED)):
        await county.handle(case_id)
        await county.call(case_id, word)
    await county.handle(second_round)
    before = await county.prints()
    for service in Service:
        for body in ({"key": solved}, {"key": second_round}, {"since": "2026-01-01T00:00:00Z"}):
            await county.admin.do(f"/{service}/ops/resend", {"stream": "cases", **body})
    await county.house.settle()
    after = await county.prints()
    moved = {table for table in before if before[table] != after[table]}
    assert moved <= {f"{service}.relay_mark" for service in Service}
    assert await is_open(county, second_round)


async def test_no_field_closes_a_case(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    path = f"/followup/v1/callbacks/{(await county.callback(case_id))['callback_id']}"
    tries = [
        SATISFIED | {"closing": "substantive"},
        NO_ANSWER | {"satisfaction": "satisfied"},
        {"reached": "refused", "solved": True},
        SATISFIED | {"satisfaction": "delighted"},
        SATISFIED | {"solved": "yes"},
    ]
    for body in tries:
        assert (await county.caller.post(f"{path}/attempts", body)).status_code == 422, body
    reviews = [
        {"decision": "close_substantive", "reason": "已办结"},
        {"decision": "close_unverified", "reason": "已办结", "satisfaction": "satisfied"},
    ]
    for body in reviews:
        assert (await county.supervisor.post(f"{path}/review", body)).status_code == 422, body
    for field in ("status", "closing", "satisfaction", "round", "case_id"):
        refused = await county.operator.post("/intake/v1/cases", complaint() | {field: "closed"})
        assert refused.status_code == 422, field
    assert await is_open(county, case_id)


async def test_a_review_comes_after_the_tries_not_instead_of_them(county: County) -> None:
    case_id = await county.register()
    await county.handle(case_id)
    callback = await county.call(case_id, NO_ANSWER)
    review = {"decision": "close_unverified", "reason": "联系不上"}
    path = f"/followup/v1/callbacks/{callback['callback_id']}/review"
    assert (await county.supervisor.post(path, review)).status_code == 409
    hurried = [await county.caller.post(attempts(callback), NO_ANSWER) for _ in range(3)]
    assert [answer.status_code for answer in hurried] == [409, 409, 409]
    assert await is_open(county, case_id)


class Adversary:
    """Calls whatever might close a case, in no order, with every role and unit."""

    def __init__(self, county: County, seed: int, cases: list[str]) -> None:
        self._county = county
        self._random = random.Random(seed)
        self._cases = cases
        self._people = [
            county.person(f"a-{number}", *ALL_ROLES, unit=unit)
            for number, unit in enumerate((None, None, VILLAGE_UNIT, "D-HOUSING"))
        ]
        self.codes: Counter[int] = Counter()

    async def attack(self, calls: int) -> None:
        """So many calls, one after the other."""
        for _ in range(calls):
            case_id, person = self._random.choice(self._cases), self._random.choice(self._people)
            answer = await self._random.choice(self._weapons())(person, case_id)
            if answer is not None:
                self.codes[answer.status_code] += 1

    def _weapons(self) -> list[Any]:
        return [
            self._work,
            self._work,
            self._work,
            self._decide,
            self._call,
            self._call,
            self._review,
            self._at_the_door,
        ]

    async def _work(self, person: Person, case_id: str) -> Response:
        verb, body = self._random.choice(
            [
                ("signature", None),
                ("result", RESULT),
                ("progress", {"note": "正在办理"}),
                ("return", {"reason_code": "not_our_duty", "note": "不属于本单位"}),
            ]
        )
        return await person.post(f"/dispatch/v1/cases/{case_id}/{verb}", body)

    async def _decide(self, person: Person, case_id: str) -> Response:
        unit = self._random.choice([VILLAGE_UNIT, "D-HOUSING"])
        verb, body = self._random.choice(
            [
                ("return/decision", {"approved": True, "note": "同意"}),
                ("return/decision", {"approved": False, "note": "不同意"}),
                ("nonacceptance", NOT_HERE),
                ("nonacceptance/decision", {"approved": True, "note": "同意"}),
                ("assignment", {"lead_unit": unit, "category_code": LIGHTS, "reason": "指定"}),
                ("reassignment", {"lead_unit": unit, "category_code": LIGHTS, "reason": "改派"}),
            ]
        )
        return await person.post(f"/dispatch/v1/cases/{case_id}/{verb}", body)

    async def _call(self, person: Person, case_id: str) -> Response | None:
        callback = await self._some_callback(person, case_id)
        word = self._random.choice(
            [SATISFIED, BASICALLY, *[NOT_SATISFIED] * 5, *[NO_ANSWER] * 2, {"reached": "answered"}]
        )
        return None if callback is None else await person.post(attempts(callback), word)

    async def _review(self, person: Person, case_id: str) -> Response | None:
        callback = await self._some_callback(person, case_id)
        decision = self._random.choice(["close_unverified", "try_again"])
        if callback is None:
            return None
        path = f"/followup/v1/callbacks/{callback['callback_id']}/review"
        return await person.post(path, {"decision": decision, "reason": "核实"})

    async def _at_the_door(self, person: Person, case_id: str) -> Response:
        verb, body = self._random.choice(
            [
                *[("supplements", {"text": "补充情况"})] * 12,
                *[("direct-answer", {"answer": "已答复"})] * 3,
                ("withdrawal", {"reason": "不再需要"}),
            ]
        )
        return await person.post(f"/intake/v1/cases/{case_id}/{verb}", body)

    async def _some_callback(self, person: Person, case_id: str) -> Any:
        seen = await person.get(f"/followup/v1/cases/{case_id}")
        callbacks = seen.json()["callbacks"] if seen.status_code == 200 else None
        return self._random.choice(callbacks) if callbacks else None


@pytest.mark.parametrize("seed", range(2))
async def test_adversaries_all_at_once(county: County, seed: int) -> None:
    """Concurrent calls of everything, while time jumps and the ledgers are sent again."""
    cases = [await county.register() for _ in range(4)]
    adversaries = [Adversary(county, seed * 100 + number, cases) for number in range(5)]
    for _ in range(4):
        await asyncio.gather(*(adversary.attack(25) for adversary in adversaries))
        for service in Service:
            await county.admin.do(f"/{service}/ops/resend", {"stream": "cases", "key": cases[0]})
        await county.advance(hours=5)
    codes = sum((adversary.codes for adversary in adversaries), Counter[int]())
    assert set(codes) <= {200, 201, 403, 404, 409, 422}
    story = Counter([name for case_id in cases for name, _ in await county.said(case_id)])
    assert min(story["callback_tried"], story["sent_back"], story["handled"] + story["answered_directly"]) > 0, story
