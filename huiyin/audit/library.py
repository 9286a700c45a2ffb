"""I2, I3, I4 and I6 for the library's own tables: ids of events, packs, people, kept answers, relay marks, what was
dropped.

They are few, or the database looks at them: whatever their number, only what is wrong comes here.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from huiyin.audit.accounts import check_accounts
from huiyin.audit.case import ANALYTICS, INTAKE
from huiyin.audit.letters import check_letters
from huiyin.audit.people import check_people
from huiyin.audit.queries import SERVICES, SPEAKERS
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Row, Snapshot
from libs.common.bus.flow import Stream

_CREATED, _REGISTRATION = 201, ["POST", "/intake/v1/cases"]
_EVERY_ID = " UNION ALL ".join(f"SELECT event_id FROM {service}.ledger" for service in SERVICES)  # noqa: S608
_PLACES = " UNION ALL ".join(
    f"SELECT '{service}' AS service, key, seq, event_id::text AS id FROM {service}.ledger JOIN twice USING (event_id)"  # noqa: S608
    for service in SERVICES
)
_ID_TWICE = f"""
    WITH twice AS (SELECT event_id FROM ({_EVERY_ID}) AS every GROUP BY 1 HAVING count(*) > 1 LIMIT 1000)
    {_PLACES} ORDER BY id, service, key, seq
"""  # noqa: S608
_OUT_OF_TIME = """
    SELECT key, seq, recorded_at FROM (
        SELECT key, seq, recorded_at, occurred_at, lag(id) OVER ids AS before, lead(id) OVER ids AS after,
            max(recorded_at) OVER near AS latest, min(recorded_at) OVER near AS earliest
        FROM {service}.ledger WINDOW ids AS (ORDER BY id),
            near AS (ORDER BY id ROWS BETWEEN 4 PRECEDING AND 4 FOLLOWING EXCLUDE CURRENT ROW)) AS row
    WHERE before IS NOT NULL AND after IS NOT NULL AND abs(extract(epoch FROM recorded_at - occurred_at)) > 600
        AND (recorded_at > latest + interval '10 minutes' OR recorded_at < earliest - interval '10 minutes')
"""
"""The database counts rows up as it writes them. A clock that was set, on all machines or on its own alone, shows in
the row's own moment, which its hash holds, or in rows near it: those of several transactions at once mix.
"""
_PACKS = """
    WITH said AS (
        SELECT key, seq, payload ->> 'digest' AS digest, payload::jsonb -> 'document' AS document,
            (payload ->> 'version')::int AS version, occurred_at
        FROM dispatch.ledger WHERE type = 'cn.huiyin.directory.pack_published'
    )
    SELECT coalesce(said.version, kept.version) AS version, said.seq, kept.version IS NULL AS lacking,
        coalesce(said.seq > (SELECT seq FROM {service}.watermark WHERE stream = 'directory' AND key = said.key
                             AND source = 'dispatch'), '{service}' <> 'dispatch')
            OR EXISTS (SELECT FROM {service}.parked_dropped AS gone WHERE gone.stream = 'directory'
                       AND gone.key = said.key AND gone.seq = said.seq) AS is_on_its_way,
        array_remove(ARRAY[CASE WHEN kept.place_code <> said.key THEN 'place_code' END,
            CASE WHEN kept.digest <> said.digest THEN 'digest' END,
            CASE WHEN kept.document <> said.document THEN 'document' END,
            CASE WHEN kept.effective_from <> said.occurred_at THEN 'effective_from' END], NULL) AS wrong
    FROM said FULL JOIN {service}.pack AS kept USING (version) ORDER BY 1
