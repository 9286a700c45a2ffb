"""Applying what others said: each event exactly once, in the order it was said, its causes before it.

Per key and source a watermark holds the last ``seq`` applied. In the transaction of the effect it moves by one:

seq <= watermark            a duplicate: skipped
key has a failed event      parked behind it, so the key keeps its order while all others flow
seq > watermark + 1         a gap: parked as waiting, until the source has sent what is missing
a cause not yet applied     waiting too
its pack version not here   waiting too, until that has been read
else                        applied, and whatever waited for it after it

Whoever applies claims first: the watermarks are moved by compare-and-set, so a second reader that took the same records
(a process that was thought dead) is rolled back by ``Overtaken``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import orjson

from libs.common.bus.codec import Envelope, cause_of, decode_event, from_record, to_headers
from libs.common.database.session import Session
from libs.common.delivery.handlers import Reactions
from libs.common.delivery.packs import ask_for_packs, lacking_packs
from libs.common.errors import Overtaken
from libs.common.events.base import Event
from libs.common.run.failpoints import failpoint
from libs.common.time.clock import Clock

Key = tuple[str, str]
"""(stream, key)"""

TRIES = 5
"""How often an event is tried in all before it waits for a person; a ``Permanent`` one once."""
FIRST_AGAIN = 1.0
"""Seconds from the first try to the second; each wait after it is twice as long."""


@dataclass(slots=True)
class Ready:
    """What a batch comes to: in the order in which it is applied."""

    apply: list[Envelope] = field(default_factory=list)
    wait: list[tuple[Envelope, str]] = field(default_factory=list)
    behind: list[Envelope] = field(default_factory=list)
    duplicates: list[Envelope] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    """Ids of parked rows that are applied now."""
    lacking: Mapping[str, int] = field(default_factory=dict)
    """By event id the pack version that is not here and that it needs."""
    under_way: Envelope | None = None
    """The one whose handler runs; None before and after all of them."""
    before: dict[tuple[str, str, str], int] = field(default_factory=dict)
    after: dict[tuple[str, str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that is to be kept, in which state and why; ``again_in`` seconds it is tried again by itself.

    ``needs_pack``: it is tried as soon as this pack version is here, which has just been asked for.
    """

    envelope: Envelope
    state: str
    reason: str
    tries: int = 0
    again_in: float | None = None
    needs_pack: int | None = None


@dataclass(slots=True)
class _KeyState:
    marks: dict[str, int] = field(default_factory=dict)
    failed: bool = False
    waiting: list[tuple[int | None, Envelope]] = field(default_factory=list)
    parked: set[tuple[str, int]] = field(default_factory=set)


_BEHIND = "an earlier event of this key failed"

_STATE = """
    WITH wanted AS (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS w(stream, key))
    SELECT 'mark' AS what, m.stream, m.key, m.source, m.seq, NULL::bigint AS id, NULL::text AS headers,
           NULL::bytea AS value
    FROM watermark m JOIN wanted USING (stream, key)
    UNION ALL
    SELECT p.state, p.stream, p.key, p.source, p.seq, p.id, p.headers::text, p.value
    FROM parked p JOIN wanted USING (stream, key)
    ORDER BY id NULLS FIRST
"""

_CLAIM = """
    WITH moves AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[])
            AS m(stream, key, source, before, after)
    ), moved AS (
        UPDATE watermark SET seq = moves.after FROM moves
        WHERE watermark.stream = moves.stream AND watermark.key = moves.key AND watermark.source = moves.source
          AND watermark.seq = moves.before
        RETURNING 1
    ), made AS (
        INSERT INTO watermark (stream, key, source, seq)
        SELECT stream, key, source, after FROM moves WHERE before = 0 ORDER BY stream, key, source
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM made) AS claimed
"""

