"""Events to and from CloudEvents 1.0 in Kafka's binary mode: attributes in ``ce_`` headers, the event as JSON value."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from libs.common.bus.flow import EVENT_TYPES
from libs.common.errors import Permanent
from libs.common.events.base import Cause, Event

UNREADABLE = "cn.huiyin.unreadable"
"""Type under which a record that is no event of ours is parked."""


class Envelope(NamedTuple):
    """An event as it was said: where it stands in its source's ledger and what its speaker had read before.

    ``causes`` maps other services to the last ``seq`` of this key that the speaker had applied: a reader waits until it
    has applied as much, so that a cause stands before its effect even after a topic was wiped and refilled.
    """

    event_id: str
    source: str
    stream: str
    key: str
    seq: int
    type_name: str
    occurred_at: datetime
    recorded_at: datetime
    causes: Mapping[str, int]
    traceparent: str | None
    value: bytes

    @property
    def trace_id(self) -> str | None:
        """The trace of the request that it goes back to."""
        return None if self.traceparent is None else self.traceparent[3:35]


def cause_of(envelope: Envelope) -> Cause:
    """The event by its identity alone."""
    return Cause(envelope.source, envelope.stream, envelope.key, envelope.seq, envelope.event_id)


def encode_event(event: Event) -> bytes:
    """The JSON of an event's own fields."""
    return event.model_dump_json().encode()


def decode_event(type_name: str, value: bytes) -> Event | None:
    """The event, or None when this code does not know the type; Permanent when the value does not fit its type."""
    if type_name == UNREADABLE:
        raise Permanent("this record is not a Huiyin event")
    kind = EVENT_TYPES.get(type_name)
    if kind is None:
        return None
    try:
        return kind.model_validate_json(value)
    except ValidationError as error:
        raise Permanent(f"{type_name} does not decode: {error.error_count()} errors, first {_first(error)}") from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'/'.join(map(str, first['loc']))}: {first['msg']}"


def source_of(service: str) -> str:
    """How a service is named as the source of its events."""
    return f"/huiyin/{service}"


def to_headers(envelope: Envelope) -> dict[str, str]:
    """CloudEvents headers, with the extensions ``sequence`` and ``causes``."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": envelope.event_id,
        "ce_source": source_of(envelope.source),
        "ce_type": envelope.type_name,
        "ce_subject": envelope.key,
        "ce_time": envelope.occurred_at.isoformat(),
        "ce_partitionkey": envelope.key,
        "ce_sequence": str(envelope.seq),
        "ce_recordedtime": envelope.recorded_at.isoformat(),
        "ce_causes": orjson.dumps(dict(envelope.causes)).decode(),
        "content-type": "application/json",
    }
    if envelope.traceparent:
        headers["traceparent"] = envelope.traceparent
    return headers


def from_record(stream: str, headers: Mapping[str, str], value: bytes) -> Envelope:
    """The envelope of a record; ValueError when the headers are not those of a Huiyin event."""
    try:
        return Envelope(
            event_id=headers["ce_id"],
            source=headers["ce_source"].removeprefix("/huiyin/"),
            stream=stream,
            key=headers["ce_subject"],
            seq=int(headers["ce_sequence"]),
            type_name=headers["ce_type"],
            occurred_at=datetime.fromisoformat(headers["ce_time"]),
            recorded_at=datetime.fromisoformat(headers["ce_recordedtime"]),
            causes=orjson.loads(headers.get("ce_causes", "{}")),
            traceparent=headers.get("traceparent"),
            value=value,
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"not a Huiyin event: {error}") from error
