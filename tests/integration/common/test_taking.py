"""How the consumer takes a batch in which something is wrong: the rest flows, and a release that fails halts it."""

from collections.abc import AsyncIterator, Sequence
from typing import cast

import pytest

from libs.common.bus.codec import UNREADABLE, to_headers
from libs.common.bus.flow import EVENT_TYPES, Service
from libs.common.bus.port import Bus, Record
from libs.common.database.session import Database
from libs.common.delivery import inbox
from libs.common.delivery.consumer import (
    LARGEST_BATCH,
    MOST_PARKED_IN_A_ROW,
    MOST_UNKNOWN_NAMED,
    Consumer,
    ConsumerOptions,
    HaltedError,
)
from libs.common.delivery.inbox import TRIES, Parked
from libs.common.delivery.parking import Parking
from libs.common.errors import Permanent
from libs.common.events.cases import CaseSupplemented
from libs.common.host.retries import try_again
from libs.common.run.supervise import LoopProgress
from libs.common.time.clock import SystemClock
from tests.support.eventually import eventually
from tests.support.ledgers import NOON, Failing, applied, open_service, said, say, supplemented
from tests.support.logged import logged
from tests.support.tasks import running
from tests.support.told import samples, total

PROCESSED = "huiyin_events_processed_total"


class Ears:
    """Dispatch, which hears what intake said."""

    def __init__(self, intake: Database, dispatch: Database) -> None:
        self.intake, self.dispatch, self.failing = intake, dispatch, Failing()
        self.reactions = self.failing.reactions()
        self.consumer = Consumer(
            ConsumerOptions(Service.DISPATCH, cast("Bus", None), dispatch, self.reactions, SystemClock(), "")
        )

    async def take(self, texts: Sequence[str]) -> None:
        """Intake says these in order, ``case/number`` each, and dispatch hears all of them as one batch."""
        await say(self.intake, *(supplemented(text.partition("/")[0], text) for text in texts))
        envelopes = (await said(self.intake, "intake"))[-len(texts) :]
        await self.consumer.take(
            [Record("cases", 0, n, e.key, to_headers(e), e.value) for n, e in enumerate(envelopes)]
        )

    async def parked(self) -> list[tuple[str, str, int]]:
        async with self.dispatch.reading() as session:
            rows = await session.fetch("SELECT key, state, tries FROM parked ORDER BY id")
        return [(row.key, row.state, row.tries) for row in rows]


@pytest.fixture
async def ears(database_url: str) -> AsyncIterator[Ears]:
    intake = await open_service(database_url, "intake")
    dispatch = await open_service(database_url, "dispatch")
    yield Ears(intake, dispatch)
    await intake.close()
    await dispatch.close()


async def test_a_poisoned_event_costs_the_others_of_its_batch_little(ears: Ears) -> None:
    texts = [f"c{number}/a" for number in range(200)]
    ears.failing.errors["c150/a"] = Permanent("poison")
    await ears.take(texts)
    assert sorted(await applied(ears.dispatch)) == sorted(set(texts) - {"c150/a"})
    assert await ears.parked() == [("c150", "failed", 1)]
    assert len(ears.failing.calls) < 2 * len(texts)


async def test_successors_of_a_poisoned_event_stand_behind_it_in_the_same_batch(ears: Ears) -> None:
    ears.failing.errors["bad/1"] = Permanent("poison")
    await ears.take(["good/0", "bad/0", "bad/1", "good/1", "bad/2", "good/2"])
    assert await applied(ears.dispatch, "bad") == ["bad/0"]
    assert await applied(ears.dispatch, "good") == ["good/0", "good/1", "good/2"]
    assert await ears.parked() == [("bad", "failed", 1), ("bad", "behind", 0)]


async def test_what_fails_only_when_it_is_written_is_found_too(ears: Ears) -> None:
    await ears.take(["c0/x"])
    async with ears.dispatch.transaction(NOON) as session:
        await session.fetch(
            "ALTER TABLE applied ADD CONSTRAINT picky EXCLUDE USING btree (what WITH =) "
            "WHERE (what = 'c5/bad') DEFERRABLE INITIALLY DEFERRED"
        )
        await session.fetch("INSERT INTO applied (key, what) VALUES ('c5', 'c5/bad')")
    await ears.take([f"c{number}/{'bad' if number == 5 else 'good'}" for number in range(20)])
    assert await ears.parked() == [("c5", "failed", 2)]
    assert len(await applied(ears.dispatch)) == 21


