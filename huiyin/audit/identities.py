"""I9 beyond the ledgers: no phone and no ID number in any text that a service keeps outside the vault.

Whatever column holds text is looked at unless it is named here as one of codes, accounts or numbers of things: a column
that is added is looked at by itself. Facts are not looked at: they equal their fold from the ledgers (I8).
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson

from huiyin.audit.queries import SERVICES
from huiyin.audit.reading import NUMBERS_OF_OTHERS, OF_BEFORE, OURS, identifies, leaks
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot
from libs.common.events.cases import CaseRegistered
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
        "delegates", "delegate_unit", "passed",
        "status", "traceparent", "type", "unit_code", "units", "urgency", "warnings", "what", "who", "handling_unit",
        "accused_unit", "callback_id", "answered_by", "version_num", "attachment_id", "added_by", "deleted_by",
        "answered_by_staff", "asked_by_staff", "caller_staff", "decided_by_staff", "handled_by", "handling_units",
        "also_accused", "return_asked_by_staff", "staff_id", "wished_by", "wished_by_staff", "worked_by",
        "media_type", "scan", "subject", "token_id", "password_hash", "recovery", "responsible_staff", "by_staff",
        "decided_by_unit", "phone_index_key", "revoked_by", "revoked_by_unit", "revoked_by_staff",
        "asked", "unit", "nonacceptance_asked_by", "nonacceptance_asked_by_staff", "not_accepted_for",
        "household_id", "look_id", "contact_staff_id", "mute_asked_by", "merged_into", "split_from",
    }
)  # fmt: skip
"""Columns of codes, of accounts of the staff, of numbers of things, and of hashes of passwords, in whose salt anything
may stand by chance. ``traceparent`` is drawn at random: of those
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
_FEW = """
    SELECT schemaname AS schema, tablename AS name, attname AS column FROM pg_stats
    WHERE schemaname = ANY($1::text[]) AND n_distinct BETWEEN 1 AND 1000
"""
"""Columns of the same few values again and again, as far as PostgreSQL knows: where it errs, it takes longer."""
_KEYS = ("case_id", "household_id", "key", "idempotency_key")
_NEVER_OF_BEFORE = "household"
"""How tables begin whose texts no release of before has masked."""
_FIGURE = "[0-9０-９①-⑳❶-❿²³¹⁰-⁹₀-₉𝟎-𝟿零〇○一二三四五六七八九壹贰叁肆伍陆柒捌玖幺洞拐勾两٠-٩lOo]"
PERHAPS = (
    f"({_FIGURE}[^A-Za-z\u3400-\u9fff]{{0,8}}){{5}}|@|艾特|[(（【\\[{{ ][aA][tT][)）】}} ]"
    "|我叫|名叫|名字|姓名|本人|我是|人[:：]|住|地址|[\u3400-\u9fff][A-Za-zＡ-Ｚ][^0-9A-Za-z]?[0-9A-Za-z０-９Ａ-Ｚ]{4}"
    "|(信|[QqXx扣]|手|音|博|宝|钉|陌|书|gram|App|hat|ine).{0,16}[0-9A-Za-z_-]{5}"
)
"""What every text has in which the recogniser finds something, as PostgreSQL and Python read it alike: so the database
lets the others by."""
_NEW = "SELECT key FROM intake.ledger WHERE key = ANY($1::text[]) AND type = $2 AND payload::text LIKE '%\"held\"%'"


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
    few = {(row["schema"], row["name"], row["column"]) for row in await cut.fetch(_FEW, list(SERVICES))}
    looked = _Looked(findings)
    for (schema, name), columns in tables.items():
        looked.at(schema, name)
        key = keys.get((schema, name), "''")
        for column in [column for column, _ in columns if column in NUMBERS_OF_OTHERS]:
            await _look_at_numbers(cut, looked, column, key)
        for column in [column for column, is_bytes in columns if is_bytes]:
            await _look_at_bytes(cut, looked, column, key)
        texts = [column for column, is_bytes in columns if not is_bytes and column not in NUMBERS_OF_OTHERS]
        for column in texts:
            await _look_at_texts(cut, looked, column, key, few=(schema, name, column) in few)
    await looked.tell(cut)


