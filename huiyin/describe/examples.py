"""tests/contract/examples: one file for every shape of an event that was ever shipped, never changed.

A new event, or one that got a field, has its example written here as ``make docs`` runs. Whoever knows a better one
writes it before the shape ships.
"""

import json
from pathlib import Path
from typing import Any

from libs.common.bus.flow import FLOW
from libs.common.events.base import Event

_BY_NAME: dict[str, object] = {
    "case_id": "01980f5e-0000-7000-8000-000000000001",
    "by": "operator-7",
    "unit_code": "T-999001101",
    "area_code": "999001101",
}
_BY_FORMAT = {"date-time": "2026-03-04T12:00:00Z", "date": "2026-03-04"}
_BY_TYPE: dict[str, object] = {
    "string": "路灯还不亮",
    "integer": 1,
    "number": 1,
    "boolean": False,
    "array": [],
    "object": {},
}


def missing_examples(folder: Path) -> dict[str, str]:
    """Name below ``folder`` and text of each example that is wanted: of every event whose newest lacks a field."""
    wanted = {}
    for event in (route.event for route in FLOW):
        numbers = [int(path.stem) for path in (folder / event.__name__).glob("*.json")]
        newest = max(numbers, default=0)
        shown = json.loads((folder / event.__name__ / f"{newest}.json").read_text(encoding="utf-8")) if newest else {}
        if set(shown) != set(event.model_fields):
            example = {name: value for name, value in (example_of(event) | shown).items() if name in event.model_fields}
            wanted[f"{event.__name__}/{newest + 1}.json"] = json.dumps(example, ensure_ascii=False, indent=1) + "\n"
    return wanted


def example_of(event: type[Event]) -> dict[str, Any]:
    """A value for each field of an event."""
    schema = event.model_json_schema()
    return {name: _value(name, field, schema.get("$defs", {})) for name, field in schema["properties"].items()}


def _value(name: str, field: dict[str, Any], named: dict[str, Any]) -> object:
    if "default" in field:
        return field["default"]
    if name in _BY_NAME:
        return _BY_NAME[name]
    for choice in [field, *field.get("anyOf", [])]:
        found = named[choice["$ref"].rpartition("/")[2]] if "$ref" in choice else choice
        if "enum" in found:
            return found["enum"][0]
        if "properties" in found:
            return {part: _value(part, inner, named) for part, inner in found["properties"].items()}
        if "type" in found:
            return _BY_FORMAT.get(found.get("format", ""), _BY_TYPE.get(found["type"]))
    return None