_PARK = """
    INSERT INTO parked (stream, key, source, seq, state, type, headers, value, reason, tries, again_at, needs_pack,
                        asked_at)
    SELECT stream, key, source, seq, state, type, headers::jsonb, value, reason, tries,
           now() + again_in * interval '1 second', needs_pack, CASE WHEN needs_pack IS NOT NULL THEN now() END
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::bytea[],
                $9::text[], $10::int[], $11::float8[], $12::int[])
        AS p(stream, key, source, seq, state, type, headers, value, reason, tries, again_in, needs_pack)
    ON CONFLICT (stream, key, source, seq) DO NOTHING
"""


async def sort_out(session: Session, reactions: Reactions, envelopes: Sequence[Envelope]) -> Ready:
    """Look at each event against the watermarks, the packs and what is parked; nothing is written yet."""
    states = await _states(session, {(envelope.stream, envelope.key) for envelope in envelopes})
    ready = Ready(lacking=await lacking_packs(session, reactions, chain(envelopes, _parked(states.values()))))
    for envelope in envelopes:
        state = states[envelope.stream, envelope.key]
        _place(session.service, state, envelope, None, ready)
    for state in states.values():
        ready.wait += [
            (envelope, _why(session.service, state, envelope, ready)) for row, envelope in state.waiting if row is None
        ]
    return ready


async def next_parked(session: Session, reactions: Reactions, stream: str, key: str) -> Ready:
    """The first parked event of a key that can be applied now, as if none of them had failed before."""
    state = (await _states(session, {(stream, key)}))[stream, key]
    ready = Ready(lacking=await lacking_packs(session, reactions, _parked([state])))
    _release(session.service, state, ready, at_most=1)
    return ready


async def apply(session: Session, clock: Clock, reactions: Reactions, ready: Ready) -> None:
    """Claim the watermarks, run the handlers in order, park what has to wait. Raises whatever a handler raises."""
    await _claim(session, ready)
    await failpoint("consumer.after_claim")
    heard = list(_decoded(ready, reactions.heard))
    ready.under_way = None
    await reactions.prepare(session, [event for _, event in heard])
    for envelope, event in heard:
        ready.under_way = envelope
        session.now = clock.reacting_to(envelope.occurred_at)
        session.cause = cause_of(envelope)
        session.traceparent = envelope.traceparent
        await reactions.handlers[type(event)](session, event)
    ready.under_way = session.cause = None
    await _make_wait(session, ready)
    await park(session, [Parked(envelope, "behind", _BEHIND) for envelope in ready.behind])
    if ready.released:
        await session.fetch("DELETE FROM parked WHERE id = ANY($1::bigint[])", ready.released)


async def _make_wait(session: Session, ready: Ready) -> None:
    needed = [ready.lacking.get(envelope.event_id) for envelope, _ in ready.wait]
    await ask_for_packs(session, {version for version in needed if version is not None})
    rows = zip(ready.wait, needed, strict=True)
    await park(session, [Parked(one, "waiting", why, needs_pack=version) for (one, why), version in rows])


