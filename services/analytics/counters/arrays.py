"""Columns of values as PostgreSQL's own text of an array: the driver would look at each of many thousand values."""

import re
from collections.abc import Sequence

import orjson

_ESCAPED = re.compile(rb'\\[^"\\]')


def array_text(column: Sequence[object]) -> str:
    """Texts, numbers, truths, days or moments, or None, to be cast to an array of their type.

    JSON writes them as PostgreSQL reads them, but for control characters.
    """
    written = orjson.dumps(column)
    if _ESCAPED.search(written):
        written = b"[%s]" % b",".join(map(_quoted, column))
    return f"{{{written[1:-1].decode()}}}"


def _quoted(value: object) -> bytes:
    if not isinstance(value, str):
        return orjson.dumps(value)
    return '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"')).encode()
