"""How each column of a copied row is made: from the row of the template ``r`` and its copy ``c``."""

from bench.stock.templates import Table
from bench.stock.words import HEAD

SPACING = 128
"""Between the numbered rows of one case and those of the next; no template has as many of a kind."""

JSON_TYPES = frozenset({"json", "jsonb"})
FORMED = frozenset({"payload", "doc", "note"})
"""Columns whose words have gaps."""

_BY_TYPE = {
    "timestamptz": "r.{0} + c.shift",
    "date": "r.{0} + c.weeks * 7",
}
_ID_OF_ITS_OWN = f"left(r.{{0}}, {HEAD}) || c.tail"
_BY_NAME = {
    "case_id": "c.case_id",
    "key": "c.case_id",
    "case_no": "c.case_no",
    "channel": "c.channel",
    "area_code": "c.area_code",
    "part": "c.part",
    "source_no": "c.source_no",
    "callback_id": _ID_OF_ITS_OWN,
    "supervision_id": _ID_OF_ITS_OWN,
    "supplement_id": _ID_OF_ITS_OWN,
    "event_id": f"(left(r.{{0}}::text, {HEAD}) || c.tail)::uuid",
    "clock_id": "c.case_id || r.{0}",
    "about": f"CASE WHEN r.{{0}} <> '' THEN {_ID_OF_ITS_OWN} ELSE '' END",
    "phone_index": "decode(md5(c.case_id), 'hex')",
    "recorded_at": "r.occurred_at + c.shift",
    # The copies were learned by no transaction of the house: they count as known from the start.
    "learned": "'{{}}'::jsonb",
    "stamp": "0::bigint",
    "learned_at": "NULL::timestamptz",
    # Nor do their times stand in a histogram.
    "timed": "false",
    "id": f"c.number * {SPACING} + r.place",
}
_HASH = "sha256(convert_to(c.case_id || r.seq, 'UTF8'))"


def expression(table: Table, column: str, kind: str) -> str:
    """SQL for one column."""
    if column in FORMED:
        return f"format(r.{column}, VARIADIC c.words)::{kind}"
    if column == "hash":
        return _HASH
    form = _BY_NAME.get(column) or _BY_TYPE.get(kind) or "r.{0}"
    return form.format(column)


def select(table: Table) -> str:
    """All copies of a table's rows, in the order of the cases."""
    made = ", ".join(
        f"{expression(table, column, kind)} AS {column}"
        for column, kind in zip(table.columns, table.types, strict=True)
    )
    return f"SELECT {made} FROM stock.copy AS c JOIN stock.{staged(table)} AS r USING (template)"  # noqa: S608


def staged(table: Table) -> str:
    """Where the template's rows of a table are kept."""
    return f"{table.service}_{table.name}"
