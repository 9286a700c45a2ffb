"""From one service's ledger to another's tables, over each bus: nothing lost, nothing twice, order kept."""

from contextlib import suppress
from functools import partial

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from cloudevents.core.bindings.kafka import to_binary_event
from cloudevents.core.v1.event import CloudEvent
from sqlalchemy import make_url

from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.flow import Service
from libs.common.bus.port import BusTrouble, Message
from libs.common.database.session import Database
from libs.common.delivery import consumer as consumer_module
from libs.common.delivery import relay as relay_module
from libs.common.delivery.bell import Bell
from libs.common.delivery.consumer import Consumer, ConsumerOptions
from libs.common.delivery.parking import Parking
from libs.common.delivery.relay import Relay, Sending
from libs.common.errors import Permanent
from libs.common.host.retries import try_again
from libs.common.run import failpoints
from libs.common.run.supervise import LoopProgress
from libs.common.time.clock import SystemClock
from tests.chaos.proxy import Proxy
from tests.contract.bus.pair import KEYS, Pair, topics_of
from tests.contract.bus.rigs import Rig
from tests.support.eventually import eventually
from tests.support.ledgers import applied, open_service, progressed, say
from tests.support.tasks import running

_LISTENING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


async def test_what_is_said_is_applied_once_in_order(pair: Pair) -> None:
    async with running(pair.relay().run), running(pair.consumer().run):
        await pair.say(range(5))
        await pair.expect(5)


async def test_what_a_log_lost_while_all_were_away_arrives_and_what_was_said_meanwhile(pair: Pair, rig: Rig) -> None:
    """Lost is what another service had said and all had read; where it stood, first events of other keys stand now."""
    async with running(pair.relay().run), running(pair.replies().run), running(pair.consumer().run):
        await pair.say(range(3))
        await pair.expect(3)
        await pair.reply()
        await eventually(pair.all_read, within=30, what="all is sent and read")
    await rig.cut(f"{pair.prefix}cases", 5)
    async with running(pair.relay().run):
        await pair.say_first()
        await eventually(pair.all_sent, within=30, what="it is filled again")
    async with running(pair.consumer().run):
        await pair.expect_first()


async def test_what_a_log_lost_before_it_was_read_arrives(pair: Pair, rig: Rig) -> None:
    async with running(pair.relay().run), running(pair.consumer().run):
        await pair.say(range(3))
        await pair.expect(3)
    async with running(pair.relay().run):
        await pair.say_first()
        await eventually(pair.all_sent, within=30, what="all is sent")
    await rig.cut(f"{pair.prefix}cases", 5)
    async with running(pair.replies().run):
        await pair.reply()
        await eventually(pair.all_sent, within=30, what="another service fills it again")
    async with running(pair.relay().run), running(pair.consumer().run):
        await pair.expect_first()


async def test_what_a_log_loses_under_those_who_use_it_arrives(pair: Pair, rig: Rig) -> None:
    async with running(pair.relay().run), running(pair.replies().run), running(pair.consumer().run):
        await pair.say(range(3))
        await pair.expect(3)
        await pair.reply()
        await rig.cut(f"{pair.prefix}cases", 5)
        await pair.say_first()
        await pair.say(range(3, 4))
        await pair.expect(4)
        await pair.expect_first()


async def test_a_relay_that_fails_after_the_acknowledgement_sends_again_and_nothing_is_doubled(pair: Pair) -> None:
    failpoints.arm("relay.after_ack:raise:1")
    relay = pair.relay()

    async def again() -> None:
        with suppress(failpoints.FailpointError):
            await relay.run()
        await relay.run()

    async with running(again), running(pair.consumer().run):
        await pair.say(range(3))
        await pair.expect(3)


async def test_a_relay_that_is_frozen_loses_its_parts_to_another_and_what_it_sends_later_is_not_doubled(
    pair: Pair,
) -> None:
    failpoints.arm("relay.before_send:stall:1")
    async with running(pair.relay().run), running(pair.consumer().run):
        await pair.say(range(1))
        await eventually(lambda: failpoints.stalled("relay.before_send"), what="the first relay stands still")
        async with running(pair.relay(stall_seconds=0.5).run):
            await pair.say(range(1, 3))
            await pair.expect(3)
            failpoints.wake("relay.before_send")
            await pair.say(range(3, 4))
            await pair.expect(4)