async def test_an_error_that_may_pass_is_tried_again_beside_the_others_and_at_most_five_times(
    ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FIRST_AGAIN", 0.01)
    ears.failing.errors = {"passes/0": RuntimeError("not yet"), "stays/0": RuntimeError("never")}
    await ears.take(["passes/0", "stays/0", "passes/1", "stays/1", "other/0"])
    assert await applied(ears.dispatch) == ["other/0"]
    del ears.failing.errors["passes/0"]
    parking = Parking(ears.dispatch, ears.reactions, SystemClock())

    async def used_up() -> bool:
        return await ears.parked() == [("stays", "failed", TRIES), ("stays", "behind", 0)]

    async with running(lambda: try_again(parking, LoopProgress(), every=0.01)):
        await eventually(used_up, what="all tries of the one, and the other applied")
    assert await applied(ears.dispatch, "passes") == ["passes/0", "passes/1"]
    assert ears.failing.calls.count("stays/0") <= TRIES + 1


async def test_what_stands_behind_a_failed_event_that_is_gone_is_applied(ears: Ears) -> None:
    await ears.take(["c/0"])
    await say(ears.intake, supplemented("c", "c/1"))
    _, second = await said(ears.intake, "intake")
    async with ears.dispatch.transaction(NOON) as session:
        await inbox.park(session, [Parked(second, "behind", "a replay ended while this was being put behind it")])
    parking = Parking(ears.dispatch, ears.reactions, SystemClock())

    async def applied_too() -> bool:
        return await applied(ears.dispatch) == ["c/0", "c/1"]

    async with running(lambda: try_again(parking, LoopProgress(), every=0.01)):
        await eventually(applied_too, what="the event that nothing stands in front of")
    assert await ears.parked() == []


async def test_what_was_made_to_wait_while_what_it_waits_for_was_applied_is_applied_too(ears: Ears) -> None:
    await ears.take(["gap/0", "cause/0"])
    await say(ears.intake, supplemented("gap", "gap/1"), supplemented("cause", "cause/1"), supplemented("early", "e/0"))
    _, _, gap, cause, early = await said(ears.intake, "intake")
    heard = cause._replace(causes={"intake": 1, "dispatch": 9})
    waits = early._replace(causes={"followup": 1})
    async with ears.dispatch.transaction(NOON) as session:
        await inbox.park(
            session,
            [Parked(one, "waiting", "was applied by a replay while this was being put aside") for one in (gap, heard)]
            + [Parked(waits, "waiting", "causes not seen yet: followup")],
        )
    parking = Parking(ears.dispatch, ears.reactions, SystemClock())
    assert [row.key for row in await parking.due(10)] == ["gap", "cause"]
    for key in ("gap", "cause"):
        await parking.replay("cases", key)
    assert await applied(ears.dispatch) == ["gap/0", "cause/0", "gap/1", "cause/1"]
    assert await ears.parked() == [("early", "waiting", 0)]


def types_processed() -> set[str]:
    return {sample.labels["type"] for sample in samples(PROCESSED)}


async def test_types_made_up_by_others_are_one_label_and_few_lines(ears: Ears) -> None:
    made_up = [f"cn.other.{number}" for number in range(5_000)]
    await say(ears.intake, supplemented("c", "c/0"))
    (envelope,) = await said(ears.intake, "intake")
    records = [
        Record("cases", 0, number, key := f"k{number}", headers | {"ce_type": name, "ce_subject": key}, envelope.value)
        for headers in [to_headers(envelope)]
        for number, name in enumerate(["no name: 路灯不亮", *made_up])
    ]
    before = total(PROCESSED, type="other"), total("huiyin_unknown_events_total", service="dispatch")
    known = types_processed()
    with logged() as lines:
        for start in range(0, len(records), LARGEST_BATCH):
            await ears.consumer.take(records[start : start + LARGEST_BATCH])
    assert total(PROCESSED, type="other") - before[0] == len(records)
    assert total("huiyin_unknown_events_total", service="dispatch") - before[1] == len(records)
    assert types_processed() - known <= {*EVENT_TYPES, UNREADABLE, "other"}
    assert [line["event_type"] for line in lines()] == made_up[:MOST_UNKNOWN_NAMED]


async def test_every_outcome_is_counted_by_the_type_of_the_event(ears: Ears) -> None:
    type_name = CaseSupplemented.type_name
    results = ("applied", "duplicate", "waiting", "own", "parked")
    before = [total(PROCESSED, service="dispatch", result=result, type=type_name) for result in results]
    ears.failing.errors["bad/0"] = Permanent("poison")
    await ears.take(["c/0", "bad/0", "bad/1"])
    envelopes = await said(ears.intake, "intake")
    records = [Record("cases", 0, n, e.key, to_headers(e), e.value) for n, e in enumerate(envelopes)]
    own = {**records[0].headers, "ce_source": "/huiyin/dispatch"}
    await ears.consumer.take([records[0], records[0]._replace(headers=own)])
    after = [total(PROCESSED, service="dispatch", result=result, type=type_name) for result in results]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1, 1, 1]


