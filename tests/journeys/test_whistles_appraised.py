"""翠屏街道: whistles to their end (journey 7): consulted on, done by a person, scored, objected to, or needless."""

from datetime import timedelta
from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import County
from tests.journeys.test_whistles import (
    COMMUNITY,
    HERE,
    HOUSING,
    LAMPS,
    POWER,
    STREET,
    WHISTLE,
    calls,
    led_by_the_street,
)

MET: dict[str, Any] = {"code": "handled", "met": True, "words": "现场已恢复照明"}
NOT_ALL: dict[str, Any] = {"code": "duties", "met": False, "words": "住建未到场"}
DONE = {"criteria": [MET, NOT_ALL]}
FULL = {"response": 30, "duty": 40, "effect": 30}
SOME = {"response": 10, "duty": 30, "effect": 25}
POOR = {"response": 0, "duty": 0, "effect": 0}


class Whistled:
    """A case of the street with one whistle, and everybody's steps on it."""

    def __init__(self, street: County, case_id: str, whistle: int) -> None:
        self.street, self.case_id, self.whistle = street, case_id, whistle
        self.path = f"/dispatch/v1/cases/{case_id}/whistles/{whistle}"

    async def by_street(self, place: str, body: object, subject: str = f"worker-{STREET}") -> tuple[int, Any]:
        """A step of the street."""
        return await self._asks(self.street.handler(STREET, subject), f"{self.path}/{place}", body)

    async def claims(self, unit: str, kind: str) -> tuple[int, Any]:
        """A step of a unit that was summoned."""
        body = {"kind": kind, "reason": "经核实不应如此"}
        who = self.street.handler(unit, f"worker-{unit}")
        return await self._asks(who, f"/dispatch/v1/calls/{self.case_id}/claims", body)

    async def decides(self, who: Any, claim: int, **body: Any) -> tuple[int, Any]:
        """Somebody decides on what a unit claims."""
        said = {"granted": True, "note": "情况属实"} | body
        return await self._asks(who, f"/dispatch/v1/cases/{self.case_id}/claims/{claim}/decision", said)

    async def lets_off(self, unit: str) -> None:
        """The dispatcher does, since it never came."""
        path = f"/dispatch/v1/cases/{self.case_id}/calls/{unit}/cancellation"
        await self.street.dispatcher.do(path, {"reason": "始终未到场，由他人代办"})
        await self.street.house.settle()

    async def stands(self) -> Any:
        """How the whistle stands, as the street sees it."""
        answer = await self.street.handler(STREET).ask(f"/dispatch/v1/cases/{self.case_id}/whistles")
        return next(one for one in answer["items"] if one["whistle"] == self.whistle)

    async def _asks(self, who: Any, path: str, body: object) -> tuple[int, Any]:
        answer = await who.post(path, body, version="*")
        await self.street.house.settle()
        return answer.status_code, answer.json()


async def whistled(street: County, *units: str) -> Whistled:
    """The street summons these to a case of its own."""
    case_id = await led_by_the_street(street)
    who = street.handler(STREET, f"worker-{STREET}")
    answer = await who.do(f"/dispatch/v1/cases/{case_id}/whistles", WHISTLE | {"units": list(units)})
    await street.house.settle()
    return Whistled(street, case_id, answer["version"])


async def test_a_whistle_is_done_by_a_person_once_all_its_tasks_have_ended(street: County) -> None:
    of = await whistled(street, LAMPS, HOUSING)
    await calls(street, LAMPS, "arrival", of.case_id, HERE)
    await street.advance(minutes=31)
    status, answer = await of.by_street("done", DONE)
    assert (status, LAMPS in answer["detail"], HOUSING in answer["detail"]) == (409, True, True)
    await calls(street, LAMPS, "result", of.case_id, {"result": "已修复"})
    await of.lets_off(HOUSING)
    assert (await of.stands())["done_at"] is None
    for criteria, code, says in (
        ([MET], 422, "duties"),
        ([MET, NOT_ALL, MET], 422, "criteria/2"),
        ([MET | {"code": "other"}, NOT_ALL], 422, "criteria/0/code"),
        ([MET | {"met": False}, NOT_ALL], 409, "handled"),
    ):
        status, answer = await of.by_street("done", {"criteria": criteria})
        assert (status, says in str(answer)) == (code, True), answer
    assert (await street.handler(LAMPS).post(f"{of.path}/done", DONE, version="*")).status_code == 404
    assert (await street.supervisor.post(f"{of.path}/done", DONE, version="*")).status_code == 403
    status, answer = await of.by_street("done", DONE)
    assert (status, answer["criteria"], answer["done_by"]) == (200, DONE["criteria"], f"worker-{STREET}")
    assert (await of.by_street("done", DONE))[0] == 409