async def test_a_consumer_that_fails_before_its_offsets_hears_again_and_nothing_is_doubled(pair: Pair) -> None:
    failpoints.arm("consumer.after_commit:raise:1")

    async def twice() -> None:
        with suppress(failpoints.FailpointError):
            await pair.consumer().run()
        await pair.consumer().run()

    async with running(pair.relay().run), running(twice):
        await pair.say(range(3))
        await pair.expect(3)


async def test_a_poisoned_event_parks_its_case_and_all_others_flow(pair: Pair) -> None:
    pair.failing.errors["case-3/1"] = Permanent("no such thing")
    async with running(pair.relay().run), running(pair.consumer().run):
        await pair.say(range(4))
        await pair.expect(4, [key for key in KEYS if key != "case-3"])
        assert await applied(pair.dispatch, "case-3") == ["case-3/0"]


async def test_an_error_that_passes_is_tried_again_and_leaves_nothing_parked(pair: Pair) -> None:
    pair.failing.errors["case-1/0"] = RuntimeError("not yet")
    parking = Parking(pair.dispatch, pair.failing.reactions(), SystemClock())
    again = partial(try_again, parking, LoopProgress(), every=0.05)
    consumer = pair.consumer()
    consumer.on_parked.append(parking.news.set)
    async with running(pair.relay().run), running(consumer.run), running(again):
        await pair.say(range(1))
        await eventually(lambda: pair.failing.calls.count("case-1/0") >= 2, within=30, what="a second try")
        pair.failing.errors.clear()
        await pair.expect(1)


@pytest.mark.parametrize("rings", [True, False])
async def test_a_relay_sends_what_another_process_said_when_it_rings_and_also_when_the_ring_is_lost(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, *, rings: bool
) -> None:
    monkeypatch.setattr(relay_module, "POLL", 600.0 if rings else 0.1)
    relay = pair.relay()
    pair.intake.on_spoken.clear()
    bell = Bell(pair.intake)
    if rings:
        pair.intake.on_spoken.append(bell.ring)
    async with running(relay.run), running(pair.consumer().run):
        await eventually(lambda: relay.owns_all and not relay.busy, what="a relay that waits")
        await pair.say(range(3))
        await pair.expect(3)
    await bell.close()


async def test_a_relay_that_is_ended_while_it_begins_leaves_no_connection(pair: Pair) -> None:
    address = make_url(pair.url)
    assert address.host
    async with Proxy(address.host, address.port or 5432) as line:
        line.slow(0.2)
        host, _, port = line.address.partition(":")
        url = address.set(host=host, port=int(port)).render_as_string(hide_password=False)
        relay = Relay(Sending(Service.INTAKE, pair.bus, url, "intake", pair.prefix, 30.0))

        async def listens() -> bool:
            async with pair.intake.reading() as session:
                return bool(await session.fetch(_LISTENING))

        async with running(relay.run):
            await eventually(listens, what="the relay waits for the answer to its LISTEN")
        await eventually(lambda: line.open == 0, within=10, what="no connection open")


async def test_a_release_that_fails_everything_stops_instead_of_parking_everything(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "MOST_PARKED_IN_A_ROW", 3)
    pair.failing.errors = {f"{key}/0": Permanent("bad release") for key in KEYS}
    consumer = pair.consumer()
    async with running(pair.relay().run), running(consumer.run):
        await pair.say(range(1))
        await eventually(lambda: consumer.halted, within=30, what="the consumer halting")
    async with pair.dispatch.reading() as session:
        assert (await session.fetch("SELECT count(*) AS n FROM parked"))[0].n == 3
    pair.failing.errors.clear()
    async with running(pair.consumer().run):
        await eventually(lambda: _count(pair, len(KEYS) - 3), within=30, what="the rest after the fix")


async def _count(pair: Pair, wanted: int) -> bool:
    return len(await applied(pair.dispatch)) == wanted


async def test_a_record_nobody_of_ours_wrote_is_parked_and_holds_up_nothing(pair: Pair) -> None:
    async with pair.bus.sender() as sender:
        await sender.send([Message(f"{pair.prefix}cases", KEYS[0], {"what": "ever"}, b"\xff\xfe not json")])
    async with running(pair.relay().run), running(pair.consumer().run):
        await pair.say(range(2))
        await pair.expect(2)
    async with pair.dispatch.reading() as session:
        (row,) = await session.fetch("SELECT key, state, value FROM parked")
    assert row.key.startswith("unreadable:")
    assert bytes(row.value) == b"\xff\xfe not json"


