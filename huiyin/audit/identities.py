"""I9 beyond the ledgers: no phone and no ID number in any text that a service keeps outside the vault.

Whatever column holds text is looked at unless it is named here as one of codes, accounts or numbers of things: a column
that is added is looked at by itself. Facts are not looked at: they equal their fold from the ledgers (I8).
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from huiyin.audit.queries import SERVICES
from huiyin.audit.reading import NUMBERS_OF_OTHERS
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot
from libs.common.security.masking import mask_text
from libs.common.security.personal_numbers import is_personal_number

NEVER_A_PERSONS = frozenset(
    {
        "action", "area_code", "asked_by", "asked_unit", "by", "caller", "caller_unit", "candidates", "case_id",
        "case_no", "category_code", "causes", "channel", "closing", "closing_word", "county", "decided_by", "digest",
        "doc", "document", "dropped_by",
        "from_status", "headers", "issued_by", "key", "kind", "lead_unit", "left_units", "level", "open_support",
        "misses", "overdue", "payload", "phase", "place_code", "reached", "reason_code", "replied_by", "result_kind",
        "reveal_id",
        "return_asked_by", "role", "rule", "rule_code", "satisfaction", "scope", "source", "state",
        "step", "stream", "supervision_id", "supplement_id", "support_units", "clock_id", "about", "to_status", "topic",
        "status", "traceparent", "type", "unit_code", "units", "urgency", "warnings", "what", "who", "handling_unit",
        "accused_unit", "callback_id", "answered_by", "version_num", "attachment_id", "added_by", "deleted_by",
        "media_type", "scan", "subject", "token_id",
    }
)  # fmt: skip
"""Columns of codes, of accounts of the staff, and of numbers of things. ``traceparent`` is drawn at random: of those
that releases of before kept one in a hundred looks like a phone by chance. Now the door lets none in that does."""

_ONLY_IN_LEDGERS = ("ledger",)
"""Looked at case by case, field by field (`reading`)."""

_COLUMNS = """
    SELECT table_schema AS schema, table_name AS name, column_name AS column, data_type = 'bytea' AS is_bytes
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = ANY($1::text[]) AND table_type = 'BASE TABLE'
        AND (data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')
             OR table_name IN ('answer', 'parked', 'parked_dropped') AND column_name IN ('body', 'value'))
    ORDER BY 1, 2, 3
"""
_KEYS = ("case_id", "key", "idempotency_key")
_PERSON = "(^|[^0-9０-９])([1１][3-9３-９][0-9０-９]{9}|[0-9０-９]{17}[0-9０-９XxＸｘ])([^0-9０-９]|$)"
_NUMBER = re.compile(_PERSON)
_OURS = re.compile(r"\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{64})\b")
"""An id or a digest (SHA-256) of ours: some of them have eleven digits in a row by chance."""


async def check_identities(cut: Snapshot, findings: Findings) -> None:
    """Every text of every service's tables."""
    tables: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    keys: dict[tuple[str, str], str] = {}
    for row in await cut.fetch(_COLUMNS, list(SERVICES)):
        table, column = (row["schema"], row["name"]), row["column"]
        if column in _KEYS:
            keys.setdefault(table, column)
        if column not in NEVER_A_PERSONS and not row["name"].startswith(_ONLY_IN_LEDGERS):
            tables.setdefault(table, []).append((column, row["is_bytes"]))
    for (schema, name), columns in tables.items():
        key = keys.get((schema, name), "''")
        for column in [column for column, _ in columns if column in NUMBERS_OF_OTHERS]:
            await _look_at_numbers(cut, findings, schema, name, column, key)
        for column in [column for column, is_bytes in columns if is_bytes]:
            await _look_at_bytes(cut, findings, schema, name, column, key)
        texts = [column for column, is_bytes in columns if not is_bytes and column not in NUMBERS_OF_OTHERS]
        if texts:
            await _look_at_texts(cut, findings, schema, name, texts, key)


async def _look_at_numbers(cut: Snapshot, findings: Findings, schema: str, name: str, column: str, key: str) -> None:
    """Numbers that outside systems gave: eleven digits in a row are looked at more closely."""
    today = datetime.now(UTC).date()
    sql = f"SELECT {key} AS key, {column} AS number FROM {schema}.{name} WHERE {column} ~ '[0-9]{{11}}'"  # noqa: S608
    async for rows in cut.stream(sql):
        for row in rows:
            if is_personal_number(row["number"], today):
                _found(findings, schema, name, row["key"])


async def _look_at_texts(
    cut: Snapshot, findings: Findings, schema: str, name: str, columns: Iterable[str], key: str
) -> None:
    """The database looks; a number inside an id or a digest of ours is none."""
    whole = " || ' ' || ".join(f"coalesce(\"{column}\"::text, '')" for column in columns)
    sql = f"""
        SELECT {key} AS key, whole FROM (SELECT {key}, {whole} AS whole FROM {schema}.{name}) AS texts
        WHERE whole ~ '{_PERSON}'
    """  # noqa: S608
    async for rows in cut.stream(sql):
        for row in rows:
            _judge(findings, schema, name, row["key"], row["whole"])


async def _look_at_bytes(cut: Snapshot, findings: Findings, schema: str, name: str, column: str, key: str) -> None:
    async for rows in cut.stream(f"SELECT {key} AS key, {column} AS value FROM {schema}.{name}"):  # noqa: S608
        for row in rows:
            _judge(findings, schema, name, row["key"], bytes(row["value"]).decode(errors="replace"))


def has_identity(text: str) -> bool:
    """Whether a phone or an ID number stands in it; what an id or a digest of ours looks like is neither."""
    return _NUMBER.search(_OURS.sub("-", text)) is not None


def _judge(findings: Findings, schema: str, name: str, key: str, text: str) -> None:
    if has_identity(text):
        _found(findings, schema, name, key)


def _found(findings: Findings, schema: str, name: str, key: str) -> None:
    # The key may be the number itself.
    message = f"its row in {name} has a phone or ID number in clear"
    findings.violated(Invariant.IDENTITY, mask_text(key) if has_identity(key) else key, schema, message)
