"""A case event whose pack version is not here waits for it, in order, and holds up nothing: least of all the pack."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from prometheus_client import REGISTRY

from libs.common.bus.codec import Envelope, encode_event, to_headers
from libs.common.bus.flow import Service, stream_of
from libs.common.bus.port import Bus, BusTrouble, Record
from libs.common.database.stored_packs import refresh_shelf
from libs.common.delivery.consumer import Consumer, ConsumerOptions
from libs.common.delivery.parking import Parking
from libs.common.delivery.resend import ask_for_missing
from libs.common.events.base import Event
from libs.common.events.cases import CaseAssigned, CaseRegistered, CaseSigned
from libs.common.events.directory import PackPublished
from libs.common.events.ops import ResendRequested
from libs.common.host.measuring import Gauges
from libs.common.host.retries import try_again
from libs.common.pack.loader import digest, document
from libs.common.pack.versions import PackVersions
from libs.common.run.supervise import LoopProgress
from services.followup.handlers import REACTIONS
from services.followup.ladder.actions.due import fire_due
from services.followup.overview.actions.measuring import measure
from tests.integration.followup.office import (
    COUNTY,
    DAY,
    PACK,
    T0,
    Office,
    assigned,
    handled,
    registered,
    signed,
)
from tests.support.eventually import eventually
from tests.support.tasks import running

WITHIN = 30.0
"""Seconds for what takes a moment, unless it never ends."""


@dataclass
class Ears:
    """Followup's reader: what intake and dispatch say is handed to it batch by batch."""

    office: Office
    seqs: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        reading = ConsumerOptions(
            Service.FOLLOWUP, cast("Bus", None), self.office.database, REACTIONS, self.office.clock, ""
        )
        self.consumer = Consumer(reading)
        self.parking = Parking(self.office.database, REACTIONS, self.office.clock)

    async def take(self, *events: Event) -> None:
        """One batch."""
        async with asyncio.timeout(WITHIN):
            await self.consumer.take([self._record(event) for event in events])

    def _record(self, event: Event) -> Record:
        source = "intake" if isinstance(event, CaseRegistered) else "dispatch"
        stream = str(stream_of(type(event)))
        self.seqs[event.key, source] = seq = self.seqs.get((event.key, source), 0) + 1
        causes = {"intake": 1} if source == "dispatch" and stream == "cases" else {}
        at = event.occurred_at
        value = encode_event(event)
        name = f"{source}/{event.key}/{seq}"
        envelope = Envelope(name, source, stream, event.key, seq, event.type_name, at, at, causes, None, value)
        return Record(stream, 0, seq, event.key, to_headers(envelope), value)

    async def rows(self, sql: str, *parameters: object) -> list[Any]:
        async with self.office.database.reading() as session:
            return [tuple(row) for row in await session.fetch(sql, *parameters)]

    async def waiting(self) -> list[Any]:
        """Type, state, and the pack version that is waited for."""
        found = await self.rows("SELECT type, state, needs_pack FROM parked ORDER BY id")
        return [(type_name.rpartition(".")[2], state, version) for type_name, state, version in found]

    async def asked(self) -> list[Any]:
        """What was asked to be sent again: of whom, of which topic, of what, from where on."""
        sql = """SELECT payload ->> 'source', payload ->> 'stream', payload ->> 'about', (payload ->> 'from_seq')::int
                 FROM ledger WHERE type = $1 ORDER BY id"""
        return await self.rows(sql, ResendRequested.type_name)

    async def nothing_waits(self) -> bool:
        return not await self.waiting()


@pytest.fixture
async def ears(office: Office) -> AsyncIterator[Ears]:
    ears = Ears(office)
    async with running(lambda: try_again(ears.parking, LoopProgress(), every=0.01)):
        yield ears


def pack(version: int = 2, **changes: Any) -> PackPublished:
    """The demo pack again, as a newer version."""
    plain = document(PACK) | changes
    return PackPublished(occurred_at=T0 - DAY, place_code=COUNTY, version=version, digest=digest(PACK), document=plain)


def under(version: int) -> CaseRegistered:
    return registered(pack_version=version)


def given(case: CaseRegistered) -> CaseAssigned:
    return assigned(case.case_id, T0).model_copy(update={"pack_version": case.pack_version})


async def statuses(ears: Ears, cases: Sequence[CaseRegistered]) -> list[str | None]:
    found = dict(await ears.rows("SELECT case_id, lead_unit FROM matter"))
    return [found.get(case.case_id, "nobody knows it") for case in cases]


async def test_a_case_whose_pack_has_not_arrived_waits_and_everything_else_is_read(ears: Ears) -> None:
    old, new = under(1), under(2)
    await ears.take(new, old, given(new), given(old), signed(new.case_id, T0))
    assert await statuses(ears, [old, new]) == ["D-HOUSING", "nobody knows it"]
    assert await ears.waiting() == [
        ("registered", "waiting", 2),
        ("assigned", "waiting", 2),
        ("signed", "waiting", None),
    ]
    await ears.take(pack())
    await eventually(ears.nothing_waits, within=WITHIN, what="what waited for the pack")
    assert await statuses(ears, [old, new]) == ["D-HOUSING", "D-HOUSING"]
    assert await ears.rows("SELECT DISTINCT pack_version FROM matter ORDER BY 1") == [(1,), (2,)]


async def test_a_version_that_a_twin_process_stored_is_found_when_a_case_names_it(ears: Ears) -> None:
    await ears.take(pack())
    ears.office.database.packs = PackVersions()
    case = under(2)
    await ears.take(case, given(case))
    assert await ears.waiting() == []
    assert await statuses(ears, [case]) == ["D-HOUSING"]


