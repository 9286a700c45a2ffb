"""docs/asyncapi.yaml: the events as AsyncAPI 3, made from the map and the event models."""

import inspect
from typing import Any

import yaml

from libs.common.bus.flow import FLOW, Route, Service, Stream

KEYS = {
    Stream.CASES: "The case id: all events of a case keep their order.",
    Stream.DIRECTORY: "The place's area code.",
    Stream.OPS: "The service that is spoken to.",
}


def render_asyncapi(version: str) -> str:
    """The whole document as YAML."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Huiyin 回音 events",
            "version": version,
            "description": "CloudEvents 1.0 in Kafka's binary mode: `ce_` headers, the event as JSON value.",
        },
        "defaultContentType": "application/json",
        "channels": {str(stream): _channel(stream) for stream in Stream},
        "operations": {
            f"{service}_{action}_{stream}": operation for service, action, stream, operation in _operations()
        },
        "components": {
            "messages": {route.event.__name__: _message(route) for route in FLOW},
            "schemas": _schemas(),
        },
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _channel(stream: Stream) -> dict[str, Any]:
    names = [route.event.__name__ for route in FLOW if route.stream is stream]
    return {
        "address": f"{{prefix}}{stream}",
        "description": f"Keyed: {KEYS[stream]}",
        "parameters": {"prefix": {"description": "HUIYIN_TOPIC_PREFIX", "default": ""}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operations() -> list[tuple[Service, str, Stream, dict[str, Any]]]:
    found = []
    for service in Service:
        for action in ("send", "receive"):
            for stream in Stream:
                routes = [route for route in FLOW if route.stream is stream and service in _side(route, action)]
                if routes:
                    found.append((service, action, stream, _operation(action, stream, routes)))
    return found


def _side(route: Route, action: str) -> frozenset[Service]:
    return route.said_by if action == "send" else route.heard_by


def _operation(action: str, stream: Stream, routes: list[Route]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{stream}"},
        "messages": [{"$ref": f"#/channels/{stream}/messages/{route.event.__name__}"} for route in routes],
    }


def _message(route: Route) -> dict[str, Any]:
    return {
        "name": route.event.type_name,
        "title": route.event.__name__,
        "summary": (inspect.getdoc(route.event) or "").split("\n\n")[0],
        "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
        "payload": {"$ref": f"#/components/schemas/{route.event.__name__}"},
    }


def _schemas() -> dict[str, Any]:
    header_names = ("id", "source", "specversion", "type", "subject", "time", "partitionkey", "sequence", "causes")
    schemas: dict[str, Any] = {
        "CloudEventHeaders": {
            "type": "object",
            "properties": {f"ce_{name}": {"type": "string"} for name in header_names}
            | {"traceparent": {"type": "string"}, "content-type": {"const": "application/json"}},
            "required": [f"ce_{name}" for name in header_names],
        }
    }
    for route in FLOW:
        schema = route.event.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[route.event.__name__] = schema
    return schemas
