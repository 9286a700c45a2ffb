"""The audit itself: one consistent cut over the four schemas, read once, key by key, in bounded memory."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from huiyin.audit import journal
from huiyin.audit.anchored import Anchors, check_anchors
from huiyin.audit.anchors.comparing import SCRATCH as ANCHOR_SCRATCH
from huiyin.audit.anchors.setting_up import anchors_of
from huiyin.audit.attachments import Files
from huiyin.audit.cases import AuditTask
from huiyin.audit.delivery import Delivery, Suspect, check_pointers
from huiyin.audit.figures import FigureAudit
from huiyin.audit.households.checking import HouseholdTask
from huiyin.audit.households.together import check_together
from huiyin.audit.identities import check_identities
from huiyin.audit.journal import Journals
from huiyin.audit.keyed import BY_KEY, Deliveries, KeyedTask, check_keyed
from huiyin.audit.library import check_library
from huiyin.audit.others import check_other_stream
from huiyin.audit.outcomes import keep_outcome
from huiyin.audit.queries import SERVICES, check_all_there
from huiyin.audit.recount import SCRATCH
from huiyin.audit.report import LIMIT, AuditReport, Findings, Invariant
from huiyin.audit.slices import check_in_slices
from huiyin.audit.snapshot import AT_A_TIME, Snapshot, open_cut
from huiyin.audit.visits.contacts import check_contacts
from huiyin.audit.visits.rounds import check_numbers
from huiyin.audit.visits.teams import check_apart
from libs.common import ledger_metrics
from libs.common.blobs.port import Blobs
from libs.common.bus.choose import BusKind
from libs.common.bus.flow import Stream
from libs.common.bus.partitions import partition_of
from libs.common.bus.port import Bus, Place

if TYPE_CHECKING:
    from huiyin.house import House

_NEWEST = """
    SELECT max(occurred_at) AS newest FROM (SELECT occurred_at FROM {schema}.ledger ORDER BY id DESC LIMIT 1000) AS last
