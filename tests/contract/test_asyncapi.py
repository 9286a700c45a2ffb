"""docs/asyncapi.yaml is enough to speak with Huiyin, and so is the CloudEvents SDK: our codec reads what they write."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cloudevents.core.bindings import kafka
from cloudevents.core.v1.event import CloudEvent

from libs.common.bus.codec import (
    HEADERS,
    Envelope,
    decode_event,
    encode_event,
    from_record,
    to_headers,
)
from libs.common.bus.flow import FLOW, stream_of
from libs.common.events.base import Event
from libs.common.events.cases import CaseSigned

ROOT = Path(__file__).parents[2]
EVENTS = [route.event for route in FLOW]
NAMES = [event.__name__ for event in EVENTS]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@cache
def document() -> Any:
    """As it lies in docs."""
    return yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text(encoding="utf-8"))


def schema(part: object) -> dict[str, Any]:
    """A part of the document as a schema that its references can be followed from."""
    assert isinstance(part, dict)
    return {**part, "components": document()["components"]}


def message(event: type[Event]) -> Any:
    """What it says of an event."""
    return document()["components"]["messages"][event.__name__]


def resolved(part: Any) -> Any:
    """What a reference leads to, through the document alone."""
    while "$ref" in part:
        found = document()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def some(part: Any) -> Any:
    """A value of the fewest fields that a schema demands."""
    part = resolved(part)
    if "const" in part or "enum" in part:
        return part["const"] if "const" in part else part["enum"][0]
    for word in ("anyOf", "allOf"):
        if word in part and "properties" not in part:
            return some(part[word][0])
    if "prefixItems" in part or part.get("type") == "array":
        return []
    if part.get("type") == "object" or "properties" in part:
        either = some(part["anyOf"][0]) if "anyOf" in part else {}
        return {name: some(part["properties"][name]) for name in part.get("required", ())} | either
    plain = {"integer": 1, "number": 1, "boolean": True, "null": None}
    return plain[part["type"]] if part["type"] in plain else _text(part)


def _text(part: Mapping[str, Any]) -> str:
    by_format = {"date-time": "2026-03-04T12:00:00Z", "date": "2026-03-04"}
    return by_format.get(part.get("format", ""), "1")


def headers_of(event: type[Event]) -> dict[str, str]:
    """The headers that the document demands for an event, and no other."""
    parts = [resolved(part) for part in message(event)["headers"]["allOf"]]
    properties = {name: some(each) for part in parts for name, each in part["properties"].items()}
    return {name: properties[name] for part in parts for name in part.get("required", ())}


def every_reference(part: object) -> Iterator[str]:
    """All of them."""
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from [inner] if name == "$ref" else every_reference(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from every_reference(inner)


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_a_record_written_by_the_document_alone_is_read(event: type[Event]) -> None:
    headers, payload = headers_of(event), some(message(event)["payload"])
    jsonschema.validate(headers, schema(message(event)["headers"]))
    jsonschema.validate(payload, schema(message(event)["payload"]))
    value = json.dumps(payload).encode()
    envelope = from_record(str(stream_of(event)), headers, value)
    assert isinstance(decode_event(envelope.type_name, envelope.value), event)
    assert (envelope.seq, envelope.causes, envelope.recorded_at) == (1, {}, envelope.occurred_at)


@pytest.mark.parametrize("name", HEADERS)
def test_the_document_demands_what_the_reader_demands(name: str) -> None:
    headers = to_headers(_envelope()) | {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    assert headers.keys() == HEADERS.keys()
    del headers[name]
    demanded = name in document()["components"]["schemas"]["CloudEventHeaders"]["required"]
    if demanded:
        with pytest.raises(ValueError, match=name):
            from_record("cases", headers, b"{}")
    else:
        from_record("cases", headers, b"{}")
    valid = jsonschema.Draft202012Validator(schema(message(CaseSigned)["headers"])).is_valid(headers)
    assert valid is not demanded


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_the_examples_are_what_the_document_says_and_are_read(event: type[Event]) -> None:
    (example,) = message(event)["examples"]
    jsonschema.validate(
        example["headers"], schema(message(event)["headers"]), format_checker=jsonschema.FormatChecker()
    )
    jsonschema.validate(example["payload"], schema(message(event)["payload"]))
    envelope = from_record("cases", example["headers"], json.dumps(example["payload"]).encode())
    decoded = decode_event(envelope.type_name, envelope.value)
    assert isinstance(decoded, event)
    assert decoded.key == envelope.key
    assert json.loads(encode_event(decoded)) == example["payload"]


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for reference in every_reference(document()):
        assert isinstance(resolved({"$ref": reference}), dict), reference
    for name, each in document()["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema(each))
        assert name


def test_channels_and_operations_say_where_and_by_whom() -> None:
    assert {name: channel["bindings"]["kafka"]["partitions"] for name, channel in document()["channels"].items()} == {
        "cases": 8,
        "directory": 1,
        "ops": 1,
        "visits": 8,
    }
    readers = {
        name.split("_")[0]: operation["bindings"]["kafka"]["groupId"]["enum"]
        for name, operation in document()["operations"].items()
        if operation["action"] == "receive"
    }
    assert readers == {name: [f"huiyin-{name}"] for name in ("intake", "dispatch", "followup", "analytics")}
    assert document()["servers"]["kafka"]["protocol"] == "kafka"


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_what_the_cloudevents_sdk_writes_is_read(event: type[Event]) -> None:
    (example,) = message(event)["examples"]
    attributes = {
        "id": "1b9d6bcd",
        "source": "/huiyin/dispatch",
        "type": event.type_name,
        "subject": "case-1",
        "time": NOON,
        "sequence": "7",
        "partitionkey": "case-1",
        "datacontenttype": "application/json",
    }
    written = kafka.to_binary_event(CloudEvent(dict(attributes), example["payload"]))
    headers = {name: text.decode() for name, text in written.headers.items()}
    envelope = from_record("cases", headers, written.value)
    assert envelope[:7] == ("1b9d6bcd", "dispatch", "cases", "case-1", 7, event.type_name, NOON)
    assert isinstance(decode_event(envelope.type_name, envelope.value), event)
    assert written.key == envelope.key


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_what_huiyin_writes_is_read_by_the_cloudevents_sdk_and_comes_back_whole(event: type[Event]) -> None:
    (example,) = message(event)["examples"]
    envelope = _envelope(event.type_name, json.dumps(example["payload"]).encode())
    record = kafka.KafkaMessage(
        {name: text.encode() for name, text in to_headers(envelope).items()}, envelope.key, envelope.value
    )
    read = kafka.from_kafka_event(record)
    assert (read.get_id(), read.get_source(), read.get_type()) == (
        envelope.event_id,
        "/huiyin/dispatch",
        event.type_name,
    )
    assert (read.get_subject(), read.get_time()) == (envelope.key, envelope.occurred_at)
    assert (read.get_extension("sequence"), read.get_extension("partitionkey")) == ("3", envelope.key)
    assert read.get_data() == example["payload"]
    again = kafka.to_binary_event(read)
    assert json.loads(again.value) == example["payload"]
    headers = {name: text.decode() for name, text in again.headers.items()}
    assert from_record("cases", headers, envelope.value) == envelope


def _envelope(type_name: str = CaseSigned.type_name, value: bytes = b"{}") -> Envelope:
    return Envelope(
        event_id="01957a1e-8c00-7000-8000-000000000001",
        source="dispatch",
        stream="cases",
        key="case-1",
        seq=3,
        type_name=type_name,
        occurred_at=NOON,
        recorded_at=NOON.replace(second=1),
        causes={"intake": 1},
        traceparent=None,
        value=value,
    )
