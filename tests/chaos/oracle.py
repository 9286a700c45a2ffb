"""Who knows, after a trial, what must have come of it: journal, database, topics and figures have to agree.

1. Every complaint that the journal says was accepted exists once; one whose answer is unknown, at most once; a refused
   one never. The same for every step of the staff.
2. The audit (``huiyin audit``) finds nothing, and nothing is left on its way.
3. Every event of every ledger is in its topic, per key and source in the order 1, 2, 3 ... in which each first came.
4. The figures that analytics serves are what the journal and the ledgers come to.
5. Nothing happened twice: one registration, one unit a round, one callback a round, each timer once.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench.drive import journal
from bench.drive.database import rows
from bench.drive.house import House
from bench.drive.journal import Outcome
from huiyin.audit.auditing import Subject, examine
from huiyin.office.errands import FIGURES
from libs.common.blobs.disk import DiskBlobs
from libs.common.bus.choose import BusKind, open_bus
from libs.common.bus.flow import Service
from libs.common.bus.port import Bus
from libs.common.security.principal import Role
from tests.chaos.quiet import wait_until_quiet
from tests.chaos.topics import read_topics
from tests.chaos.verdict import Verdict, expect, none_of

_MARKS = """
    SELECT substring(text from '记号([a-z]+)') AS mark, case_id FROM intake.wording WHERE text LIKE '%记号%'
"""
_LEDGER = """
    SELECT event_id::text AS event_id, stream, key, seq, type, payload::text AS payload
    FROM {service}.ledger ORDER BY stream, key, seq
