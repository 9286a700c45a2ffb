"""What is said is numbered, chained and kept; what is heard is applied once, in order, causes first."""

import json
import random
from collections.abc import AsyncIterator

import pytest
from asyncpg import PostgresError

from libs.common.database.batch import GroupCommit
from libs.common.database.session import Database, Session
from libs.common.delivery import inbox
from libs.common.delivery.handlers import on, reactions
from libs.common.delivery.parking import Parking
from libs.common.delivery.resend import ask_for_missing, resend_key
from libs.common.errors import Overtaken, Permanent
from libs.common.events.base import By, Cause
from libs.common.events.cases import CallbackDue, CaseSupplemented
from libs.common.ledger.append import GENESIS, chain
from libs.common.service.spec import load_nothing
from libs.common.time.clock import SystemClock
from tests.support.ledgers import NOON, Failing, applied, hear, open_service, progressed, said, say, supplemented


@pytest.fixture
async def intake(database_url: str) -> AsyncIterator[Database]:
    database = await open_service(database_url, "intake")
    yield database
    await database.close()


@pytest.fixture
async def dispatch(database_url: str, intake: Database) -> AsyncIterator[Database]:
    database = await open_service(database_url, "dispatch")
    yield database
    await database.close()


@pytest.fixture
async def analytics(database_url: str, dispatch: Database) -> AsyncIterator[Database]:
    database = await open_service(database_url, "analytics")
    yield database
    await database.close()