async def test_a_parked_event_is_logged_by_all_that_one_has_to_know(ears: Ears) -> None:
    ears.failing.errors["bad/0"] = Permanent("poison of 13812345678")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await say(ears.intake, supplemented("bad", "bad/0"))
    (envelope,) = await said(ears.intake, "intake")
    headers = {**to_headers(envelope), "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    with logged() as lines:
        await ears.consumer.take([Record("cases", 0, 0, "bad", headers, envelope.value)])
    (line,) = lines()
    where, when = line.pop("where"), line.pop("timestamp")
    assert where[-1].endswith(" keep")
    assert when.endswith("Z")
    assert line == {
        "event": "event parked", "level": "error", "logger": "libs.common.delivery.consumer", "error": "Permanent",
        "event_id": envelope.event_id, "event_type": CaseSupplemented.type_name, "case_id": "bad", "tries": 1,
        "trace_id": trace,
    }  # fmt: skip


async def test_a_release_that_fails_everything_halts_however_many_events_a_case_has(ears: Ears) -> None:
    texts = [f"c{number}/{step}" for number in range(3 * MOST_PARKED_IN_A_ROW) for step in range(3)]
    ears.failing.errors = {text: Permanent("a bad release") for text in texts}
    with pytest.raises(HaltedError):
        await ears.take(texts)
    failed = [key for key, state, _ in await ears.parked() if state == "failed"]
    assert len(failed) == MOST_PARKED_IN_A_ROW


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("ce_sequence", "99999999999"),
        ("ce_sequence", "0"),
        ("ce_sequence", "one"),
        ("ce_time", "2026-03-04T12:00:00"),
        ("ce_time", "noon"),
        ("ce_recordedtime", "2026-03-04T12:00:00"),
        ("ce_causes", "[]"),
        ("ce_causes", '{"intake": "1"}'),
        ("ce_causes", "{"),
        ("ce_subject", "c\0"),
        ("ce_subject", ""),
        ("ce_type", "\0"),
        ("ce_source", "/huiyin/"),
        ("traceparent", "\0"),
        ("ce_specversion", "0.3"),
    ],
)
async def test_headers_that_nobody_can_follow_are_put_aside_and_hold_up_nothing(
    ears: Ears, header: str, text: str
) -> None:
    await say(ears.intake, supplemented("bad", "bad/0"), supplemented("good", "good/0"))
    bad, good = await said(ears.intake, "intake")
    records = [
        Record("cases", 0, 0, bad.key, to_headers(bad) | {header: text}, bad.value),
        Record("cases", 0, 1, good.key, to_headers(good), good.value),
    ]
    await ears.consumer.take(records)
    await ears.consumer.take(records)
    assert await applied(ears.dispatch) == ["good/0"]
    assert await ears.parked() == [("unreadable:cases:0:0", "failed", 1)]
    await ears.take(["bad/1"])
    assert ears.failing.calls == ["good/0"]