async def test_the_street_scores_each_unit_once_by_what_it_did(street: County) -> None:
    of = await whistled(street, LAMPS, POWER, HOUSING)
    await calls(street, LAMPS, "arrival", of.case_id, HERE)
    await street.advance(minutes=31)
    await calls(street, POWER, "arrival", of.case_id, HERE)
    status, answer = await of.by_street(f"scores/{LAMPS}", {"points": FULL, "words": "到场及时"})
    assert (status, "has not ended" in answer["detail"]) == (409, True)
    evidence = ["ab" * 32]
    await calls(street, LAMPS, "result", of.case_id, {"result": "已修复", "evidence": evidence})
    await calls(street, POWER, "result", of.case_id, {"result": "已恢复供电"})
    await of.lets_off(HOUSING)
    for unit, points, says in (
        (HOUSING, FULL, "a unit that never came is 'poor' at best"),
        (LAMPS, FULL | {"response": 31}, "points/response"),
        (LAMPS, {"response": 30, "duty": 40}, "points/effect"),
        (LAMPS, FULL | {"speed": 1}, "points/speed"),
        (LAMPS, FULL | {"duty": 39.5}, "points/duty"),
    ):
        status, answer = await of.by_street(f"scores/{unit}", {"points": points, "words": "按标准评分"})
        assert (status, says in str(answer)) == (422, True), answer
    for unit, points in ((LAMPS, FULL), (POWER, SOME), (HOUSING, POOR)):
        status, answer = await of.by_street(f"scores/{unit}", {"points": points, "words": "按标准评分"})
        assert status == 201, answer
    assert (await of.by_street(f"scores/{LAMPS}", {"points": POOR, "words": "改低分"}))[0] == 409
    scores = {one["unit_code"]: one for one in (await of.stands())["scores"]}
    assert {unit: (one["total"], one["most"], one["grade"], one["never_came"]) for unit, one in scores.items()} == {
        LAMPS: (100, 100, "good", False),
        POWER: (65, 100, "fair", False),
        HOUSING: (0, 100, "poor", True),
    }
    seen = await street.handler(LAMPS).ask(f"/dispatch/v1/calls/{of.case_id}")
    assert (seen["score"]["total"], seen["call"]["evidence"], POWER in str(seen)) == (100, evidence, False)


async def test_a_unit_objects_in_time_and_neither_side_nor_whoever_had_a_hand_decides(street: County) -> None:
    of = await whistled(street, LAMPS, POWER)
    for unit in (LAMPS, POWER):
        await calls(street, unit, "arrival", of.case_id, HERE)
        await calls(street, unit, "result", of.case_id, {"result": "已修复"})
    assert (await of.claims(LAMPS, "score"))[0] == 409
    for unit in (LAMPS, POWER):
        status, answer = await of.by_street(f"scores/{unit}", {"points": SOME, "words": "到场偏慢"})
        assert status == 201, answer
    status, claim = await of.claims(LAMPS, "score")
    assert (status, claim["state"]) == (201, "pending")
    assert (await of.claims(LAMPS, "score"))[0] == 409
    number = claim["claim"]
    listed = (await street.supervisor.ask("/dispatch/v1/whistle-claims", state="pending"))["items"]
    assert [(one["claim"], one["unit_code"]) for one in listed] == [(number, LAMPS)]
    assert (await street.handler(POWER).ask("/dispatch/v1/whistle-claims"))["items"] == []

    # The accounts of whoever scored and whoever objected; of the unit; and an office of the street itself.
    for who in (
        street.person(f"worker-{STREET}", Role.SUPERVISOR),
        street.person(f"worker-{LAMPS}", Role.SUPERVISOR),
        street.person("other", Role.SUPERVISOR, unit=LAMPS),
        street.person("clerk", Role.SUPERVISOR, unit="H-MINQING"),
        street.handler(STREET),
    ):
        assert (await of.decides(who, number, points=FULL))[0] == 403
    judge = street.person("judge-2", Role.SUPERVISOR, unit="S-JIWEI")
    for points, says in ((None, "points"), (SOME, "more than 65"), (FULL | {"duty": 41}, "points/duty")):
        status, answer = await of.decides(judge, number, points=points)
        assert (status, says in str(answer)) == (422, True), answer
    assert (await of.decides(judge, number, granted=False, points=FULL))[0] == 422
    status, answer = await of.decides(judge, number, points=FULL)
    assert (status, answer["state"], answer["decided_by"]) == (200, "granted", "judge-2"), answer
    assert (await of.decides(judge, number, points=FULL))[0] == 409
    scores = {one["unit_code"]: (one["total"], one["given"]["response"]) for one in (await of.stands())["scores"]}
    assert scores == {LAMPS: (100, 10), POWER: (65, 10)}
    await street.advance(days=9)
    status, answer = await of.claims(POWER, "score")
    assert (status, "could be claimed until" in answer["detail"]) == (409, True)