async def test_what_the_cloudevents_sdk_sent_is_applied_in_its_order(pair: Pair) -> None:
    """Another program, which has never seen our code: only what docs/asyncapi.yaml demands."""
    messages = []
    for number, text in enumerate(("first", "second", "third"), start=1):
        attributes = {
            "source": "/huiyin/intake",
            "type": "cn.huiyin.case.supplemented",
            "subject": KEYS[0],
            "sequence": str(number),
            "partitionkey": KEYS[0],
            "datacontenttype": "application/json",
        }
        payload = {"occurred_at": "2026-03-04T12:00:00Z", "case_id": KEYS[0], "text": text}
        written = to_binary_event(CloudEvent(attributes, payload))
        headers = {name: value.decode() for name, value in written.headers.items()}
        messages.append(Message(f"{pair.prefix}cases", str(written.key), headers, written.value))
    async with pair.bus.sender() as sender:
        await sender.send(messages)

    async def all_three() -> bool:
        return await applied(pair.dispatch) == ["first", "second", "third"]

    async with running(pair.consumer().run):
        await eventually(all_three, within=45, what="what the other program sent")


async def _wipe(pair: Pair, request: pytest.FixtureRequest) -> None:
    """Lose every record of the topic, as a broker does that lost its disk."""
    if isinstance(pair.bus, EmbeddedBus):
        connection = await asyncpg.connect(pair.url)
        await connection.execute("TRUNCATE bus.entry; UPDATE bus.partition_end SET next_offset = 0")
        await connection.close()
        return
    admin = AIOKafkaAdminClient(bootstrap_servers=request.getfixturevalue("kafka_broker").bootstrap)
    await admin.start()
    await admin.delete_topics([f"{pair.prefix}cases"])
    await admin.close()

    async def made_again() -> bool:
        with suppress(BusTrouble):
            await pair.bus.ensure_topics(topics_of(pair.prefix))
            return set((await pair.bus.end_offsets(f"{pair.prefix}cases")).values()) == {0}
        return False

    await eventually(made_again, within=30, what="an empty topic")


async def test_a_topic_that_was_wiped_is_filled_again_from_the_ledger(
    pair: Pair, request: pytest.FixtureRequest
) -> None:
    async with running(pair.relay().run):
        await pair.say(range(3))
        await eventually(lambda: _sent(pair.intake), within=30, what="everything sent")
    await _wipe(pair, request)
    async with running(pair.relay().run), running(pair.consumer().run):
        await pair.expect(3)


async def test_a_wiped_topic_is_filled_again_by_a_relay_that_finds_it_longer_than_it_was(
    pair: Pair, request: pytest.FixtureRequest
) -> None:
    """Another service was quicker: its records stand where this one's were, and beyond."""
    late = Relay(Sending(Service.DISPATCH, pair.bus, pair.url, "dispatch", pair.prefix))
    async with running(late.run):
        await say(pair.dispatch, *(progressed(key, f"{key}/{number}") for number in range(2) for key in KEYS))
        await eventually(lambda: _sent(pair.dispatch), within=30, what="everything sent")
    await _wipe(pair, request)
    async with running(pair.relay().run):
        await pair.say(range(6))
        await eventually(lambda: _sent(pair.intake), within=30, what="more than there was before")
    analytics = await open_service(pair.url, "analytics")
    table = pair.failing.reactions()
    hearing = Consumer(ConsumerOptions(Service.ANALYTICS, pair.bus, analytics, table, SystemClock(), pair.prefix))

    async def all_of_it() -> bool:
        return len(await applied(analytics)) == 8 * len(KEYS)

    async with running(late.run), running(hearing.run):
        await eventually(all_of_it, within=45, what="what both said, each once")
    await analytics.close()


async def _sent(database: Database) -> bool:
    async with database.reading() as session:
        return bool((await session.fetch("SELECT count(*) = 0 AS none FROM ledger_unsent"))[0].none)


async def test_two_relays_of_one_service_keep_the_order(pair: Pair) -> None:
    async with running(pair.relay().run), running(pair.relay().run), running(pair.consumer().run):
        await pair.say(range(10))
        await pair.expect(10)
