"""Events to and from CloudEvents 1.0 in Kafka's binary mode: attributes in ``ce_`` headers, the event as JSON value."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from libs.common.bus.flow import EVENT_TYPES
from libs.common.errors import Permanent
from libs.common.events.base import Cause, Event

UNREADABLE = "cn.huiyin.unreadable"
"""Type under which a record that is no event of ours is parked."""


SPECVERSION = "1.0"
_LARGEST = 2**31 - 1


class Header(NamedTuple):
    """A header of a record: what it means, whether a reader can do without it, and its JSON Schema beside the type."""

    about: str
    demanded: bool = False
    schema: Mapping[str, str] = MappingProxyType({})


HEADERS: Mapping[str, Header] = {
    "ce_specversion": Header("The version of CloudEvents.", demanded=True, schema={"const": SPECVERSION}),
    "ce_id": Header("Unique within the source.", demanded=True),
    "ce_source": Header(
        "Whose ledger it stands in: /huiyin/ and the service.", demanded=True, schema={"pattern": "^/huiyin/[a-z]+$"}
    ),
    "ce_type": Header("Which event it is. A reader passes over types that it does not know.", demanded=True),
    "ce_subject": Header(
        "What it is about: the key of the record, under which events keep their order.", demanded=True
    ),
    "ce_time": Header("When it happened, with an offset.", demanded=True, schema={"format": "date-time"}),
    "ce_sequence": Header(
        f"1, 2, 3 ... up to {_LARGEST} among the events of its source about its subject. A reader skips what it had,"
        " and waits for what is missing in between.",
        demanded=True,
        schema={"pattern": "^[1-9][0-9]{0,9}$"},
    ),
    "ce_recordedtime": Header(
        "When the source wrote it down, with an offset; without it, when it happened.", schema={"format": "date-time"}
    ),
    "ce_causes": Header(
        "JSON: of other services, the last sequence about this subject that the source had read. A reader waits until"
        " it has read as much; without this header, for nobody.",
        schema={"contentMediaType": "application/json"},
    ),
    "ce_partitionkey": Header("The same as the subject."),
    "traceparent": Header("The trace that it belongs to, as W3C Trace Context writes it."),
    "content-type": Header("What the value is.", schema={"const": "application/json"}),
}
"""What a record says beside its value: texts all of them. docs/asyncapi.yaml is made from here."""


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
        "ce_specversion": SPECVERSION,
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
    """The envelope of a record; ValueError when the headers are not those of a Huiyin event (see ``HEADERS``)."""
    try:
        version = headers["ce_specversion"]
        occurred_at = _moment("ce_time", headers["ce_time"])
        recorded, causes = headers.get("ce_recordedtime"), headers.get("ce_causes")
        return _sound(
            Envelope(
                event_id=headers["ce_id"],
                source=headers["ce_source"].removeprefix("/huiyin/"),
                stream=stream,
                key=headers["ce_subject"],
                seq=_sequence(headers["ce_sequence"]),
                type_name=headers["ce_type"],
                occurred_at=occurred_at,
                recorded_at=occurred_at if recorded is None else _moment("ce_recordedtime", recorded),
                causes={} if causes is None else _causes(causes),
                traceparent=headers.get("traceparent"),
                value=value,
            ),
            version,
        )
    except KeyError as error:
        raise ValueError(f"not a Huiyin event: it has no header {error}") from error
    except ValueError as error:
        raise ValueError(f"not a Huiyin event: {error}") from error


def _sound(envelope: Envelope, version: str) -> Envelope:
    """The same; ValueError when it is of another version, or a text of it is empty or none that a row could keep."""
    if version != SPECVERSION:
        raise ValueError(f"ce_specversion {version!r} is not {SPECVERSION}")
    texts = (envelope.event_id, envelope.source, envelope.key, envelope.type_name)
    if not all(texts) or "\0" in "".join((*texts, envelope.traceparent or "")):
        raise ValueError(f"an id, source, subject or type is empty or has a NUL: {texts!r}")
    return envelope


def _moment(name: str, text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(f"{name} {text!r} has no offset")
    return moment


def _sequence(text: str) -> int:
    number = int(text)
    if not 1 <= number <= _LARGEST:
        raise ValueError(f"ce_sequence {text!r} is not 1, 2, 3 ... up to {_LARGEST}")
    return number


def _causes(text: str) -> Mapping[str, int]:
    causes = orjson.loads(text)
    if not isinstance(causes, dict) or not all(type(seq) is int for seq in causes.values()):
        raise ValueError(f"ce_causes {text!r} does not say how much of whom was heard")
    return causes