async def test_who_never_came_stays_poor_and_a_needless_whistle_counts_against_the_street(street: County) -> None:
    of = await whistled(street, HOUSING)
    await street.advance(minutes=31)
    await of.lets_off(HOUSING)
    assert (await of.by_street(f"scores/{HOUSING}", {"points": POOR, "words": "未到场"}))[0] == 201
    judge = street.person("judge-2", Role.SUPERVISOR, unit="S-JIWEI")
    _, claim = await of.claims(HOUSING, "score")
    status, answer = await of.decides(judge, claim["claim"], points=FULL)
    assert (status, "never came" in str(answer)) == (422, True)
    assert (await of.decides(judge, claim["claim"], granted=False))[0] == 200
    _, claim = await of.claims(HOUSING, "needless")
    assert (await of.decides(street.person(f"worker-{STREET}", Role.SUPERVISOR), claim["claim"]))[0] == 403
    assert (await of.decides(judge, claim["claim"]))[0] == 200
    assert (await of.stands())["needless"] is True
    now = street.house.clock.now()
    period = {"since": (now - timedelta(days=1)).isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    found = await street.supervisor.ask("/dispatch/v1/whistle-appraisals", **period)
    assert found["streets"] == [{"street_unit": STREET, "whistles": 1, "done": 0, "repeated": 0, "needless": 1}]
    [unit] = found["units"]
    counted = {"called": 1, "in_time": 0, "late": 0, "never_came": 1, "given_back": 0, "done": 0}
    assert unit == {"unit_code": HOUSING} | counted | {"scored": 1, "points": 0, "most": 100, "grades": {"poor": 1}}
    assert (await street.handler(LAMPS).ask("/dispatch/v1/whistle-appraisals", **period))["units"] == []


async def test_a_consultation_gives_each_unit_a_task_with_a_clock_of_its_own(street: County) -> None:
    of = await whistled(street, LAMPS, POWER)
    await calls(street, LAMPS, "arrival", of.case_id, HERE)
    now = street.house.clock.now()
    ends = {LAMPS: now + timedelta(hours=2), POWER: now + timedelta(hours=5)}
    given = [
        {"unit_code": unit, "what": f"{unit} 的任务", "measures": "夜间施工", "due_at": end.isoformat()}
        for unit, end in ends.items()
    ]
    held: dict[str, Any] = {"held_at": now.isoformat(), "took_part": [LAMPS], "findings": "线路老化，须换线"}
    held["tasks"] = given
    refused: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"took_part": [LAMPS, POWER]}, 409, "has not come"),
        ({"took_part": [HOUSING]}, 422, "took_part/0"),
        ({"tasks": given[:1]}, 422, POWER),
        ({"tasks": [*given, given[0]]}, 422, "tasks/2"),
        ({"held_at": (now - timedelta(days=1)).isoformat()}, 422, "held_at"),
        ({"tasks": [given[0], given[1] | {"due_at": now.isoformat()}]}, 422, "tasks/1/due_at"),
    )
    for changes, code, says in refused:
        status, answer = await of.by_street("consultations", held | changes)
        assert (status, says in str(answer)) == (code, True), answer
    status, answer = await of.by_street("consultations", held)
    assert status == 201, answer
    assert [one["took_part"] for one in answer["consultations"]] == [[LAMPS]]
    assert await of_task(street, of.case_id, "due_at") == {
        unit: end.isoformat().replace("+00:00", "Z") for unit, end in ends.items()
    }
    seen = (await street.handler(POWER).ask(f"/dispatch/v1/calls/{of.case_id}"))["call"]
    assert (seen["what"], seen["measures"]) == (f"{POWER} 的任务", "夜间施工")
    assert seen["due_at"] == ends[POWER].isoformat().replace("+00:00", "Z")
    await street.advance(hours=3)
    # The one that was due is past its miss, the other still before its own.
    steps = await of_task(street, of.case_id, "step")
    assert steps[LAMPS] != "warn"
    assert steps[POWER] == "warn"
    await calls(street, LAMPS, "result", of.case_id, {"result": "已换线"})
    await calls(street, POWER, "arrival", of.case_id, HERE)
    await calls(street, POWER, "result", of.case_id, {"result": "已送电"})


