"""Every metric of Huiyin in one place: name, kind, labels, meaning, and what to do about it.

A constant is the metric's name in capitals, without the prefix that all have. ``CATALOGUE`` is filled by the same
calls that build the metrics, so the documentation cannot differ from what is exported. Labels are bounded: never a
case, a person, a phone or a street, and of what comes over a wire only what is known.

All four services may share one process, and each process holds the metrics of all: so ``service`` is a label wherever a
service speaks for itself, and nothing is told of a service that did not speak.
"""

import platform

from libs.common import catalogue
from libs.common.catalogue import PREFIX, MetricDoc, MetricKind, counter, gauge, histogram, info, markdown, render

__all__ = ["CATALOGUE", "OTHER", "PREFIX", "MetricDoc", "MetricKind", "markdown", "render", "tell_build"]

OTHER = "other"
"""A label for all that is not known."""

# Upper bounds in seconds. An event may wait out a broker's outage.
END_TO_END_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
LOOP_LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
# Requests that shared one commit.
BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

# What runs

BUILD_INFO = info(
    "huiyin_build_info",
    ("version", "python", "commit"),
    "1 for each process that is told of: the release, its Python, and the commit it was built of, empty where unknown.",
    "Two releases for long: a rollout stands still. Older than it should be: the deployment did not arrive.",
)

# HTTP

HTTP_REQUESTS_TOTAL = counter(
    "huiyin_http_requests_total",
    ("service", "route", "method", "code"),
    "Requests answered, probes (/healthz, /readyz, /metrics) left out; route is the template, never the path.",
    "A rising share of 5xx: read the logs of that service and route.",
)
HTTP_REQUEST_DURATION_SECONDS = histogram(
    "huiyin_http_request_duration_seconds",
    ("service", "route", "method"),
    "Seconds from the first byte of the request to the last byte of the answer.",
    "Slow on every route: look at huiyin_db_pool_waiters; slow on one: look at its query.",
)

# Events in

EVENTS_PROCESSED_TOTAL = counter(
    "huiyin_events_processed_total",
    ("service", "type", "result"),
    "Events read, by what came of them: applied, duplicate, skipped, own, parked or waiting; type is 'other' where "
    "this release does not know it.",
    "Duplicates are harmless; parked ones need a person.",
)
EVENT_PROCESS_DURATION_SECONDS = histogram(
    "huiyin_event_process_duration_seconds",
    ("service",),
    "Seconds to claim and apply one batch of events, its commit included.",
    "Rising with lag: the consumer is at its limit; add workers up to the number of partitions.",
)
EVENT_END_TO_END_SECONDS = histogram(
    "huiyin_event_end_to_end_seconds",
    ("service",),
    "Seconds from the ledger row of an event to its effect at this service.",
    "Above 5 s: look at huiyin_outbox_oldest_unpublished_age_seconds first, then at huiyin_consumer_lag_records.",
    END_TO_END_BUCKETS,
)
UNKNOWN_EVENTS_TOTAL = counter(
    "huiyin_unknown_events_total",
    ("service",),
    "Events skipped because this release does not know their type.",
    "Expected while a release rolls out; otherwise this service is older than its neighbours. The log names the types.",
)
CONSUMER_LAG_RECORDS = gauge(
    "huiyin_consumer_lag_records",
    ("service", "topic", "partition"),
    "Records of a partition that a service has not read, whoever reads for it; NaN while the bus cannot be asked.",
    "Growing: add workers; one partition only: look for a parked or a very busy key.",
)
CONSUMER_LAG_SECONDS = gauge(
    "huiyin_consumer_lag_seconds",
    ("service", "topic"),
    "Seconds for which the oldest record that a service has not read yet has waited, 0 when it has read all; "
    "at least so many, for a process that was started meanwhile.",
    "Above a minute: is the consumer halted, stuck or away? Else as for huiyin_consumer_lag_records.",
)
CONSUMER_LAST_PROGRESS_TIMESTAMP_SECONDS = gauge(
    "huiyin_consumer_last_progress_timestamp_seconds",
    ("service",),
    "Unix time of the last successful read of the bus, empty reads included.",
    "Older than two minutes: the consumer hangs; the watchdog restarts it, else restart the worker.",
)
CONSUMER_HALTED = gauge(
    "huiyin_consumer_halted",
    ("service",),
    "1 while a consumer has stopped itself because too many events in a row failed, else 0.",
    "Suspect the release, not the events: roll back or fix, then restart the worker.",
)
INBOX_PARKED_ROWS = gauge(
    "huiyin_inbox_parked_rows",
    ("service",),
    "Events that failed for good and wait for a person.",
    "List them (/ops/parked), mend the cause, replay them in order.",
)
INBOX_PARKED_KEYS = gauge(
    "huiyin_inbox_parked_keys",
    ("service",),
    "Cases (or other keys) that stand still at this service because an event of theirs failed for good.",
    "Each is one thing to look at: GET /ops/parked lists them with the reason.",
)
INBOX_PARKED_OLDEST_AGE_SECONDS = gauge(
    "huiyin_inbox_parked_oldest_age_seconds",
    ("service",),
    "Seconds since the oldest parked event was parked, 0 when none is.",
    "A case stands still for that long; see huiyin_inbox_parked_rows.",
)
INBOX_WAITING_ROWS = gauge(
    "huiyin_inbox_waiting_rows",
    ("service",),
    "Events held back in order behind a parked event or a gap of the same key, or until their pack version is here.",
    "Falls by itself when the gap is filled or the pack was read; if not, ask for a resend.",
)
RESENDS_REQUESTED_TOTAL = counter(
    "huiyin_resends_requested_total",
    ("service",),
    "Times this service asked a source to send events of a key again, because of a gap.",
    "Now and then is normal; a steady rate means that the bus loses records.",
)