"""
_STEPS = {
    "sign": (Service.DISPATCH, "cn.huiyin.case.signed"),
    "result": (Service.DISPATCH, "cn.huiyin.case.handled"),
    "attempt": (Service.FOLLOWUP, "cn.huiyin.case.callback_tried"),
}
"""What the ledger says of a step that the journal speaks of; per case and round once, as the crowd behaves."""

_ONCE: Mapping[str, tuple[str, ...]] = {
    "cn.huiyin.case.registered": (),
    "cn.huiyin.case.assigned": ("round",),
    "cn.huiyin.case.signed": ("round", "unit_code"),
    "cn.huiyin.case.callback_due": ("round",),
    "cn.huiyin.case.callback_tried": ("round", "attempt"),
    "cn.huiyin.case.sent_back": ("round",),
    "cn.huiyin.case.closed": (),
    "cn.huiyin.case.supervision_issued": ("supervision_id",),
    "cn.huiyin.case.deadline_set": ("round", "deadline", "unit_code", "due_at"),
    "cn.huiyin.case.deadline_warned": ("round", "deadline", "due_at"),
    "cn.huiyin.case.deadline_missed": ("round", "deadline", "due_at"),
}
"""What may happen to a case once for each of these values, while nobody takes a round apart by hand."""


_NOT_LEFT = frozenset({"events dropped", "events recorded while a clock was behind"})
"""What an operator gave up, and what came of setting a clock, is neither wrong nor under way."""


@dataclass(frozen=True, slots=True)
class Said:
    """An event of a ledger."""

    source: Service
    event_id: str
    stream: str
    key: str
    seq: int
    type_name: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Oracle:
    """Asks the database and the bus themselves, past all proxies; the figures it asks of the house."""

    house: House
    journal: Path
    url: str
    bus: BusKind
    bootstrap: str | None
    topic_prefix: str
    simulated: bool = False
    """Whether time is: then no timer is late by the clock on the wall."""

    in_order: bool = True
    """Whether the topics must have every key in order. What a broker lost is sent again after what was said since, and
    the readers have it wait; so after a loss it is not asked."""

    by_hand: bool = False
    """Whether somebody took rounds apart by hand, unwritten in the journal: then what the crowd does once a round may
    be there more often."""

    async def verdicts(self, what: str, *, within: float) -> list[Verdict]:
        """All that can be said of a house that nobody uses any more; waits ``within`` seconds until it is quiet."""
        bus = open_bus(self.bus, database_url=self.url, kafka_bootstrap=self.bootstrap, client_id="oracle")
        try:
            quiet = await wait_until_quiet(self.url, bus, self.topic_prefix, within=within)
            verdicts = [expect(f"{what}: quiet again", f"<= {within:.0f} s", quiet.seen, quiet.passed, quiet.left)]
            ledgers = await self.said()
            told = Told.read(self.journal)
            verdicts += await self._once(what, told, ledgers)
            verdicts += await self._audit(what, bus)
            verdicts += await self._topics(what, bus, ledgers)
            verdicts += await self._figures(what, told, ledgers)
        finally:
            await bus.close()
        return verdicts

    async def _once(self, what: str, told: "Told", ledgers: Sequence[Said]) -> list[Verdict]:
        """1 and 5."""
        marked = await rows(self.url, _MARKS)
        there = Counter(row["mark"] for row in marked)
        named = {row["mark"]: row["case_id"] for row in marked}
        accepted = told.of("register", Outcome.OK)
        lost = [said["mark"] for said in accepted.values() if named.get(said["mark"]) != said["case_id"]]
        refused = [said["mark"] for said in told.of("register", Outcome.FAIL).values() if there[said["mark"]]]
        unasked = [mark for mark in there if mark not in told.marks]
        twice = [f"{mark} x{count}" for mark, count in there.items() if count > 1]
        verdicts = [
            none_of(f"{what}: accepted complaints lost", lost, of=len(accepted)),
            none_of(f"{what}: complaints doubled", [*twice, *refused, *unasked], of=len(there)),
        ]
        if self.by_hand:
            return verdicts
        steps = _steps(told, ledgers)
        return [
            *verdicts,
            none_of(f"{what}: staff's steps lost or doubled", steps.wrong, of=steps.asked),
            none_of(f"{what}: effects doubled", _doubled(ledgers), of=len(ledgers)),
        ]

    async def _audit(self, what: str, bus: Bus) -> list[Verdict]:
        """2."""
        broker = None if self.bus is BusKind.EMBEDDED else bus
        now = None if self.simulated else datetime.now(UTC)
        blobs = DiskBlobs(self.house.folder / "attachments")
        report = await examine(Subject(self.url, self.topic_prefix, broker, now, blobs=blobs))
        found = [f"{one.invariant} {one.service} {one.key}: {one.message}" for one in report.violations]
        left = [f"{count} {name}" for name, count in report.pending.items() if name not in _NOT_LEFT]
        seen = f"{sum(report.found.values())} in {report.cases:,} cases, {report.events:,} events"
        details = "; ".join(found[:5] or left)
        return [expect(f"{what}: audit violations", "0", seen, report.clean and not left, details)]

    async def _topics(self, what: str, bus: Bus, ledgers: Sequence[Said]) -> list[Verdict]:
        """3."""
        found = await read_topics(bus, self.topic_prefix)
        expected = {one.event_id: (one.stream, str(one.source), one.key, one.seq) for one in ledgers}
        wrong = [*found.astray, *(found.disorder if self.in_order else ())]
        wrong += [f"missing: {place}" for event, place in expected.items() if event not in found.places]
        wrong += [f"in no ledger: {place}" for event, place in found.places.items() if expected.get(event) != place]
        again = found.records - found.strange - len(found.places)
        counted = f"{found.records:,} records, {again:,} sent again, {found.strange} strange, "
        counted += f"{len(found.disorder):,} out of turn"
        one = none_of(f"{what}: topics unlike the ledgers", wrong, of=len(expected))
        return [expect(one.figure, one.asked, one.seen, one.passed, one.detail or counted)]

    async def _figures(self, what: str, told: "Told", ledgers: Sequence[Said]) -> list[Verdict]:
        """4."""
        served = (await self.served())[""]
        said = Counter(one.type_name.rpartition(".")[2] for one in ledgers)
        results = {(one.key, one.payload["round"]) for one in ledgers if one.type_name == "cn.huiyin.case.handled"}
        pairs = {
            "registered": said["registered"],
            "assigned": said["assigned"] + said["reassigned"],
            "handled": len(results),
            "sent_back": said["sent_back"],
            "closed": said["closed"] - said["withdrawn"],
        }
        wrong = [
            f"{name}: served {served[name]}, counted {count}" for name, count in pairs.items() if served[name] != count
        ]
        if served["registered"] < len(told.of("register", Outcome.OK)):
            wrong.append(f"registered: served {served['registered']}, the journal has more")
        one = none_of(f"{what}: figures unlike the counts", wrong, of=len(pairs))
        figures = ", ".join(f"{name} {count:,}" for name, count in pairs.items())
        return [expect(one.figure, one.asked, one.seen, one.passed, one.detail or figures)]

    async def served(self, by: str = "none") -> Mapping[str, Mapping[str, int]]:
        """The counters that analytics answers with over all time: of each row by its key, and of all under none."""
        query = {"period": "range", "from": "2000-01-01", "to": "2199-12-31", "by": by}
        with self.house.people() as people:
            found = await people.person("leader-1", Role.LEADER).ask(f"{FIGURES}/counts", **query)
        return {row["key"]: row["counts"] for row in found["rows"]} if found["rows"] else {"": found["total"]}

    async def said(self) -> list[Said]:
        """All that stands in the ledgers."""
        return [
            Said(
                service,
                row["event_id"],
                row["stream"],
                row["key"],
                row["seq"],
                row["type"],
                orjson.loads(row["payload"]),
            )
            for service in Service
            for row in await rows(self.url, _LEDGER.format(service=service))
        ]


@dataclass(frozen=True, slots=True)
class Told:
    """The journal, by Idempotency-Key: what came of each thing that was asked. The last word on it counts."""

    last: Mapping[str, tuple[str, Outcome, dict[str, Any]]]
    marks: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> "Told":
        """From its file."""
        asked: dict[int, journal.Entry] = {}
        last: dict[str, tuple[str, Outcome, dict[str, Any]]] = {}
        for entry in journal.read(path):
            if entry.outcome is Outcome.INVOKE:
                asked[entry.number] = entry
            invoked = asked[entry.number].said
            last[invoked["key"]] = (entry.kind, entry.outcome, {**invoked, **entry.said})
        return cls(last, frozenset(said["mark"] for _, _, said in last.values() if "mark" in said))

    def of(self, kind: str, *outcomes: Outcome) -> dict[str, dict[str, Any]]:
        """What was said of all things of a kind with one of these outcomes, by key."""
        return {key: said for key, (name, outcome, said) in self.last.items() if name == kind and outcome in outcomes}


@dataclass(frozen=True, slots=True)
class _Steps:
    asked: int
    wrong: list[str]


def _steps(told: Told, ledgers: Sequence[Said]) -> _Steps:
    """The staff's steps against the ledgers: ok once, unknown at most once, all others never."""
    asked, wrong = 0, []
    for kind, (source, type_name) in _STEPS.items():
        there = Counter(
            (one.key, one.payload["round"]) for one in ledgers if one.source is source and one.type_name == type_name
        )
        allowed: dict[tuple[str, int], range] = defaultdict(lambda: range(1))
        for outcome, counts in ((Outcome.OK, range(1, 2)), (Outcome.UNKNOWN, range(2)), (Outcome.INVOKE, range(2))):
            for said in told.of(kind, outcome).values():
                allowed[said["case_id"], said["round"]] = counts
        asked += len(allowed)
        places = allowed.keys() | there.keys()
        wrong += [f"{kind} of {place}: x{there[place]}" for place in places if there[place] not in allowed[place]]
    return _Steps(asked, wrong)


def _doubled(ledgers: Sequence[Said]) -> list[str]:
    seen = Counter(
        (one.key, one.type_name, *(str((one.payload | part)[name]) for name in _ONCE[one.type_name]))
        for one in ledgers
        if one.type_name in _ONCE
        # Deadlines that one step sets are said together.
        for part in one.payload.get("deadlines", ({},))
    )
    return [f"{place} x{count}" for place, count in seen.items() if count > 1]
