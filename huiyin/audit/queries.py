"""The queries of the audit: one stream for each kind of row, over all services, ordered by the case."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from huiyin.audit.snapshot import NotThere, Snapshot
from libs.common.bus.flow import Service, Stream, said, stream_of, subscriptions

SERVICES: tuple[str, ...] = tuple(service.value for service in Service)
"""Also the names of their schemas; every name that these statements are made of is one of ours."""

SPEAKERS: dict[Stream, tuple[str, ...]] = {
    stream: tuple(s.value for s in Service if any(stream_of(event) is stream for event in said(s))) for stream in Stream
}
READERS: dict[Stream, tuple[str, ...]] = {
    stream: tuple(s.value for s in Service if stream in subscriptions(s)) for stream in Stream
}


_SCHEMAS = "SELECT nspname AS name FROM pg_namespace WHERE nspname = ANY($1::text[])"


async def check_all_there(cut: Snapshot) -> None:
    """NotThere, saying so, unless all four services are in this one database: several have no common cut."""
    there = {row["name"] for row in await cut.fetch(_SCHEMAS, list(SERVICES))}
    missing = [service for service in SERVICES if service not in there]
    if there and missing:
        raise NotThere(
            f"it holds {', '.join(sorted(there))}, and not {', '.join(missing)}; "
            "services in different databases have no common moment at which they could be compared"
        )


@dataclass(frozen=True, slots=True)
class KeySpan:
    """Keys from ``low`` up to, and without, ``high``; None is without a bound."""

    low: str | None = None
    high: str | None = None

    def condition(self, cut: Snapshot, column: str = "key") -> str:
        """To stand behind a WHERE clause."""
        bounds = ((">=", self.low), ("<", self.high))
        quoted = [(sign, bound.replace("'", "''")) for sign, bound in bounds if bound is not None]
        return "".join(f" AND {column}{cut.collation} {sign} '{bound}'" for sign, bound in quoted)


EVERYTHING, NOTHING = KeySpan(), KeySpan("", "")


def events_of(cut: Snapshot, stream: Stream, span: KeySpan = EVERYTHING) -> str:
    """Every event of a stream, with who said it."""
    columns = (
        "id, key, seq, part, type, payload::text AS payload, causes::text AS causes, hash, occurred_at, recorded_at"
    )
    where = f"stream = '{stream}'{span.condition(cut)}"
    return _everywhere(f"{columns} FROM {{service}}.ledger WHERE {where}", f"key{cut.collation}, seq")


def heads_of(cut: Snapshot, stream: Stream, span: KeySpan = EVERYTHING) -> str:
    """The heads of all keys."""
    where = f"stream = '{stream}'{span.condition(cut)}"
    return _everywhere(f"key, seq, hash FROM {{service}}.ledger_head WHERE {where}", f"key{cut.collation}")


def marks_of(cut: Snapshot, stream: Stream, span: KeySpan = EVERYTHING) -> str:
    """How far each reader has applied what each source said."""
    where = f"stream = '{stream}'{span.condition(cut)}"
    return _everywhere(f"key, source, seq FROM {{service}}.watermark WHERE {where}", f"key{cut.collation}")


def transit_of(cut: Snapshot, stream: Stream, topic: str, span: KeySpan = EVERYTHING, *, embedded_bus: bool) -> str:
    """Events that are on their way, or stopped: unsent, unread, parked (waiting, failed, behind) or dropped."""
    parts = [part for service in SERVICES for part in _kept(stream, service)]
    if embedded_bus:
        parts += _unread(stream, topic)
    transit = f"({' UNION ALL '.join(parts)}) AS transit"
    return f"SELECT * FROM {transit} WHERE true{span.condition(cut)} ORDER BY key{cut.collation}"  # noqa: S608


def _kept(stream: Stream, service: str) -> Iterator[str]:
    yield f"""
        SELECT 'unsent' AS place, NULL AS reader, l.key, '{service}' AS source, l.seq
        FROM {service}.ledger_unsent AS u JOIN {service}.ledger AS l ON l.id = u.id AND l.recorded_at = u.recorded_at
        WHERE l.stream = '{stream}'
    """  # noqa: S608
    yield f"SELECT state, '{service}', key, source, seq FROM {service}.parked WHERE stream = '{stream}'"  # noqa: S608
    dropped = f"{service}.parked_dropped WHERE stream = '{stream}'"
    yield f"SELECT 'dropped', '{service}', key, source, seq FROM {dropped}"  # noqa: S608


def _unread(stream: Stream, topic: str) -> Iterator[str]:
    quoted = topic.replace("'", "''")
    for reader in READERS[stream]:
        yield f"""
            SELECT 'unread', '{reader}', e.key, substr(h.attributes ->> 'ce_source', 9),
                (h.attributes ->> 'ce_sequence')::int
            FROM bus.topic AS t JOIN bus.partition_end AS w ON w.topic_id = t.id
            LEFT JOIN bus.position AS p ON p.topic_id = w.topic_id AND p.partition = w.partition
                AND p.reader_group = 'huiyin-{reader}'
            JOIN bus.entry AS e ON e.topic_id = w.topic_id AND e.partition = w.partition
                AND e.record_offset >= coalesce(p.next_offset, 0)
            CROSS JOIN LATERAL (SELECT e.headers::jsonb AS attributes) AS h
            WHERE t.name = '{quoted}' AND h.attributes ? 'ce_sequence' AND h.attributes ->> 'ce_source' LIKE '/huiyin/%'
        """  # noqa: S608


_TABLES: dict[str, tuple[str, str]] = {
    "cases": ("intake.cases", ""),
    "wording": ("intake.wording", ""),
    "requester": ("intake.requester", ""),
    "reveal": ("intake.reveal", ""),
    "case_key": ("intake.case_key", ""),
    "timeline": ("intake.timeline", "id"),
    "supplement": ("intake.supplement", "supplement_id"),
    "repeat": ("intake.repeat", "number"),
    "work": ("dispatch.work", ""),
    "dispatch.transition": ("dispatch.transition", "version"),
    "decision": ("dispatch.decision", "version"),
    "request": ("dispatch.request", "version"),
    "task": ("dispatch.task", "version, unit_code"),
    "arbitration": ("dispatch.arbitration", "version"),
    "duty_rule": ("dispatch.duty_rule", "rule_id"),
    "hearing": ("dispatch.hearing", "version"),
    "call": ("dispatch.call", "version, unit_code"),
    "whistle": ("dispatch.whistle", "version"),
    "consultation": ("dispatch.consultation", "version"),
    "call_score": ("dispatch.call_score", "whistle, unit_code"),
    "call_claim": ("dispatch.call_claim", "version"),
    "letter": ("(SELECT * FROM dispatch.letter WHERE case_id IS NOT NULL) AS letter", "letter_id"),
    "risk": ("dispatch.risk", "risk_id"),
    "aid": ("dispatch.aid", "found_at, aid_id"),
    "mediation": ("dispatch.mediation", "given_at, mediation_id"),
    "mediation_session": ("dispatch.mediation_session", "mediation_id, number"),
    "case_list": ("dispatch.case_list", "version"),
    "matter": ("followup.matter", ""),
    "followup.transition": ("followup.transition", "version"),
    "attempt": ("followup.attempt", "round, attempt"),
    "supervision": ("followup.supervision", ""),
    "clock": ("followup.clock", ""),
    "responsible": ("followup.responsible", ""),
    "callback": ("followup.callback", "round"),
    "judgement": ("followup.judgement", "number"),
    "exclusion": ("followup.exclusion", "asked_at, exclusion_id"),
    "objection": ("followup.objection", "round"),
    "intake.upper_order": ("intake.upper_order", ""),
    "followup.upper_order": ("followup.upper_order", ""),
    "upper_deadline": ("followup.upper_deadline", "edition"),
    "fact": ("analytics.fact", ""),
}
"""Every table with rows about a case, by the name under which the checks find it, and the order of its rows."""


def case_streams(cut: Snapshot, topic: str, span: KeySpan = EVERYTHING, *, embedded_bus: bool) -> dict[str, str]:
    """All that is known of a case, in every service."""
    where = f"WHERE true{span.condition(cut, 'case_id')} ORDER BY case_id{cut.collation}"
    return {
        "events": events_of(cut, Stream.CASES, span),
        "heads": heads_of(cut, Stream.CASES, span),
        "marks": marks_of(cut, Stream.CASES, span),
        "transit": transit_of(cut, Stream.CASES, topic, span, embedded_bus=embedded_bus),
        **{
            name: f"SELECT case_id AS key, * FROM {table} {where}{', ' * bool(order)}{order}"  # noqa: S608
            for name, (table, order) in _TABLES.items()
        },
    }


async def spans(cut: Snapshot, count: int, stream: Stream = Stream.CASES) -> list[KeySpan]:
    """All keys in so many parts of about the same number of cases, or of what intake speaks of on another stream."""
    sql = f"""
        SELECT DISTINCT bound FROM (
            SELECT unnest(percentile_disc($1::float8[]) WITHIN GROUP (ORDER BY key{cut.collation})) AS bound
            FROM intake.ledger_head WHERE stream = '{stream}'
        ) AS bounds WHERE bound IS NOT NULL ORDER BY 1
    """  # noqa: S608
    found = [row["bound"] for row in await cut.fetch(sql, [number / count for number in range(1, count)])]
    bounds = [None, *sorted(found), None]
    return [KeySpan(low, high) for low, high in pairwise(bounds)]


def _everywhere(template: str, order: str) -> str:
    parts = (f"SELECT '{service}' AS service, {template.format(service=service)}" for service in SERVICES)
    return f"{' UNION ALL '.join(parts)} ORDER BY {order}"
