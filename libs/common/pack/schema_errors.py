"""Says in plain words what is wrong with the form of a pack, and how to mend it; publishes that form as JSON Schema."""

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import ANY, Pack, PackSettings
from libs.common.pack.schema.base import OFFICE_NAME
from libs.common.pack.schema.duties import LEAD_CODE
from libs.common.pack.schema.not_in_force import is_in_force


def schema_document() -> dict[str, Any]:
    """The JSON Schema of a pack document; ``#/$defs/Settings`` is that of pack.yaml alone."""
    whole = Pack.model_json_schema()
    settings = PackSettings.model_json_schema()
    definitions = {**settings.pop("$defs"), **whole.pop("$defs"), "PackSettings": settings}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:huiyin:pack:1",
        **whole,
        "title": "Huiyin county pack (县包)",
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """The text of docs/pack.schema.json."""
    return json.dumps(schema_document(), ensure_ascii=False, indent=2) + "\n"


def form_findings(error: ValidationError, at: DocPath) -> Iterator[Finding]:
    """Each mistake of a validation error; ``at`` is where the validated value stands in the pack document."""
    for detail in error.errors(include_url=False):
        if detail.get("ctx", {}).get("expected") == repr(ANY):
            continue  # The list of kinds or urgencies, which 'any' stands beside, complains of the same key.
        steps = [str(step) for step in detail["loc"] if not _UNION_STEP.search(str(step))]
        if _is_not_in_force(detail, at):
            yield Finding((*at, *detail["loc"]), f"{'/'.join(steps)} is not in force in this version", _REMOVE_IT)
            continue
        yield Finding((*at, *detail["loc"]), f"{'/'.join(steps) or 'the pack'} {_message(detail)}", _mend(detail))


def _is_not_in_force(detail: ErrorDetails, at: DocPath) -> bool:
    return detail["type"] == "extra_forbidden" and not is_in_force((*at, *detail["loc"]))


def _message(detail: ErrorDetails) -> str:
    kind, given = detail["type"], detail["input"]
    if kind in _MESSAGES:
        return _MESSAGES[kind].format(given=given)
    said = detail["msg"].removeprefix("Value error, ")
    shown = isinstance(given, str | int | float) and repr(given) not in said
    return f"is wrong: {said}, not {given!r}" if shown else f"is wrong: {said}"


def _mend(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f"add '{detail['loc'][-1]}'"
    if kind == "extra_forbidden":
        return _spelling(str(detail["loc"][-1]), _known_keys()) or "remove it"
    if kind in ("enum", "literal_error"):
        allowed = _QUOTED.findall(context["expected"])
        return _spelling(str(detail["input"]), allowed) or f"use {context['expected']}"
    if kind == "string_pattern_mismatch":
        return _CODE_MENDS.get(context["pattern"], f"write it in the form {context['pattern']}")
    return _MENDS.get(kind, "correct it as docs/packs.md describes")


def _spelling(word: str, known: list[str]) -> str | None:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean '{close[0]}'?" if close else None


@cache
def _known_keys() -> list[str]:
    definitions = schema_document()["$defs"].values()
    return sorted({key for definition in definitions for key in definition.get("properties", {})})


_QUOTED = re.compile(r"'([^']+)'")
_UNION_STEP = re.compile(r"\[|function-")
"""Steps that the validator adds to a place for its own use."""
_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not a setting that exists",
    "enum": "is '{given}', which is not one of the words allowed here",
    "literal_error": "is '{given}', which is not one of the words allowed here",
    "string_pattern_mismatch": "is '{given}', which is not a code of the right form",
    "int_parsing": "is '{given}', which is not a whole number",
}
_REMOVE_IT = "remove it; nothing would read it"
_CODE_MENDS = {
    r"^\d{12}(\d{3})?$": "write all 12 digits of the area code, or 15 for a grid",
    r"^\d{2}(\d{2}){0,2}$": "write two digits a level: 01 or 0102; a spreadsheet drops a leading 0: format as text",
    r"^[A-Z][A-Z0-9-]{0,39}$": "write capital letters, digits and '-', such as D-WATER",
    LEAD_CODE: "write @town, @village, @office:NAME or the code of a unit",
    f"^{OFFICE_NAME}$": "write at most 20 characters, without blanks, such as 司法所",
    r"^[a-z][a-z0-9_]{0,39}$": "write small letters, digits and '_'",
}
_MENDS = {
    "int_parsing": "write a whole number",
    "greater_than_equal": "write a larger number",
    "less_than_equal": "write a smaller number",
    "bool_parsing": "write true or false",
    "date_from_datetime_parsing": "write the date as 2026-01-31",
    "date_parsing": "write the date as 2026-01-31",
    "time_parsing": "write the time as 08:30",
    "string_too_short": "fill it in",
    "string_too_long": "shorten it",
    "string_type": "write one text here, not a list or a table",
    "too_short": "add at least one entry",
    "tuple_type": "write a list: one '- ' a line",
    "dict_type": "write keys and values under it",
    "model_type": "write keys and values under it",
    "value_error": "write it in one of the forms shown",
    "union_tag_invalid": "use 'overdue', 'round' or 'returns' for 'on'",
    "union_tag_not_found": "add 'on': overdue, round or returns",
}
