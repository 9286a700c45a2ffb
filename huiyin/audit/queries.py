"""The queries of the audit: one stream for each kind of row, over all services, ordered by the case."""

from collections.abc import Iterator

from libs.common.bus.flow import Service, Stream, said, stream_of, subscriptions
from libs.common.database.cut import Cut, NotThere

SERVICES: tuple[str, ...] = tuple(service.value for service in Service)
"""Also the names of their schemas; every name that these statements are made of is one of ours."""

SPEAKERS: dict[Stream, tuple[str, ...]] = {
    stream: tuple(s.value for s in Service if any(stream_of(event) is stream for event in said(s))) for stream in Stream
}
READERS: dict[Stream, tuple[str, ...]] = {
    stream: tuple(s.value for s in Service if stream in subscriptions(s)) for stream in Stream
}


_SCHEMAS = "SELECT nspname AS name FROM pg_namespace WHERE nspname = ANY($1::text[])"


async def check_all_there(cut: Cut) -> None:
    """NotThere, saying so, unless all four services are in this one database: several have no common cut."""
    there = {row["name"] for row in await cut.fetch(_SCHEMAS, list(SERVICES))}
    missing = [service for service in SERVICES if service not in there]
    if there and missing:
        raise NotThere(
            f"it holds {', '.join(sorted(there))}, and not {', '.join(missing)}; "
            "services in different databases have no common moment at which they could be compared"
        )


def events_of(cut: Cut, stream: Stream) -> str:
    """Every event of a stream, with who said it."""
    columns = (
        "id, key, seq, part, type, payload::text AS payload, causes::text AS causes, hash, occurred_at, recorded_at"
    )
    return _everywhere(f"{columns} FROM {{service}}.ledger WHERE stream = '{stream}'", f"key{cut.collation}, seq")


def heads_of(cut: Cut, stream: Stream) -> str:
    """The heads of all keys."""
    return _everywhere(f"key, seq, hash FROM {{service}}.ledger_head WHERE stream = '{stream}'", f"key{cut.collation}")


def marks_of(cut: Cut, stream: Stream) -> str:
    """How far each reader has applied what each source said."""
    return _everywhere(f"key, source, seq FROM {{service}}.watermark WHERE stream = '{stream}'", f"key{cut.collation}")


def transit_of(cut: Cut, stream: Stream, topic: str, *, embedded_bus: bool) -> str:
    """Events that are on their way, or stopped: unsent, unread, parked (waiting, failed, behind) or dropped."""
    parts = [part for service in SERVICES for part in _kept(stream, service)]
    if embedded_bus:
        parts += _unread(stream, topic)
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS transit ORDER BY key{cut.collation}"  # noqa: S608


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


_TABLES = {
    "cases": "SELECT case_id AS key, * FROM intake.cases",
    "work": "SELECT case_id AS key, * FROM dispatch.work",
    "matter": "SELECT case_id AS key, * FROM followup.matter",
    "timer": "SELECT case_id AS key, * FROM followup.timer",
    "callback": "SELECT case_id AS key, * FROM followup.callback",
    "fact": "SELECT case_id AS key, * FROM analytics.fact",
}


def case_streams(cut: Cut, topic: str, *, embedded_bus: bool) -> dict[str, str]:
    """All that is known of a case, in every service, by the name under which the checks find it."""
    return {
        "events": events_of(cut, Stream.CASES),
        "heads": heads_of(cut, Stream.CASES),
        "marks": marks_of(cut, Stream.CASES),
        "transit": transit_of(cut, Stream.CASES, topic, embedded_bus=embedded_bus),
        **{name: f"{sql} ORDER BY case_id{cut.collation}" for name, sql in _TABLES.items()},
    }


def _everywhere(template: str, order: str) -> str:
    parts = (f"SELECT '{service}' AS service, {template.format(service=service)}" for service in SERVICES)
    return f"{' UNION ALL '.join(parts)} ORDER BY {order}"