"""
_COME = """
    SELECT EXISTS (SELECT FROM {reader}.watermark
                   WHERE stream = $1 AND key = $2 AND source = $3 AND seq >= $5) AS applied,
           EXISTS (SELECT FROM {reader}.parked
                   WHERE stream = $1 AND key = $2 AND (source = $3 AND seq >= $4 OR state = 'waiting')) AS parked,
           EXISTS (SELECT FROM {source}.ledger_unsent AS u JOIN {source}.ledger AS l USING (id, recorded_at)
                   WHERE l.stream = $1 AND l.key = $2 AND l.seq BETWEEN $4 AND $5) AS unsent
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is audited. Services in different databases have no common cut, and cannot be audited together."""

    url: str
    topic_prefix: str = ""
    broker: Bus | None = None
    """Where events are that are not in the database; None when the bus is the embedded one, a part of the cut."""
    now: datetime | None = None
    """The system's time, against which timers are late. None when nobody runs it: then its last event's time."""
    journals: Journals | None = None
    """What clients wrote down themselves."""
    blobs: Blobs | None = None
    """Where the bytes of attached files are; None where they cannot be reached from here."""
    anchors: Anchors | None = None
    """What was anchored outside the database; None where nothing is."""


class AuditLoad(NamedTuple):
    """Rows fetched in one go, and processes that look at cases and households side by side."""

    at_a_time: int
    jobs: int


async def audit(house: "House", *, limit: int = LIMIT, at_a_time: int = AT_A_TIME) -> AuditReport:
    """Audit a running house, set the metrics of the audit, and keep the outcome."""
    report = await examine(subject_of(house), limit=limit, at_a_time=at_a_time)
    for invariant in Invariant:
        ledger_metrics.LEDGER_AUDIT_VIOLATIONS.labels(invariant.value).set(report.found.get(invariant, 0))
    ledger_metrics.LEDGER_AUDIT_LAST_SUCCESS_TIMESTAMP_SECONDS.set_to_current_time()
    ledger_metrics.LEDGER_AUDIT_DURATION_SECONDS.set(report.seconds)
    await keep_outcome(house.url, report)
    return report


def subject_of(house: "House") -> Subject:
    """A running house as it is audited."""
    broker = None if house.settings.bus is BusKind.EMBEDDED else house.bus
    settings = house.settings
    return Subject(
        house.url,
        settings.topic_prefix,
        broker,
        house.clock.now(),
        blobs=settings.uploads().blobs,
        anchors=anchors_of(settings),
    )


async def examine(subject: Subject, *, limit: int = LIMIT, at_a_time: int = AT_A_TIME, jobs: int = 1) -> AuditReport:
    """Look at everything. Raises DatabaseTrouble, BusTrouble, and NotThere when there are no tables to be read."""
    began = time.monotonic()
    findings = Findings(limit)
    deliveries = {stream: Delivery(findings, stream, all_in_database=subject.broker is None) for stream in Stream}
    scratch = [*SCRATCH, ANCHOR_SCRATCH, *([] if subject.journals is None else [journal.SCRATCH])]
    async with open_cut(subject.url, "audit", scratch=scratch) as cut:
        await check_all_there(cut)
        if subject.journals is not None:
            await subject.journals.lay_out(cut)
        await check_pointers(cut, findings)
        await check_identities(cut, findings)
        if subject.anchors is not None:
            await check_anchors(cut, findings, subject.anchors)
        files = Files(findings, subject.blobs)
        await files.look(cut)
        await check_library(cut, findings, subject.topic_prefix, embedded_bus=subject.broker is None)
        await _check_keyed(cut, deliveries, subject, AuditLoad(at_a_time, jobs))
        await check_together(cut, findings)
        await check_numbers(cut, findings)
        await check_contacts(cut, findings)
        await check_apart(cut, findings)
        for stream in (each for each in Stream if each not in BY_KEY):
            await check_other_stream(cut, findings, deliveries[stream], f"{subject.topic_prefix}{stream}")
    if files.suspects:
        async with open_cut(subject.url, "audit") as later:
            await files.conclude(later)
    if subject.broker is not None:
        await _look_in_broker(subject, subject.broker, deliveries.values())
    return findings.report(time.monotonic() - began)


async def _check_keyed(cut: Snapshot, deliveries: Deliveries, subject: Subject, work: AuditLoad) -> None:
    cases, visits = [f"{subject.topic_prefix}{stream}" for stream in BY_KEY]
    now, findings = subject.now or await _newest(cut), deliveries[Stream.CASES].findings
    task = KeyedTask(
        AuditTask(cases, now, subject.journals, work.at_a_time),
        HouseholdTask(visits, work.at_a_time),
    )
    figures = await FigureAudit.of(cut, findings)
    if work.jobs > 1:
        await check_in_slices(cut, subject.url, deliveries, figures, task, work.jobs)
    else:
        await check_keyed(cut, deliveries, figures, task)
    await figures.compare()
    if subject.journals is not None:
        subject.journals.conclude(findings)


async def _newest(cut: Snapshot) -> datetime:
    moments = [(await cut.fetch(_NEWEST.format(schema=service)))[0]["newest"] for service in SERVICES]
    return max((moment for moment in moments if moment is not None), default=datetime.now(UTC))


async def _look_in_broker(subject: Subject, broker: Bus, deliveries: Iterable[Delivery]) -> None:
    """What was sent and not applied was in the broker, unless it is neither to be read now nor here afterwards.

    The broker is asked first: what has left it by then has left its mark in the database.
    """
    suspects = [(delivery, suspect) for delivery in deliveries for suspect in delivery.suspects]
    places = {(suspect.reader, f"{subject.topic_prefix}{suspect.stream}") for _, suspect in suspects}
    behind = {place: await broker.behind(f"huiyin-{place[0]}", [place[1]]) for place in sorted(places)}
    async with open_cut(subject.url, "audit") as later:
        for delivery, suspect in suspects:
            place = (suspect.reader, f"{subject.topic_prefix}{suspect.stream}")
            if _is_behind(behind[place], suspect.key) or await _has_come(later, suspect):
                delivery.findings.pending["events in the broker"] += suspect.last - suspect.first + 1
            else:
                delivery.accuse(suspect)


async def _has_come(later: Snapshot, suspect: Suspect) -> bool:
    """Whether it was applied, parked or marked to be sent again since."""
    sql = _COME.format(reader=suspect.reader, source=suspect.source)
    rows = await later.fetch(sql, str(suspect.stream), suspect.key, suspect.source, suspect.first, suspect.last)
    return bool(rows[0]["applied"] or rows[0]["parked"] or rows[0]["unsent"])


def _is_behind(behind: Mapping[Place, int], key: str) -> bool:
    number = partition_of(key, len(behind)) if behind else 0
    return any(count for place, count in behind.items() if place.partition == number)