class _Looked:
    """What was found, table by table. What only the rules of today find is no violation in a case of before."""

    def __init__(self, findings: Findings) -> None:
        self.table = ""
        self._findings = findings
        self._schema = self._name = ""
        self._perhaps: list[tuple[str, str, str]] = []

    def at(self, schema: str, name: str) -> None:
        """The table that is looked at from now on."""
        self._schema, self._name, self.table = schema, name, f"{schema}.{name}"

    def judge(self, key: str, text: str) -> None:
        """Note what identifies somebody in a value of a row."""
        found = [old for _, old in leaks(_read(text), datetime.now(UTC).date())]
        if any(found) or (found and self._name.startswith(_NEVER_OF_BEFORE)):
            self.found(self._schema, self._name, key)
        elif found:
            self._perhaps.append((self._schema, self._name, key))

    def found(self, schema: str, name: str, key: str) -> None:
        """A row that identifies somebody. The key may be the number itself."""
        message = f"its row in {name} has what identifies somebody in clear"
        self._findings.violated(Invariant.IDENTITY, mask_text(key) if identifies(key) else key, schema, message)

    def found_here(self, key: str) -> None:
        """The same, in the table that is looked at."""
        self.found(self._schema, self._name, key)

    async def tell(self, cut: Snapshot) -> None:
        """Say of which cases the texts should have been masked by the rules of today."""
        cases = sorted({key for _, _, key in self._perhaps if _is_case(key)})
        rows = await cut.fetch(_NEW, cases, CaseRegistered.type_name) if cases else []
        of_today = {row["key"] for row in rows}
        for schema, name, key in self._perhaps:
            if key in of_today or not _is_case(key):
                self.found(schema, name, key)
            else:
                self._findings.pending[OF_BEFORE] += 1


async def _look_at_numbers(cut: Snapshot, looked: _Looked, column: str, key: str) -> None:
    """Numbers that outside systems gave: eleven digits in a row are looked at more closely."""
    today = datetime.now(UTC).date()
    sql = f"SELECT {key} AS key, {column} AS number FROM {looked.table} WHERE {column} ~ '[0-9]{{11}}'"  # noqa: S608
    async for rows in cut.stream(sql):
        for row in rows:
            if is_personal_number(row["number"], today):
                looked.found_here(row["key"])


async def _look_at_texts(cut: Snapshot, looked: _Looked, column: str, key: str, *, few: bool) -> None:
    """The database lets by what has nothing, value by value; where these are few, each is looked at once."""
    text, perhaps = f'"{column}"::text', f'"{column}"::text ~ $1'
    if few:
        every = f"SELECT DISTINCT {text} AS value FROM {looked.table} OFFSET 0"  # noqa: S608
        perhaps = f"{text} IN (SELECT value FROM ({every}) AS each WHERE value ~ $1)"  # noqa: S608
    async for rows in cut.stream(f"SELECT {key} AS key, {text} AS value FROM {looked.table} WHERE {perhaps}", PERHAPS):  # noqa: S608
        for row in rows:
            looked.judge(row["key"], row["value"])


async def _look_at_bytes(cut: Snapshot, looked: _Looked, column: str, key: str) -> None:
    async for rows in cut.stream(f"SELECT {key} AS key, {column} AS value FROM {looked.table}"):  # noqa: S608
        for row in rows:
            looked.judge(row["key"], bytes(row["value"]).decode(errors="replace"))


def _read(text: str) -> Any:
    """A document as its values, any other text as it is."""
    if text[:1] in ("{", "["):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(text)
    return text


def _is_case(key: str) -> bool:
    return OURS.fullmatch(key) is not None