async def test_what_waits_for_a_pack_costs_its_batch_no_more_than_one_transaction(ears: Ears) -> None:
    cases = [under(2) for _ in range(200)]
    before = await ears.rows("SELECT pg_current_xact_id()::text::bigint")
    await ears.take(*cases)
    after = await ears.rows("SELECT pg_current_xact_id()::text::bigint")
    # Asking is a transaction, too, and so are those that try again beside it.
    assert after[0][0] - before[0][0] < len(cases) / 4
    assert len(await ears.waiting()) == len(cases)


async def test_the_pack_is_asked_for_at_once_and_again_when_it_does_not_come(ears: Ears) -> None:
    await ears.take(pack(1))
    await ears.take(under(3))
    once = [("dispatch", "directory", COUNTY, 2)]
    assert await ears.asked() == once
    behind = under(3)
    await ears.take(under(3), behind, signed(behind.case_id, T0))
    async with ears.office.database.transaction(T0) as session:
        await session.fetch("UPDATE parked SET parked_at = now() - interval '1 minute'")
    async with ears.office.database.transaction(T0) as session:
        await ask_for_missing(session)
    assert await ears.asked() == once
    async with ears.office.database.transaction(T0) as session:
        await session.fetch("UPDATE parked SET asked_at = now() - interval '1 minute'")
    async with ears.office.database.transaction(T0) as session:
        assert await ask_for_missing(session) == 1
    assert await ears.asked() == once * 2


async def test_who_never_heard_of_any_pack_asks_for_all_of_them(ears: Ears) -> None:
    await ears.take(under(2))
    assert await ears.asked() == [("dispatch", "directory", "", 1)]


async def test_a_case_whose_own_pack_is_lost_here_waits_for_it(ears: Ears) -> None:
    case = under(1)
    await ears.take(case, given(case), signed(case.case_id, T0))
    async with ears.office.database.transaction(T0) as session:
        await session.fetch("DELETE FROM pack")
    ears.office.database.packs = PackVersions()
    other = under(1)
    await ears.take(handled(case.case_id, T0), pack(2), under(2))
    assert await ears.waiting() == [("handled", "waiting", 1)]
    assert await ears.rows("SELECT count(*) FROM matter") == [(2,)]
    await ears.take(pack(1), other)
    await eventually(ears.nothing_waits, within=WITHIN, what="the result")
    assert (await ears.office.case(case.case_id))["status"] == "callback"


async def test_a_version_of_a_newer_release_is_waited_for_until_that_release_is_back(ears: Ears) -> None:
    plain = document(PACK)
    plain["units"][2]["level"] = "court"
    await ears.take(pack(units=plain["units"]))
    case = under(2)
    await ears.take(case, given(case), under(1))
    assert await ears.waiting() == [("registered", "waiting", 2), ("assigned", "waiting", 2)]
    assert await statuses(ears, [case]) == ["nobody knows it"]
    await measured(ears)
    assert told("huiyin_pack_versions_unreadable") == 1
    assert told("huiyin_pack_versions_missing") == 0
    # The newer release knows the word: to this one it is as if it had never stood there.
    async with ears.office.database.transaction(T0) as session:
        await session.fetch("UPDATE pack SET document = (SELECT document FROM pack WHERE version = 1)")
    ears.office.database.packs = PackVersions()
    await refresh_shelf(ears.office.database)
    await eventually(ears.nothing_waits, within=WITHIN, what="the case under the new pack")
    assert await statuses(ears, [case]) == ["D-HOUSING"]


async def test_it_is_told_while_a_pack_is_missing(ears: Ears) -> None:
    await ears.take(under(2), under(2), under(3))
    await measured(ears)
    assert told("huiyin_pack_versions_missing") == 2
    await ears.take(pack(2), pack(3))
    await eventually(ears.nothing_waits, within=WITHIN, what="what waited")
    await measured(ears)
    assert told("huiyin_pack_versions_missing") == 0


async def test_a_failed_event_in_front_of_a_case_under_a_missing_pack_is_no_obstacle_when_it_is_given_up(
    ears: Ears,
) -> None:
    """Whatever stood behind it waits for its pack in its turn, and is not forgotten there."""
    stray = CaseSigned(case_id="c", occurred_at=T0, round=1, unit_code="D-HOUSING")
    ears.seqs["c", "intake"] = 1
    await ears.take(stray)
    ears.seqs["c", "intake"] = 0
    await ears.take(registered(case_id="c", pack_version=2), given(registered(case_id="c", pack_version=2)))
    assert {version for _, _, version in await ears.waiting()} >= {2}
    await ears.take(pack())

    async def known() -> bool:
        return bool(await ears.rows("SELECT 1 FROM matter WHERE case_id = 'c'"))

    await eventually(known, within=WITHIN, what="the case")


async def test_timers_of_cases_whose_pack_cannot_be_read_are_left_alone(ears: Ears) -> None:
    office = ears.office
    await ears.take(pack())
    cases = [under(2), under(1)]
    await ears.take(*cases, *map(given, cases))
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE pack SET document = '{}' WHERE version = 2")
    office.database.packs = PackVersions()
    await refresh_shelf(office.database)
    fired = await fire_due(office.runtime, T0 + 3 * DAY)
    assert fired
    states = await ears.rows("SELECT DISTINCT state, pack_version FROM clock ORDER BY 1, 2")
    assert "fired" not in {state for state, version in states if version == 2}
    assert ("pending", 2) in states


async def measured(ears: Ears) -> None:
    with suppress(BusTrouble):
        await Gauges(ears.office.runtime, measure).take()


def told(gauge: str) -> float | None:
    return REGISTRY.get_sample_value(gauge, {"service": "followup"})