# What a worker does every ten minutes

TIDYING_FAILURES_TOTAL = counter(
    "huiyin_tidying_failures_total",
    ("service", "matter"),
    "Times a matter that a worker sees to every ten minutes could not be done; the others are done all the same.",
    "Now and then is trouble with the database or a disk; each time the same matter: the log says what is wrong.",
)

# Events out

OUTBOX_UNPUBLISHED_ROWS = gauge(
    "huiyin_outbox_unpublished_rows",
    ("service",),
    "Ledger rows committed and not yet acknowledged by the bus.",
    "Growing: the relay or the broker is down; nothing is lost meanwhile.",
)
OUTBOX_OLDEST_UNPUBLISHED_AGE_SECONDS = gauge(
    "huiyin_outbox_oldest_unpublished_age_seconds",
    ("service",),
    "Seconds since the oldest unsent ledger row was written, 0 when all are sent: the first figure to look at.",
    "Above a minute: check the broker, then the worker of this service.",
)
RELAY_PARTS_UNOWNED = gauge(
    "huiyin_relay_parts_unowned",
    ("service",),
    "Parts of the ledger (of 16) whose unsent rows no relay of any process looks after now.",
    "Above 0 for a minute: no worker of this service runs, or none reaches the database.",
)
RELAY_SENT_TOTAL = counter(
    "huiyin_relay_sent_total",
    ("service",),
    "Ledger rows acknowledged by the bus; a row whose outcome was unknown counts each time it is sent.",
    "Flat while huiyin_outbox_unpublished_rows grows: the relay is stuck.",
)
BUS_CLIENT_REBUILDS_TOTAL = counter(
    "huiyin_bus_client_rebuilds_total",
    ("service", "client"),
    "Times a bus client (relay or consumer) was thrown away and built anew.",
    "A few during a broker's restart are normal; a steady rate means network or broker trouble.",
)

BROKER_LOSSES_TOTAL = counter(
    "huiyin_broker_losses_total",
    ("service",),
    "Times a partition came back without events the broker had acknowledged; they are sent again from the ledger.",
    "Nothing to mend in Huiyin; find out why the broker lost its log (disk, unclean election, topic deleted).",
)

# Database and process

DB_POOL_IN_USE = gauge(
    "huiyin_db_pool_in_use",
    ("service", "pool"),
    "Database connections in use now; the pool `door` serves requests, `work` all else.",
    "At huiyin_db_pool_size for long: see huiyin_db_pool_waiters.",
)
DB_POOL_SIZE = gauge(
    "huiyin_db_pool_size",
    ("service", "pool"),
    "Database connections that the pool may open.",
    "The sum over all processes must stay below max_connections.",
)
DB_POOL_WAITERS = gauge(
    "huiyin_db_pool_waiters",
    ("service", "pool"),
    "Tasks waiting for a database connection now.",
    "Above 0 for long: look for slow queries, then enlarge the pool.",
)
DATABASE_TROUBLES_TOTAL = counter(
    "huiyin_database_troubles_total",
    ("service", "pool"),
    "Units of work that PostgreSQL did not finish: away, full, a lock or a connection not got in time. Each is tried "
    "again, or refused with 503.",
    "A few at a failover are normal; a steady rate: look at the database's own log, its connections and locks.",
)
DATABASE_FULL_TOTAL = counter(
    "huiyin_database_full_total",
    ("service", "pool"),
    "Units of work that PostgreSQL refused because it has no room left for its data; counted as troubles, too.",
    "Above 0: make room for PostgreSQL (its data folder); nothing else has to be done.",
)
GROUP_COMMIT_WAITING = gauge(
    "huiyin_group_commit_waiting",
    ("service",),
    "Writes that wait for the commit after the one under way.",
    "Hundreds for long: the database is at its limit; beyond 2000 requests are refused.",
)
GROUP_COMMIT_REFUSALS_TOTAL = counter(
    "huiyin_group_commit_refusals_total",
    ("service",),
    "Writes refused with 503 because too many waited already.",
    "Above 0: see huiyin_group_commit_waiting; more processes help only if the database has room.",
)
GROUP_COMMIT_BATCH_SIZE = histogram(
    "huiyin_group_commit_batch_size",
    ("service",),
    "Writes that shared one commit.",
    "1 at low load is right; 1 at high load means that grouping does not work.",
    BATCH_BUCKETS,
)
EVENT_LOOP_LAG_SECONDS = histogram(
    "huiyin_event_loop_lag_seconds",
    (),
    "Seconds that a timer of this process came late.",
    "Above 0.1 s: something blocks the event loop, or the processor is short.",
    LOOP_LAG_BUCKETS,
)

