"""Many cases at once: brought together, handled and called by several people at a time."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import orjson

from huiyin.office import errands
from huiyin.office.errands import Errand
from huiyin.office.wire import Call, Response, Send
from libs.common.security.principal import Role
from tests.journeys.county import RESULT, County, Person
from tests.support.eventually import eventually

AT_ONCE = 8
_BUSY = 503

ThingT = TypeVar("ThingT")


async def each(things: Iterable[ThingT], do: Callable[[ThingT], Awaitable[object]]) -> None:
    """Something is done with each of them, several at a time."""
    waiting = iter(things)

    async def one_after_another() -> None:
        for thing in waiting:
            await do(thing)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


def patient(send: Send) -> Send:
    """The same way to the house for who comes again, under the same key, as long as the house is busy."""

    async def sent(call: Call) -> Response:
        kept = call.method == "POST" and "Idempotency-Key" not in call.headers
        again = replace(call, headers={**call.headers, "Idempotency-Key": str(uuid.uuid4())}) if kept else call

        async def answered() -> Response | None:
            answer = await send(again)
            return None if answer.status_code == _BUSY else answer

        found = await eventually(answered, within=120)
        assert found is not None
        return found

    return sent


async def insisted(who: Person, errand: Errand, **how: Any) -> Response:
    """Asked under one key until it is answered: who is told to come again, since the house is busy, comes again."""
    return await replace(who, send=patient(who.send)).post(errand.path, errand.body, **how)


async def done(who: Person, errand: Errand) -> None:
    """The same, and it was taken."""
    answer = await insisted(who, errand)
    assert answer.is_success, answer.text


async def brought(county: County, complaints: Sequence[Mapping[str, Any]]) -> list[str]:
    """A visitor brings them in one file; their case ids."""
    visitor = county.person("visitor-1", Role.VISITOR)
    body = b"\n".join(map(orjson.dumps, complaints))

    async def taken() -> Any:
        """Of a file that was broken off, since the house is busy, the rest is sent again with all before it."""
        how = {"content_type": "application/x-ndjson", "key": "tuesday"}
        answer = await visitor.post("/intake/v1/cases/batch", body, **how)
        said = answer.json()
        return None if _BUSY in (answer.status_code, said.get("status")) else said

    said = await eventually(taken, within=120)
    assert said["accepted"] == len(complaints), said
    await county.house.settle()
    return [line["case_id"] for line in said["results"]]


async def handled(county: County, case_ids: Iterable[str]) -> None:
    """Each is signed and handed in by the unit that leads it."""

    async def handle(case_id: str) -> None:
        handler = county.handler((await county.work(case_id))["lead_unit"])
        await done(handler, errands.sign(case_id))
        await done(handler, errands.hand_in(case_id, RESULT))

    await each(case_ids, handle)
    await county.house.settle()


async def due(county: County) -> list[dict[str, Any]]:
    """The callbacks that wait for a call."""
    return [one async for one in county.caller.listed("/followup/v1/callbacks")]


async def called(county: County, callbacks: Iterable[Mapping[str, Any]], words: Iterable[Mapping[str, Any]]) -> None:
    """Each citizen is asked once."""
    caller = county.caller
    pairs = zip(callbacks, words, strict=True)
    await each(pairs, lambda pair: done(caller, errands.call(pair[0]["callback_id"], pair[1])))
    await county.house.settle()


async def told(county: County) -> dict[str, tuple[int, int, str, str]]:
    """What is told of each rate over the year: numerator, denominator, as printed, and whether its target is met."""
    answer = await county.leader.ask("/analytics/v1/figures", period="year")
    return {
        one["code"]: (one["micro"]["numerator"], one["micro"]["denominator"], one["micro"]["text"], one["micro"]["met"])
        for one in answer["rates"]
    }