async def park(session: Session, rows: Sequence[Parked]) -> None:
    """Keep events in order; one that is parked already stays as it is."""
    if not rows:
        return
    columns: list[list[object]] = [[] for _ in range(12)]
    for row in rows:
        envelope = row.envelope
        values = (
            envelope.stream,
            envelope.key,
            envelope.source,
            envelope.seq,
            row.state,
            envelope.type_name,
            orjson.dumps(to_headers(envelope)).decode(),
            envelope.value,
            row.reason[:2_000],
            row.tries,
            row.again_in,
            row.needs_pack,
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    await session.fetch(_PARK, *columns)


def _decoded(ready: Ready, heard: frozenset[str]) -> Iterator[tuple[Envelope, Event]]:
    for envelope in ready.apply:
        if envelope.type_name not in heard:
            continue
        ready.under_way = envelope
        event = decode_event(envelope.type_name, envelope.value)
        if event is not None:
            yield envelope, event


async def _states(session: Session, keys: set[Key]) -> defaultdict[Key, _KeyState]:
    states: defaultdict[Key, _KeyState] = defaultdict(_KeyState)
    ordered = sorted(keys)
    rows = await session.fetch(_STATE, [stream for stream, _ in ordered], [key for _, key in ordered])
    for what, stream, key, source, seq, row, headers, value in rows:
        state = states[stream, key]
        if what == "mark":
            state.marks[source] = seq
            continue
        state.parked.add((source, seq))
        state.failed |= what == "failed"
        state.waiting.append((row, from_record(stream, orjson.loads(headers), bytes(value))))
    return states


def _parked(states: Iterable[_KeyState]) -> Iterator[Envelope]:
    return (envelope for state in states for _, envelope in state.waiting)


def _place(service: str, state: _KeyState, envelope: Envelope, row: int | None, ready: Ready) -> None:
    if (
        envelope.source == service
        or envelope.seq <= state.marks.get(envelope.source, 0)
        or (envelope.source, envelope.seq) in state.parked
    ):
        ready.duplicates.append(envelope)
    elif state.failed:
        state.parked.add((envelope.source, envelope.seq))
        ready.behind.append(envelope)
    elif _is_next(service, state, envelope, ready):
        _take(state, envelope, ready)
        _release(service, state, ready)
    else:
        state.parked.add((envelope.source, envelope.seq))
        state.waiting.append((row, envelope))


def _take(state: _KeyState, envelope: Envelope, ready: Ready) -> None:
    place = (envelope.stream, envelope.key, envelope.source)
    ready.before.setdefault(place, state.marks.get(envelope.source, 0))
    ready.after[place] = state.marks[envelope.source] = envelope.seq
    ready.apply.append(envelope)


def _release(service: str, state: _KeyState, ready: Ready, at_most: int | None = None) -> None:
    """Take what waited as long as something fits; stale copies of what was applied meanwhile are let go."""
    moved = True
    while moved:
        moved = False
        for item in list(state.waiting):
            if at_most is not None and len(ready.apply) >= at_most:
                return
            row, envelope = item
            stale = envelope.seq <= state.marks.get(envelope.source, 0)
            if not stale and not _is_next(service, state, envelope, ready):
                continue
            state.waiting.remove(item)
            if row is not None:
                ready.released.append(row)
            if not stale:
                _take(state, envelope, ready)
            moved = True


def _is_next(service: str, state: _KeyState, envelope: Envelope, ready: Ready) -> bool:
    return (
        envelope.seq == state.marks.get(envelope.source, 0) + 1
        and not _missing_causes(service, state, envelope)
        and envelope.event_id not in ready.lacking
    )


def _missing_causes(service: str, state: _KeyState, envelope: Envelope) -> list[str]:
    return [
        source
        for source, seq in envelope.causes.items()
        if source not in (service, envelope.source) and state.marks.get(source, 0) < seq
    ]


def _why(service: str, state: _KeyState, envelope: Envelope, ready: Ready) -> str:
    mark = state.marks.get(envelope.source, 0)
    if envelope.event_id in ready.lacking:
        return f"pack version {ready.lacking[envelope.event_id]} is not here, or not readable by this release"
    if envelope.seq > mark + 1:
        return f"gap: {envelope.source} {mark + 1}..{envelope.seq - 1} not seen yet"
    return f"causes not seen yet: {', '.join(_missing_causes(service, state, envelope))}"


async def _claim(session: Session, ready: Ready) -> None:
    if not ready.after:
        return
    places = sorted(ready.after)
    rows = await session.fetch(
        _CLAIM,
        [stream for stream, _, _ in places],
        [key for _, key, _ in places],
        [source for _, _, source in places],
        [ready.before[place] for place in places],
        [ready.after[place] for place in places],
    )
    if rows[0].claimed != len(places):
        raise Overtaken("another reader applied some of these events")
    for (stream, key, source), seq in ready.after.items():
        session.learned.setdefault((stream, key), {})[source] = seq


def reason_of(error: Exception) -> str:
    """Why an event failed, as it is kept with it."""
    return f"{type(error).__name__}: {error}"


def lag_of(envelope: Envelope, now: datetime) -> float:
    """Seconds from the recording of an event to now, never negative."""
    return max(0.0, (now - envelope.recorded_at).total_seconds())
