"""Every metric of Huiyin in one place: name, kind, labels, meaning, and what to do about it.

A constant is the metric's name in capitals. ``CATALOGUE`` is filled by the same calls that build the metrics, so the
documentation cannot differ from what is exported. Labels are bounded: never a case, a person, a phone or a street.
All four services may share one process, so ``service`` is a label wherever a service speaks for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import MetricWrapperBase


class Kind(StrEnum):
    """The three kinds of metric in use."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricDoc:
    """What an operator has to know about one metric."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    what_to_do: str


# Upper bounds in seconds. A request is answered or given up within 10 s; an event may wait out a broker's outage.
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
END_TO_END_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
LOOP_LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
# Requests that shared one commit.
BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

_M = TypeVar("_M", bound=MetricWrapperBase)
_documented: list[MetricDoc] = []


def _registered(kind: type[_M], name: str) -> _M | None:
    """The metric of an earlier import of this module: the default registry outlives it and refuses a second one."""
    found = vars(REGISTRY)["_names_to_collectors"].get(name)
    return found if isinstance(found, kind) else None


def _document(kind: Kind, name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> None:
    _documented.append(MetricDoc(name, kind, tuple(labels), meaning, what_to_do))


def _counter(name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> Counter:
    _document(Kind.COUNTER, name, labels, meaning, what_to_do)
    return _registered(Counter, name) or Counter(name, meaning, labels)


def _gauge(name: str, labels: Sequence[str], meaning: str, what_to_do: str) -> Gauge:
    _document(Kind.GAUGE, name, labels, meaning, what_to_do)
    return _registered(Gauge, name) or Gauge(name, meaning, labels)


def _histogram(
    name: str, labels: Sequence[str], meaning: str, what_to_do: str, buckets: Sequence[float] = REQUEST_BUCKETS
) -> Histogram:
    _document(Kind.HISTOGRAM, name, labels, meaning, what_to_do)
    return _registered(Histogram, name) or Histogram(name, meaning, labels, buckets=buckets)


# HTTP

HTTP_REQUESTS_TOTAL = _counter(
    "http_requests_total",
    ("service", "route", "method", "code"),
    "Requests answered; route is the template, never the path.",
    "A rising share of 5xx: read the logs of that service and route.",
)
HTTP_REQUEST_DURATION_SECONDS = _histogram(
    "http_request_duration_seconds",
    ("service", "route", "method"),
    "Seconds from the first byte of the request to the last byte of the answer.",
    "Slow on every route: look at db_pool_waiters; slow on one: look at its query.",
)

# Events in

EVENTS_PROCESSED_TOTAL = _counter(
    "events_processed_total",
    ("consumer", "type", "result"),
    "Events read, by what came of them: applied, duplicate, skipped, parked or waiting.",
    "Duplicates are harmless; parked ones need a person.",
)
EVENT_PROCESS_DURATION_SECONDS = _histogram(
    "event_process_duration_seconds",
    ("consumer",),
    "Seconds to claim and apply one batch of events, its commit included.",
    "Rising with lag: the consumer is at its limit; add workers up to the number of partitions.",
)
EVENT_END_TO_END_SECONDS = _histogram(
    "event_end_to_end_seconds",
    ("consumer",),
    "Seconds from the ledger row of an event to its effect at this consumer.",
    "Above 5 s: look at outbox_oldest_unpublished_age_seconds first, then at consumer_lag_records.",
    END_TO_END_BUCKETS,
)
UNKNOWN_EVENTS_TOTAL = _counter(
    "unknown_events_total",
    ("service", "type"),
    "Events skipped because this release does not know their type (type is 'other' past a bound).",
    "Expected while a release rolls out; otherwise this service is older than its neighbours.",
)
CONSUMER_LAG_RECORDS = _gauge(
    "consumer_lag_records",
    ("service", "topic", "partition"),
    "Records of a partition not yet read by the service that owns it now.",
    "Growing: add workers; one partition only: look for a parked or a very busy key.",
)
CONSUMER_LAST_PROGRESS_TIMESTAMP_SECONDS = _gauge(
    "consumer_last_progress_timestamp_seconds",
    ("service",),
    "Unix time of the last successful read of the bus, empty reads included.",
    "Older than two minutes: the consumer hangs; the watchdog restarts it, else restart the worker.",
)
CONSUMER_HALTED = _gauge(
    "consumer_halted",
    ("service",),
    "1 while a consumer has stopped itself because too many events in a row failed, else 0.",
    "Suspect the release, not the events: roll back or fix, then restart the worker.",
)
INBOX_PARKED_ROWS = _gauge(
    "inbox_parked_rows",
    ("service",),
    "Events that failed for good and wait for a person.",
    "List them (/ops/parked), mend the cause, replay them in order.",
)
INBOX_PARKED_OLDEST_AGE_SECONDS = _gauge(
    "inbox_parked_oldest_age_seconds",
    ("service",),
    "Seconds since the oldest parked event was parked, 0 when none is.",
    "A case stands still for that long; see inbox_parked_rows.",
)
INBOX_WAITING_ROWS = _gauge(
    "inbox_waiting_rows",
    ("service",),
    "Events held back in order behind a parked event or a gap of the same key.",
    "Falls by itself when the gap is filled; if not, ask for a resend.",
)
RESENDS_REQUESTED_TOTAL = _counter(
    "resends_requested_total",
    ("service",),
    "Times this service asked a source to send events of a key again, because of a gap.",
    "Now and then is normal; a steady rate means that the bus loses records.",
)

# Events out

OUTBOX_UNPUBLISHED_ROWS = _gauge(
    "outbox_unpublished_rows",
    ("service",),
    "Ledger rows committed and not yet acknowledged by the bus.",
    "Growing: the relay or the broker is down; nothing is lost meanwhile.",
)
OUTBOX_OLDEST_UNPUBLISHED_AGE_SECONDS = _gauge(
    "outbox_oldest_unpublished_age_seconds",
    ("service",),
    "Seconds since the oldest unsent ledger row was written, 0 when all are sent: the first figure to look at.",
    "Above a minute: check the broker, then the worker of this service.",
)
RELAY_SENT_TOTAL = _counter(
    "relay_sent_total",
    ("service",),
    "Ledger rows acknowledged by the bus; a row whose outcome was unknown counts each time it is sent.",
    "Flat while outbox_unpublished_rows grows: the relay is stuck.",
)
BUS_CLIENT_REBUILDS_TOTAL = _counter(
    "bus_client_rebuilds_total",
    ("service", "client"),
    "Times a bus client (relay or consumer) was thrown away and built anew.",
    "A few during a broker's restart are normal; a steady rate means network or broker trouble.",
)

# Database and process

BROKER_LOSSES_TOTAL = _counter(
    "broker_losses_total",
    ("service",),
    "Times a partition came back without events the broker had acknowledged; they are sent again from the ledger.",
    "Nothing to mend in Huiyin; find out why the broker lost its log (disk, unclean election, topic deleted).",
)

DB_POOL_IN_USE = _gauge(
    "db_pool_in_use",
    ("service",),
    "Database connections in use now.",
    "At db_pool_size for long: see db_pool_waiters.",
)
DB_POOL_SIZE = _gauge(
    "db_pool_size",
    ("service",),
    "Database connections that the pool may open.",
    "The sum over all processes must stay below max_connections.",
)
DB_POOL_WAITERS = _gauge(
    "db_pool_waiters",
    ("service",),
    "Tasks waiting for a database connection now.",
    "Above 0 for long: look for slow queries, then enlarge the pool.",
)
GROUP_COMMIT_BATCH_SIZE = _histogram(
    "group_commit_batch_size",
    ("service",),
    "Writes that shared one commit.",
    "1 at low load is right; 1 at high load means that grouping does not work.",
    BATCH_BUCKETS,
)
EVENT_LOOP_LAG_SECONDS = _histogram(
    "event_loop_lag_seconds",
    (),
    "Seconds that a timer of this process came late.",
    "Above 0.1 s: something blocks the event loop, or the processor is short.",
    LOOP_LAG_BUCKETS,
)

# The work itself

COMPLAINTS_OPEN = _gauge(
    "complaints_open",
    ("state",),
    "Cases not yet closed, by state.",
    "A figure for the office; one state that only grows shows where cases pile up.",
)
DEADLINES_OVERDUE = _gauge(
    "deadlines_overdue",
    ("deadline",),
    "Open deadlines that have passed, by which promise they guard (triage, sign, handle, callback).",
    "A figure for the office; supervision follows by itself.",
)
TIMERS_FIRED_TOTAL = _counter(
    "timers_fired_total",
    ("kind",),
    "Durable timers fired, by kind.",
    "Flat in working hours while cases are open: the followup worker is down.",
)
TIMERS_FAILED = _gauge(
    "timers_failed",
    (),
    "Durable timers set aside because firing them failed for good; all others go on.",
    "List them (GET /followup/v1/timers?state=failed), mend the cause, have the case's timers retried.",
)
VAULT_REVEALS_TOTAL = _counter(
    "vault_reveals_total",
    (),
    "Times a requester's identity was shown unmasked; each is also recorded with who and why.",
    "Unusually many: review the record of looks.",
)
CALENDAR_PROVISIONAL_DAYS_TOTAL = _counter(
    "calendar_provisional_days_total",
    (),
    "Days counted by weekday alone because the official calendar of their year is not known yet.",
    "Update the package chinesecalendar or list the year's days off in the pack.",
)

# The audit

LEDGER_AUDIT_VIOLATIONS = _gauge(
    "ledger_audit_violations",
    ("invariant",),
    "Differences that the last audit found, by invariant; must be 0.",
    "Treat as an incident: keep the databases as they are and run the audit by hand.",
)
LEDGER_AUDIT_LAST_SUCCESS_TIMESTAMP_SECONDS = _gauge(
    "ledger_audit_last_success_timestamp_seconds",
    (),
    "Unix time when an audit last ran to its end, 0 when none has since this process started.",
    "Older than a day and a bit: find out why the nightly audit does not run.",
)

CATALOGUE: tuple[MetricDoc, ...] = tuple(_documented)


def markdown() -> str:
    """The catalogue as a Markdown table, for docs/operations.md."""
    rows = ["| metric | kind | labels | meaning | what to do |", "|---|---|---|---|---|"]
    for doc in CATALOGUE:
        labels = ", ".join(f"`{label}`" for label in doc.labels) or "-"
        rows.append(f"| `{doc.name}` | {doc.kind} | {labels} | {doc.meaning} | {doc.what_to_do} |")
    return "\n".join(rows) + "\n"


def render(accept: str = "") -> tuple[bytes, str]:
    """The body and the content type of ``GET /metrics``, in the format that the Accept header asks for."""
    encode, content_type = choose_encoder(accept)
    return encode(REGISTRY), content_type