"""
_ANSWERS = "SELECT scope, status, body, answered_at FROM {service}.answer ORDER BY answered_at"
_CASES = "SELECT case_id, case_no, registered_at FROM intake.cases WHERE case_id = ANY($1::text[])"
_NUMBERS = """
    WITH given AS (
        SELECT left(case_no, length(case_no) - 13) AS county, left(right(case_no, 13), 6) AS day,
            max(case_no) AS highest FROM intake.cases WHERE case_no ~ '^[0-9]{19}([0-9]{3})?$' GROUP BY 1, 2
    )
    SELECT given.*, kept.last FROM given LEFT JOIN intake.case_number AS kept
        ON kept.county = given.county AND to_char(kept.day, 'YYMMDD') = given.day
    WHERE kept.last IS NULL OR kept.last < left(right(highest, 7), 6)::int ORDER BY 1, 2
"""
_FRESH = """
    SELECT part, as_of, newest FROM analytics.freshness
    CROSS JOIN (SELECT max(updated_at) AS newest FROM analytics.fact) AS facts
    WHERE as_of <> 'epoch' AND (newest IS NULL OR as_of > newest) ORDER BY as_of DESC LIMIT 1
"""
"""Every part has a row from the start: of the epoch, until something was folded in it."""
_STALE = """
    SELECT 1 WHERE EXISTS (SELECT FROM analytics.fact)
        AND NOT EXISTS (SELECT FROM analytics.freshness WHERE as_of <> 'epoch')
"""
_MARKS = """
    SELECT EXISTS (SELECT FROM {service}.ledger WHERE stream = '{stream}'
                   AND NOT EXISTS (SELECT FROM {service}.ledger_unsent AS unsent WHERE unsent.id = ledger.id))
        AND NOT EXISTS (SELECT FROM {service}.relay_mark WHERE topic LIKE '%{stream}') AS is_emptied
"""
"""Under whatever prefix: what was sent before a place moved to another is remembered under that one."""
_ENDS = """
    SELECT coalesce(max(next_offset), 0) AS n FROM bus.partition_end JOIN bus.topic ON topic.id = topic_id
    WHERE name = $1
"""
_NOT_AS_SAID = """
    SELECT kept.key, kept.seq, said.seq IS NULL AS unsaid FROM {reader}.{table} AS kept
    LEFT JOIN {source}.ledger AS said USING (stream, key, seq)
    WHERE kept.source = '{source}' AND (said.seq IS NULL OR said.type <> kept.type
        OR convert_to(said.payload::text, 'UTF8') <> kept.value
        OR said.event_id::text IS DISTINCT FROM kept.headers ->> 'ce_id')
    ORDER BY 1, 2