async def test_each_key_is_numbered_from_one_and_chained(intake: Database) -> None:
    await say(intake, supplemented("a", "1"), supplemented("b", "1"), supplemented("a", "2"))
    await say(intake, supplemented("a", "3"))
    async with intake.reading() as session:
        rows = await session.fetch("SELECT key, seq, type, payload::text, hash, occurred_at FROM ledger ORDER BY id")
        unsent = await session.fetch("SELECT id FROM ledger_unsent")
    assert [(row.key, row.seq) for row in rows] == [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    assert len(unsent) == 4
    previous = GENESIS
    for row in rows:
        if row.key == "a":
            previous = chain(
                previous,
                key="a",
                seq=row.seq,
                type_name=row.type,
                payload=row.payload.encode(),
                occurred_at=row.occurred_at,
            )
            assert bytes(row.hash) == previous


async def test_a_rolled_back_transaction_says_nothing(intake: Database) -> None:
    async def fail() -> None:
        async with intake.transaction(NOON) as session:
            session.publish(supplemented("a", "1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await said(intake, "intake") == []


async def test_the_ledger_cannot_be_changed(intake: Database) -> None:
    await say(intake, supplemented("a", "1"))
    for statement in ("UPDATE ledger SET seq = 2", "DELETE FROM ledger"):
        with pytest.raises(PostgresError, match="append-only"):
            async with intake.transaction(NOON) as session:
                await session.fetch(statement)


async def test_any_order_any_repetition_gives_each_effect_once_in_order(intake: Database, dispatch: Database) -> None:
    for number in range(6):
        await say(intake, *(supplemented(key, f"{key}{number}") for key in "abcde"))
    everything = await said(intake, "intake")
    chance = random.Random(7)
    delivered = [envelope for envelope in everything for _ in range(chance.randint(1, 4))]
    chance.shuffle(delivered)
    table = Failing().reactions()
    while delivered:
        batch, delivered = delivered[:13], delivered[13:]
        await hear(dispatch, table, batch)
    for key in "abcde":
        assert await applied(dispatch, key) == [f"{key}{number}" for number in range(6)]
    async with dispatch.reading() as session:
        assert (await session.fetch("SELECT count(*) AS n FROM parked"))[0].n == 0


async def test_a_gap_waits_and_asks_the_source_to_send_again(intake: Database, dispatch: Database) -> None:
    await say(intake, supplemented("a", "1"), supplemented("a", "2"), supplemented("a", "3"))
    first, second, third = await said(intake, "intake")
    table = Failing().reactions()
    assert [envelope.seq for envelope, _ in (await hear(dispatch, table, [third])).wait] == [3]
    await hear(dispatch, table, [first])
    assert await applied(dispatch) == ["1"]
    async with dispatch.transaction(NOON) as session:
        await session.fetch("UPDATE parked SET parked_at = parked_at - interval '3 seconds'")
        assert await ask_for_missing(session) == 1
    asked = [row for row in await said(dispatch, "dispatch") if row.key == "intake"]
    assert len(asked) == 1
    async with intake.transaction(NOON) as session:
        await session.fetch("DELETE FROM ledger_unsent")
        assert await resend_key(session, "cases", "a", 2) == 2
    await hear(dispatch, table, [second, third])
    assert await applied(dispatch) == ["1", "2", "3"]


async def test_an_effect_waits_for_its_cause_whatever_comes_first(
    intake: Database, dispatch: Database, analytics: Database
) -> None:
    await say(intake, supplemented("a", "cause"))
    await hear(dispatch, Failing().reactions(), await said(intake, "intake"))
    await say(dispatch, progressed("a", "effect"))
    (effect,) = await said(dispatch, "dispatch")
    assert effect.causes == {"intake": 1}
    table = Failing().reactions()
    ready = await hear(analytics, table, [effect])
    assert [reason for _, reason in ready.wait] == ["causes not seen yet: intake"]
    await hear(analytics, table, await said(intake, "intake"))
    assert await applied(analytics) == ["cause", "effect"]


async def test_what_is_said_first_of_a_key_is_chained_like_all_else(intake: Database) -> None:
    async with intake.transaction(NOON) as session:
        session.publish(supplemented("old", "1"))
        session.publish(supplemented("new", "1"), first=True)
        session.publish(supplemented("new", "2"))
    await say(intake, supplemented("new", "3"))
    found = await said(intake, "intake")
    assert [(one.key, one.seq, one.causes) for one in found] == [
        ("old", 1, {}),
        ("new", 1, {}),
        ("new", 2, {}),
        ("new", 3, {}),
    ]


async def test_a_key_that_was_spoken_of_before_is_not_begun_anew(intake: Database) -> None:
    await say(intake, supplemented("a", "1"))
    before = await said(intake, "intake")
    with pytest.raises(Overtaken):
        async with intake.transaction(NOON) as session:
            session.publish(supplemented("a", "again"), first=True)
    assert await said(intake, "intake") == before


async def test_two_readers_of_the_same_events_have_one_effect(intake: Database, dispatch: Database) -> None:
    await say(intake, supplemented("a", "1"))
    envelopes = await said(intake, "intake")
    table = Failing().reactions()

    async def take_what_another_takes_first() -> None:
        async with dispatch.transaction(NOON) as session:
            ready = await inbox.sort_out(session, table, envelopes)
            await hear(dispatch, table, envelopes)
            await inbox.apply(session, SystemClock(), table, ready)

    with pytest.raises(Overtaken):
        await take_what_another_takes_first()
    assert await applied(dispatch) == ["1"]


async def test_a_failed_event_holds_up_its_own_key_alone_and_is_replayed_in_order(
    intake: Database, dispatch: Database
) -> None:
    failing = Failing()
    failing.errors["a2"] = Permanent("cannot be")
    table = failing.reactions()
    await say(intake, *(supplemented(key, f"{key}{number}") for number in (1, 2, 3) for key in "ab"))
    everything = await said(intake, "intake")
    poisoned = next(envelope for envelope in everything if b"a2" in envelope.value)
    await hear(dispatch, table, everything[:2])
    async with dispatch.transaction(NOON) as session:
        await inbox.park(session, [inbox.Parked(poisoned, "failed", "cannot be", 1)])
    await hear(dispatch, table, everything[2:])
    assert await applied(dispatch, "b") == ["b1", "b2", "b3"]
    assert await applied(dispatch, "a") == ["a1"]
    parking = Parking(dispatch, table, SystemClock())
    again = await parking.replay("cases", "a")
    assert (again.applied, again.stopped) == (0, "Permanent: cannot be")
    failing.errors.clear()
    done = await parking.replay("cases", "a")
    assert (done.applied, done.stopped) == (2, None)
    assert await applied(dispatch, "a") == ["a1", "a2", "a3"]


async def test_a_dropped_event_is_kept_with_its_reason_and_the_rest_goes_on(
    intake: Database, dispatch: Database
) -> None:
    failing = Failing()
    failing.errors["2"] = ValueError("never")
    table = failing.reactions()
    await say(intake, *(supplemented("a", str(number)) for number in (1, 2, 3)))
    first, second, third = await said(intake, "intake")
    await hear(dispatch, table, [first])
    async with dispatch.transaction(NOON) as session:
        await inbox.park(session, [inbox.Parked(second, "failed", "never", 5)])
    await hear(dispatch, table, [third])
    parking = Parking(dispatch, table, SystemClock())
    failed = next(row for row in await parking.events("cases", "a") if row.state == "failed")
    assert await parking.drop("cases", "a", [failed.id, 99], by="ops", because="written by mistake") == 1
    assert await parking.events("cases", "a") == []
    assert await applied(dispatch) == ["1", "3"]
    async with dispatch.reading() as session:
        (dropped,) = await session.fetch("SELECT seq, dropped_by, dropped_because FROM parked_dropped")
    assert (dropped.seq, dropped.dropped_by, dropped.dropped_because) == (2, "ops", "written by mistake")


async def test_what_a_service_says_itself_is_never_applied_to_it(intake: Database) -> None:
    await say(intake, supplemented("a", "1"))
    await hear(intake, Failing().reactions(), await said(intake, "intake"))
    assert await applied(intake) == []


async def test_a_clock_that_was_ahead_for_a_while_puts_no_question_off(intake: Database, dispatch: Database) -> None:
    await say(intake, supplemented("a", "1"), supplemented("a", "2"))
    table = Failing().reactions()
    await hear(dispatch, table, (await said(intake, "intake"))[1:])
    async with dispatch.transaction(NOON) as session:
        await session.fetch(
            "UPDATE parked SET parked_at = now() + interval '1 day', asked_at = now() + interval '1 day'"
        )
        assert await ask_for_missing(session) == 1
        assert await ask_for_missing(session) == 0


async def test_a_clock_that_was_ahead_for_a_while_puts_no_retry_off(intake: Database, dispatch: Database) -> None:
    await say(intake, supplemented("a", "1"))
    failing = Failing()
    parking = Parking(dispatch, failing.reactions(), SystemClock())
    async with dispatch.transaction(NOON) as session:
        (envelope,) = await said(intake, "intake")
        await inbox.park(session, [inbox.Parked(envelope, "failed", "stumbled", tries=1, again_in=86_400.0)])
    assert [row.key for row in await parking.due(10)] == ["a"]


async def test_a_retry_comes_no_earlier_than_it_should(intake: Database, dispatch: Database) -> None:
    await say(intake, supplemented("a", "1"))
    parking = Parking(dispatch, Failing().reactions(), SystemClock())
    async with dispatch.transaction(NOON) as session:
        (envelope,) = await said(intake, "intake")
        await inbox.park(session, [inbox.Parked(envelope, "failed", "stumbled", tries=1, again_in=60.0)])
    assert not await parking.due(10)


async def test_what_a_release_before_could_not_decode_is_tried_by_the_one_that_can(
    intake: Database, dispatch: Database
) -> None:
    await say(intake, supplemented("a", "1"), supplemented("b", "1"))
    parking = Parking(dispatch, Failing().reactions(), SystemClock())
    async with dispatch.transaction(NOON) as session:
        for envelope, value in zip(await said(intake, "intake"), (None, b"{}"), strict=True):
            kept = envelope if value is None else envelope._replace(value=value)
            why = f"Permanent: {envelope.type_name} does not decode: 1 errors, first deadline: Field required"
            await inbox.park(session, [inbox.Parked(kept, "failed", why, tries=1)])
    assert [row.key for row in await parking.due(10)] == ["a"]
    await parking.replay("cases", "a")
    assert await applied(dispatch) == ["1"]
    assert not await parking.due(10)


async def test_a_handler_knows_which_event_it_reacts_to(intake: Database, dispatch: Database) -> None:
    """Two that say the same at the same moment are two; at the door, and when all is done, there is none."""
    causes: list[Cause | None] = []

    async def note(session: Session, _event: CaseSupplemented) -> None:
        causes.append(session.cause)
        session.before_commit("test", at_the_end)

    async def at_the_end(session: Session) -> None:
        causes.append(session.cause)

    await say(intake, supplemented("c", "again"), supplemented("c", "again"))
    first, second = await said(intake, "intake")
    await hear(dispatch, reactions([on(CaseSupplemented, note)]), [first, second])
    assert causes == [*(Cause("intake", "cases", "c", one.seq, one.event_id) for one in (first, second)), None]
    assert (first.value, first.occurred_at) == (second.value, second.occurred_at)


async def test_what_a_person_brings_about_says_who_asked(intake: Database) -> None:
    """One after the other in one commit, as at the door; what names somebody already, or follows by itself, is left."""
    commit = GroupCommit(intake, load_nothing)

    async def act(session: Session) -> None:
        session.publish(supplemented("c", "1"))
        session.publish(supplemented("c", "2").model_copy(update={"by": "another"}))
        session.publish(CallbackDue(case_id="c", occurred_at=NOON, round=1, handling_unit=None))

    await commit.run(act, now=NOON, by=By("operator-7", "D-A"))
    await commit.run(act, now=NOON)
    events = [json.loads(one.value) for one in await said(intake, "intake")]
    told = [(event.get("by"), event.get("by_unit")) for event in events]
    assert told == [
        ("operator-7", "D-A"),
        ("another", None),
        (None, None),
        (None, None),
        ("another", None),
        (None, None),
    ]
