"""docs/asyncapi.yaml: the events as AsyncAPI 3, made from the map, the event models and the headers of the codec.

Whoever writes or reads records by it alone does it as Huiyin does: tests/contract/test_asyncapi.py tries it.
"""

import inspect
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import yaml

from libs.common.bus.codec import HEADERS, Envelope, encode_event, source_of, to_headers
from libs.common.bus.flow import FLOW, TOPICS, Route, Service, Stream, Topic
from libs.common.bus.kafka.topics import RETENTION
from libs.common.service.settings import CommonSettings

_ABOUT = (
    "CloudEvents 1.0 in Kafka's binary mode: `ce_` headers, the event as JSON value, the subject as the record's key."
    " The partition is the CRC-32 of the key modulo their number (librdkafka's `consistent`): elsewhere events would"
    " lose their order. Fields are only ever added: pass over those that you do not know."
)
_KAFKA_BINDING = "0.5.0"
_RECORDED = datetime(2026, 3, 4, 12, 0, 1, tzinfo=UTC)


def render_asyncapi(version: str, examples: Path) -> str:
    """The whole document as YAML; ``examples`` is the folder of event examples, of which the newest are shown."""
    document = {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Huiyin 回音 events",
            "version": version,
            "description": _ABOUT,
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {str(stream): _channel(stream) for stream in Stream},
        "operations": {
            f"{service}_{action}_{stream}": operation for service, action, stream, operation in _operations()
        },
        "components": {
            "messages": {route.event.__name__: _message(route, examples) for route in FLOW},
            "schemas": _schemas(),
        },
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _default(setting: str) -> Any:
    return CommonSettings.model_fields[setting].default


def _server() -> dict[str, Any]:
    variable = {"description": "HUIYIN_KAFKA_BOOTSTRAP: host and port of a broker", "default": "127.0.0.1:9092"}
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "Apache Kafka 4. With HUIYIN_BUS=embedded nobody outside of the house hears its events.",
        "variables": {"bootstrap": variable},
    }


def _channel(stream: Stream) -> dict[str, Any]:
    topic = TOPICS[stream]
    spec = topic.spec("", _default("partitions"))
    names = [route.event.__name__ for route in FLOW if route.stream is stream]
    return {
        "address": f"{{prefix}}{stream}",
        "description": f"The record's key is {_keys(topic)}: all events of one key keep their order.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "parameters": {
            "prefix": {"description": "HUIYIN_TOPIC_PREFIX; empty unless set", "default": _default("topic_prefix")}
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "partitions": spec.partitions,
                "topicConfiguration": {
                    "retention.ms": int(RETENTION.total_seconds() * 1000),
                    "max.message.bytes": spec.max_message_bytes,
                },
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _keys(topic: Topic) -> str:
    return " or ".join(f"`{field}`" for field in topic.keyed_by)


def _operations() -> list[tuple[Service, str, Stream, dict[str, Any]]]:
    found = []
    for service in Service:
        for action in ("send", "receive"):
            for stream in Stream:
                routes = [route for route in FLOW if route.stream is stream and service in _side(route, action)]
                if routes:
                    found.append((service, action, stream, _operation(service, action, stream, routes)))
    return found


def _side(route: Route, action: str) -> frozenset[Service]:
    return route.said_by if action == "send" else route.heard_by


def _operation(service: Service, action: str, stream: Stream, routes: Iterable[Route]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{stream}"},
        "messages": [{"$ref": f"#/channels/{stream}/messages/{route.event.__name__}"} for route in routes],
    }
    if action == "receive":
        group = {"type": "string", "enum": [f"huiyin-{service}"]}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": _KAFKA_BINDING}}
    return operation


def _message(route: Route, examples: Path) -> dict[str, Any]:
    name, speakers = route.event.type_name, [source_of(service) for service in Service if service in route.said_by]
    own = {"ce_type": {"const": name}, "ce_source": {"enum": speakers}}
    return {
        "name": name,
        "title": route.event.__name__,
        "summary": (inspect.getdoc(route.event) or "").split("\n\n")[0],
        "headers": {
            "allOf": [{"$ref": "#/components/schemas/CloudEventHeaders"}, {"type": "object", "properties": own}]
        },
        "payload": {"$ref": f"#/components/schemas/{route.event.__name__}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"`{route.keyed_by}`"},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
        "examples": [_example(route, examples)],
    }


def _example(route: Route, examples: Path) -> dict[str, Any]:
    """The newest example of an event, as the first thing that its speaker says of it."""
    newest = max((examples / route.event.__name__).glob("*.json"), key=lambda path: int(path.stem))
    event = route.event.model_validate_json(newest.read_bytes())
    value = encode_event(event)
    envelope = Envelope(
        event_id="01957a1e-8c00-7000-8000-000000000001",
        source=str(min(route.said_by)),
        stream=str(route.stream),
        key=event.key,
        seq=1,
        type_name=event.type_name,
        occurred_at=event.occurred_at,
        recorded_at=max(event.occurred_at, _RECORDED),
        causes={},
        traceparent=None,
        value=value,
    )
    return {"name": route.event.__name__, "headers": to_headers(envelope), "payload": orjson.loads(value)}


def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = {
        "CloudEventHeaders": {
            "type": "object",
            "properties": {name: _header(header.about, header.schema) for name, header in HEADERS.items()},
            "required": [name for name, header in HEADERS.items() if header.demanded],
        }
    }
    for route in FLOW:
        schema = route.event.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[route.event.__name__] = schema
    return schemas


def _header(about: str, schema: Mapping[str, str]) -> dict[str, str]:
    return {"type": "string", "description": about, **schema}
