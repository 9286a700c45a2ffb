"""What is still on its way is no violation; what only says so is one."""

import asyncio
from pathlib import Path

from huiyin.audit.auditing import Subject, audit, examine
from huiyin.audit.report import Invariant
from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.delivery.relay import Relay, Sending
from libs.common.events.cases import CaseSupplemented
from libs.common.run.supervise import stop
from services.intake.cases.tables import Supplement
from tests.integration.audit.conftest import Copy
from tests.integration.audit.county import MONDAY, open_county
from tests.support.eventually import eventually

READERS = ("dispatch", "followup", "analytics")
_PRETEND = "UPDATE {reader}.watermark SET seq = 2 WHERE key = {{fresh}} AND source = 'intake'"
_FORGET_TO_SEND = "DELETE FROM intake.ledger_unsent"
_PARKED = """
    INSERT INTO {reader}.parked (stream, key, source, seq, state, type, headers, value, reason)
    VALUES ('cases', {{fresh}}, 'intake', {seq}, '{state}', 'cn.huiyin.case.supplemented', '{{{{}}}}', '', 'a test')
"""


async def _say(copy: Copy, *events: CaseSupplemented) -> None:
    database = Database(copy.url, "intake", pool_size=1)
    async with database.transaction(MONDAY) as session:
        for number, event in enumerate(events):
            row = {
                "supplement_id": f"s{number}",
                "case_id": event.case_id,
                "at": MONDAY,
                "by": "op",
                "text": event.text,
                "sealed_text": None,
            }
            session.insert(Supplement, row)
            session.publish(event)
    await database.close()


def _supplement(copy: Copy) -> CaseSupplemented:
    return CaseSupplemented(occurred_at=MONDAY, case_id=copy.cases["fresh"], text="还没有人来")


def _parked(state: str, seq: int) -> list[str]:
    return [_PARKED.format(reader=reader, seq=seq, state=state) for reader in READERS]


async def test_unsent(copy: Copy) -> None:
    await _say(copy, _supplement(copy))
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    assert report.pending == {"events unsent": 1}


async def test_unread(copy: Copy) -> None:
    await _say(copy, _supplement(copy))
    bus = EmbeddedBus(copy.url)
    relay = Relay(Sending(Service.INTAKE, bus, copy.url, "intake", ""))
    task = asyncio.create_task(relay.run())
    await eventually(lambda: relay.sent == 1)
    await stop(task)
    await bus.close()
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    assert report.pending["events unread"] == len(READERS) + 1, "the speaker itself reads the stream, too"


async def test_an_unsent_row_marked_as_sent_is_found(copy: Copy) -> None:
    await _say(copy, _supplement(copy))
    await copy.spoil(_FORGET_TO_SEND)
    report = await examine(Subject(copy.url))
    assert {one.service for one in report.violations} == set(READERS)
    assert {one.message for one in report.violations} == {"2 of intake was sent, but never applied here"}


async def test_parked(copy: Copy) -> None:
    await _say(copy, _supplement(copy))
    await copy.spoil(_FORGET_TO_SEND, *_parked("failed", 2))
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    assert report.pending == {"events failed": 3}


async def test_a_gap_that_was_asked_for(copy: Copy) -> None:
    await _say(copy, _supplement(copy), _supplement(copy))
    await copy.spoil(_FORGET_TO_SEND, *_parked("waiting", 3))
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    assert report.pending == {"events asked for again": 3, "events waiting": 3}


async def test_dropped(copy: Copy) -> None:
    """A person gave it up: the reader stands where it would stand without it."""
    await _say(copy, _supplement(copy))
    await copy.spoil(
        _FORGET_TO_SEND,
        *_parked("failed", 2),
        "UPDATE analytics.watermark SET seq = 2 WHERE key = {fresh} AND source = 'intake'",
        "INSERT INTO analytics.parked_dropped (id, stream, key, source, seq, type, headers, value, reason, dropped_by,"
        " dropped_because) SELECT id, stream, key, source, seq, type, headers, value, reason, 'a', 'b'"
        " FROM analytics.parked",
        "DELETE FROM analytics.parked",
    )
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    assert report.pending == {"events dropped": 1, "events failed": 2}


async def test_an_event_that_only_seems_applied_is_found(copy: Copy) -> None:
    """The watermark moved and nothing else did: the figures miss it."""
    await _say(copy, _supplement(copy))
    await copy.spoil(_FORGET_TO_SEND, *(_PRETEND.format(reader=reader) for reader in READERS))
    report = await examine(Subject(copy.url))
    assert {(one.invariant, one.service) for one in report.violations} == {(Invariant.FIGURE, "analytics")}


async def test_a_case_that_nobody_has_heard_of_yet(copy: Copy, tmp_path: Path) -> None:
    async with open_county(copy.url, tmp_path, working=False) as county:
        await county.register("new")
        report = await audit(county.house)
    assert report.clean, report.violations
    assert report.pending == {"events unsent": 1} | {f"cases not yet known to {reader}": 1 for reader in READERS}