async def of_task(street: County, case_id: str, field: str) -> dict[str, Any]:
    """Of the clocks by which summoned units do their part."""
    found = (await street.promise(case_id))["timers"]
    return {one["unit_code"]: one[field] for one in found if one["what"] == "called"}


async def test_a_unit_gives_its_task_back_and_its_clock_runs_until_somebody_apart_decides(street: County) -> None:
    of = await whistled(street, LAMPS, POWER)
    _, claim = await of.claims(POWER, "return")
    assert await open_calls(of) == {LAMPS, POWER}
    judge = street.person("judge-2", Role.SUPERVISOR, unit="S-JIWEI")
    assert (await of.decides(street.person(f"worker-{POWER}", Role.SUPERVISOR), claim["claim"]))[0] == 403
    assert (await of.decides(judge, claim["claim"], note="不属供电公司资产"))[0] == 200
    assert await open_calls(of) == {LAMPS}
    await street.advance(minutes=31)
    late = {one["unit_code"] for one in (await street.promise(of.case_id))["supervisions"]}
    assert LAMPS in late
    assert POWER not in late
    status, answer = await of.by_street(f"scores/{POWER}", {"points": POOR, "words": "未到场"})
    assert (status, "not to be its task" in answer["detail"]) == (409, True)
    _, claim = await of.claims(LAMPS, "return")
    await of.decides(judge, claim["claim"], granted=False)
    assert (await of.claims(LAMPS, "return"))[0] == 409
    await calls(street, LAMPS, "arrival", of.case_id, HERE)
    await calls(street, LAMPS, "result", of.case_id, {"result": "已修复"})
    assert (await of.claims(LAMPS, "return"))[0] == 409


async def open_calls(of: Whistled) -> set[str]:
    """Who of the summoned units is still waited for."""
    items = (await of.street.handler(STREET).ask("/dispatch/v1/whistles"))["items"]
    return {one["unit_code"] for one in items if one["ended_at"] is None}


async def test_a_second_whistle_on_the_subject_and_place_is_a_signal_to_the_county_for_its_days(street: County) -> None:
    found = [await whistled(street, LAMPS) for _ in range(2)]
    await street.advance(days=8)
    found.append(await whistled(street, LAMPS))
    items = (await street.dispatcher.ask("/dispatch/v1/whistle-signals"))["items"]
    assert [(one["case_id"], one["times"], one["area_code"]) for one in items] == [(found[1].case_id, 2, COMMUNITY)]
    now = street.house.clock.now()
    period = {"since": (now - timedelta(days=30)).isoformat(), "until": (now + timedelta(hours=1)).isoformat()}
    counted = (await street.dispatcher.ask("/dispatch/v1/whistle-signals/counts", **period))["items"]
    assert counted == [{"area_code": COMMUNITY, "category_code": "0501", "whistles": 3}]
    backwards = {"since": period["until"], "until": period["since"]}
    answer = await street.dispatcher.get("/dispatch/v1/whistle-signals/counts", **backwards)
    assert (answer.status_code, "until" in answer.text) == (422, True)
    for one in found:
        await one.lets_off(LAMPS)