"""


async def check_library(cut: Snapshot, findings: Findings, topic_prefix: str, *, embedded_bus: bool) -> None:
    """Every table of the library that is not read case by case."""
    for row in await cut.fetch(_ID_TWICE):
        message = f"ledger: event_id {row['id']} of event {row['seq']} stands twice"
        findings.violated(Invariant.CHAIN, row["key"], row["service"], message)
    for service in SERVICES:
        async for rows in cut.stream(_OUT_OF_TIME.format(service=service)):
            for row in rows:
                message = f"event {row['seq']}: recorded_at is {row['recorded_at'].isoformat()}, its neighbours' is not"
                findings.violated(Invariant.CHAIN, row["key"], service, message)
        await _check_packs(cut, findings, service)
        await _check_answers(cut, findings, service)
        for table in ("parked", "parked_dropped"):
            for source in (source for source in SERVICES if source != service):
                await _check_kept_events(cut, findings, service, table, source)
    for stream, speakers in SPEAKERS.items():
        topic = f"{topic_prefix}{stream}"
        if not embedded_bus or (await cut.fetch(_ENDS, topic))[0]["n"]:
            await _check_marks(cut, findings, stream, topic, speakers)
    await check_people(cut, findings)
    await check_accounts(cut, findings)
    await check_letters(cut, findings)
    await _check_numbers(cut, findings)
    await _check_freshness(cut, findings)


async def _check_packs(cut: Snapshot, findings: Findings, service: str) -> None:
    """A version is what dispatch published, in every service that heard of it."""
    for row in await cut.fetch(_PACKS.format(service=service)):
        findings.checked[Invariant.STATE] += 1
        place = f"pack version {row['version']}"
        if row["seq"] is None:
            findings.violated(Invariant.STATE, place, service, "pack: this version is there, nobody published it")
        elif row["lacking"] and not row["is_on_its_way"]:
            findings.violated(Invariant.STATE, place, service, "pack: this version is not there, and was published")
        for column in row["wrong"]:
            findings.violated(Invariant.STATE, place, service, f"pack: {column} is not what was published")


async def _check_answers(cut: Snapshot, findings: Findings, service: str) -> None:
    """Whatever case a kept answer names is that case; each registration is answered with a case of its own."""
    registered: dict[str, datetime] = {}
    async for rows in cut.stream(_ANSWERS.format(service=service)):
        named = [(row, one) for row in rows for one in _cases_in(_document(bytes(row["body"])))]
        ids = list({one["case_id"] for _, one in named})
        known = {row["case_id"]: row for row in await cut.fetch(_CASES, ids)} if ids else {}
        findings.checked[Invariant.STATE] += len(rows)
        for row, one in named:
            case_id = one["case_id"]
            wrong = list(_wrong_columns(one, known.get(case_id)))[:1]
            is_registration = row["status"] == _CREATED and row["scope"].split()[1:3] == _REGISTRATION
            if is_registration and registered.setdefault(case_id, row["answered_at"]) != row["answered_at"]:
                wrong.append("a second registration was answered with this one case")
            for what in wrong:
                findings.violated(Invariant.STATE, case_id, service, f"answer of {row['scope']}: {what}")


def _wrong_columns(one: Mapping[str, Any], case: Row | None) -> Iterator[str]:
    for column in ("case_id", "case_no", "registered_at"):
        should = None if case is None else case[column]
        should = should.isoformat() if isinstance(should, datetime) else should
        if one.get(column) is not None and str(one[column]).replace("Z", "+00:00") != should:
            yield f"{column} is {one[column]}, that of the case is {should or 'nothing'}"


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _cases_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("case_id"), str):
            yield value
        for inner in value.values():
            yield from _cases_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cases_in(inner)


async def _check_kept_events(cut: Snapshot, findings: Findings, reader: str, table: str, source: str) -> None:
    """What is parked, or was dropped, is what its source said; whether its effect is there the rows say."""
    for row in await cut.fetch(_NOT_AS_SAID.format(reader=reader, table=table, source=source)):
        what = "was never said" if row["unsaid"] else "is not what was said"
        findings.violated(Invariant.APPLIED, row["key"], reader, f"{table}: event {row['seq']} of {source} {what}")


async def _check_marks(
    cut: Snapshot, findings: Findings, stream: Stream, topic: str, speakers: tuple[str, ...]
) -> None:
    """Of what a service sent something is remembered, so that a broker that loses it is noticed."""
    for service in speakers:
        if (await cut.fetch(_MARKS.format(service=service, stream=stream)))[0]["is_emptied"]:
            message = f"relay_mark: something was sent to {topic}, and nothing of it is remembered"
            findings.violated(Invariant.SENT, topic, service, message)


async def _check_numbers(cut: Snapshot, findings: Findings) -> None:
    """No case number will be given out a second time."""
    for row in await cut.fetch(_NUMBERS):
        message = f"case_number: last is {row['last'] or 0}, and {row['highest']} was given out"
        findings.violated(Invariant.STATE, f"{row['county']} {row['day']}", INTAKE, message)


async def _check_freshness(cut: Snapshot, findings: Findings) -> None:
    """The figures say that they are as new as the newest event in them."""
    for row in await cut.fetch(_FRESH):
        message = f"freshness: as_of is {row['as_of'].isoformat()}"
        newest = (
            "nothing was folded" if row["newest"] is None else f"the newest event is of {row['newest'].isoformat()}"
        )
        findings.violated(Invariant.FIGURE, f"part {row['part']}", ANALYTICS, f"{message}; {newest}")
    if await cut.fetch(_STALE):
        findings.violated(
            Invariant.FIGURE, "freshness", ANALYTICS, "freshness: there are facts, and no row says how new"
        )