CLOCK_SKEW_SECONDS = gauge(
    "huiyin_clock_skew_seconds",
    ("service",),
    "How far the clock of this process is ahead of the database's; negative when it is behind.",
    "Beyond a second: mend time synchronisation on that machine; deadlines hang on it.",
)

# The work itself

COMPLAINTS_OPEN = gauge(
    "huiyin_complaints_open",
    ("service", "state"),
    "Cases not yet closed, by state.",
    "A figure for the office; one state that only grows shows where cases pile up.",
)
DEADLINES_OVERDUE = gauge(
    "huiyin_deadlines_overdue",
    ("service", "deadline"),
    "Open deadlines that have passed, by which promise they guard (triage, sign, handle, callback).",
    "A figure for the office; supervision follows by itself.",
)
TIMERS_FIRED_TOTAL = counter(
    "huiyin_timers_fired_total",
    ("service", "kind"),
    "Durable timers fired, by kind.",
    "Flat in working hours while cases are open: the followup worker is down.",
)
TIMERS_LATE_SECONDS = gauge(
    "huiyin_timers_late_seconds",
    ("service",),
    "Seconds since the earliest timer that has not fired yet was due, 0 when none is due.",
    "Some seconds are normal. Above a minute: the followup worker is down, or waits for events to be read first.",
)
TIMERS_FAILED = gauge(
    "huiyin_timers_failed",
    ("service",),
    "Durable timers set aside because firing them failed for good; all others go on.",
    "List them (GET /followup/v1/timers?state=failed), mend the cause, have the case's timers retried.",
)
PACK_VERSIONS_UNREADABLE = gauge(
    "huiyin_pack_versions_unreadable",
    ("service",),
    "Pack versions of a newer release that this one cannot follow; events of cases under them wait.",
    "Bring the newer release back to this service; nothing is lost meanwhile.",
)
PACK_VERSIONS_MISSING = gauge(
    "huiyin_pack_versions_missing",
    ("service",),
    "Pack versions that events wait for and that have not arrived at this service; they were asked for.",
    "Falls by itself within seconds; if not, look at the topic `directory` and at dispatch's worker.",
)
PACK_PARTS_IGNORED = gauge(
    "huiyin_pack_parts_ignored",
    ("service",),
    "Rates, questions and limits of loaded packs that this release does not know and leaves out; the log names them.",
    "Expected while a release rolls out; otherwise this service is older than the pack.",
)
CASES_OF_REMOVED_UNITS = gauge(
    "huiyin_cases_of_removed_units",
    ("service",),
    "Open cases led by a unit that the pack in force no longer has, and that no successor could be given.",
    "A dispatcher has to give them to another unit (GET /dispatch/v1/work?unit_code=...), or the pack a successor.",
)
REQUESTS = gauge(
    "huiyin_requests",
    ("service", "kind", "state"),
    "What units asked for (a return, more time, a suspension ...) by kind, and by what became of it.",
    "Many pending: somebody has to decide (GET /dispatch/v1/requests?state=pending); many lapsed: it was too late.",
)
RESPONSIBLE_VACANT = gauge(
    "huiyin_responsible_vacant",
    ("service",),
    "Open cases, and open parts of other units in them, whose responsible person is in office at the unit no longer.",
    "The unit has to name another of its people (POST /dispatch/v1/cases/{case_id}/responsible).",
)
VAULT_REVEALS_TOTAL = counter(
    "huiyin_vault_reveals_total",
    ("service", "result"),
    "Looks at who spoke, or how one of the staff is reached: shown, each on the record; refused, as too many an hour.",
    "Any refused, or unusually many: review the record; see the alerts LooksRefused and LooksUnusual.",
)
SIGN_INS_TOTAL = counter(
    "huiyin_sign_ins_total",
    ("service", "result"),
    "Tries to sign in to own accounts: done, wrong, waits (429), refused (no post in office, first password ended).",
    "Many wrong or waiting: somebody guesses; see the alert SignInsGuessed.",
)
CALENDAR_PROVISIONAL_DAYS_TOTAL = counter(
    "huiyin_calendar_provisional_days_total",
    ("service",),
    "Days counted by weekday alone because the official calendar of their year is not known yet.",
    "Update the package chinesecalendar or list the year's days off in the pack.",
)

# The audit and the anchors: imported here for the order of the table

from libs.common import ledger_metrics as _of_ledgers  # noqa: E402, F401
from libs.common import visit_metrics as _of_visits  # noqa: E402, F401

CATALOGUE: tuple[MetricDoc, ...] = catalogue.documented()


def tell_build(version: str, commit: str) -> None:
    """Say of this process what it is made of."""
    BUILD_INFO.info({"version": version, "python": platform.python_version(), "commit": commit})
