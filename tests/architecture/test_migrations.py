"""No migration stops the release before it, or holds writers up, unless it says why it may: squawk reads them all.

Beside what is unsafe in any release, a lint rule of it may ask for what this house decides otherwise; those are left
out by name. A justification that is no longer needed fails too.
"""

import io
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from libs.common.bus.flow import Service
from tests.architecture.test_shape import ROOT

SQUAWK = Path(sys.executable).parent / "squawk"
OLDEST_POSTGRESQL = "18.0"
NOT_ASKED: Mapping[str, str] = {
    "prefer-bigint-over-int": "rounds, versions and minutes stay small",
    "prefer-bigint-over-smallint": "there are eight parts of a ledger",
    "require-lock-timeout": "`migrate` sets it for the whole connection",
    "require-statement-timeout": "a migration of a big table takes its time, and is told in docs/operations.md",
}

_INDEX = "built in the migration's one transaction: writers wait as long"
_CHECKED = "checked in the migration's one transaction: writers wait as long"
_NEW_INDEX = {"require-concurrent-index-creation": _INDEX}
_OTHER_INDEX = {**_NEW_INDEX, "require-concurrent-index-deletion": "dropped in the transaction that makes its heir"}
_WIDER = {
    "ban-drop-constraint": "a wider list takes its place in the same transaction",
    "constraint-missing-not-valid": _CHECKED,
}
_EMPTIED = {"adding-required-field": "the table is emptied first: the relay writes its marks anew"}
_GRAINS = {
    "ban-drop-constraint": "a wider list of grains takes its place in the same transaction",
    "constraint-missing-not-valid": "checked while writers wait: old workers end before, as docs/operations.md says",
}
JUSTIFIED: Mapping[str, Mapping[str, str]] = {
    "intake/0002": _EMPTIED,
    "intake/0003": _NEW_INDEX,
    "intake/0004": _NEW_INDEX,
    "intake/0005": _NEW_INDEX,
    "intake/0012": _NEW_INDEX,
    "intake/0015": _NEW_INDEX,
    "intake/0017": _WIDER,
    "intake/0018": {
        "ban-drop-constraint": "a wider one takes its place in the same transaction",
        "constraint-missing-not-valid": _CHECKED,
    },
    "intake/0019": _WIDER,
    "intake/0022": _NEW_INDEX,
    "intake/0020": _WIDER,
    "intake/0027": _NEW_INDEX,
    "intake/0031": _WIDER,
    "intake/0041": {**_NEW_INDEX, **_WIDER},
    "intake/0042": _NEW_INDEX,
    "intake/0045": _WIDER,
    "intake/0047": _WIDER,
    "intake/0048": _NEW_INDEX,
    "dispatch/0002": _EMPTIED,
    "intake/0043": {
        **_NEW_INDEX,
        "constraint-missing-not-valid": _CHECKED,
        "ban-drop-not-null": "only who was erased has none; a process of the release before answers 503 for it",
    },
    "intake/0044": {"constraint-missing-not-valid": _CHECKED},
    "dispatch/0003": _NEW_INDEX,
    "dispatch/0004": _NEW_INDEX,
    "dispatch/0013": {
        "ban-drop-constraint": "a wider list of roles takes its place in the same transaction",
        "constraint-missing-not-valid": _CHECKED,
    },
    "dispatch/0014": {"constraint-missing-not-valid": _CHECKED},
    "dispatch/0015": _NEW_INDEX,
    "dispatch/0018": _NEW_INDEX,
    "dispatch/0021": {"constraint-missing-not-valid": _CHECKED},
    "dispatch/0022": {
        **_NEW_INDEX,
        **_WIDER,
        "ban-drop-not-null": "who asks at triage may be of no unit; a process of the release before reads only returns",
    },
    "dispatch/0025": _NEW_INDEX,
    "dispatch/0028": {**_NEW_INDEX, **_WIDER},
    "dispatch/0032": {"constraint-missing-not-valid": _CHECKED},
    "dispatch/0033": _WIDER,
    "dispatch/0034": {**_NEW_INDEX, **_WIDER},
    "dispatch/0036": {**_NEW_INDEX, **_WIDER},
    "dispatch/0029": _NEW_INDEX,
    "dispatch/0041": _NEW_INDEX,
    "dispatch/0042": _NEW_INDEX,
    "dispatch/0043": _NEW_INDEX,
    "followup/0003": _EMPTIED,
    "followup/0004": _OTHER_INDEX,
    "followup/0005": _OTHER_INDEX,
    "followup/0006": _NEW_INDEX,
    "followup/0012": {
        **_NEW_INDEX,
        "ban-drop-table": "its rows were carried over; old doors and workers end before, as docs/operations.md says",
    },
    "followup/0013": {
        **_NEW_INDEX,
        "ban-drop-constraint": "a wider list of states takes its place in the same transaction",
        "constraint-missing-not-valid": _CHECKED,
    },
    "followup/0014": {
        "adding-foreign-key-constraint": _CHECKED,
        "ban-drop-constraint": "wider keys take their place in the same transaction",
        "constraint-missing-not-valid": _CHECKED,
        "disallowed-unique-constraint": _INDEX,
    },
    "followup/0021": _WIDER,
    "followup/0023": _WIDER,
    "followup/0030": _WIDER,
    "followup/0029": {"constraint-missing-not-valid": _CHECKED},
    "analytics/0002": _EMPTIED,
    "analytics/0003": {
        **_OTHER_INDEX,
        "adding-field-with-default": "facts are rewritten once: the old workers end before, as docs/operations.md says",
        "ban-drop-default": "it served the rows that were there, in the same transaction",
    },
    "analytics/0004": {**_NEW_INDEX, **_GRAINS},
    "analytics/0005": {**_OTHER_INDEX, **_GRAINS},
    "analytics/0006": _NEW_INDEX,
    "analytics/0011": _NEW_INDEX,
    "analytics/0012": {
        "ban-drop-constraint": "a narrower list of grains takes its place in the same transaction",
        "constraint-missing-not-valid": "checked over an empty table",
        "ban-drop-table": "it held the start of months; old apis and workers end before, as docs/operations.md says",
        "require-concurrent-index-deletion": "the table is emptied in the same transaction",
    },
    "analytics/0014": _NEW_INDEX,
    "analytics/0015": _NEW_INDEX,
    "analytics/0017": _WIDER,
    "analytics/0024": _WIDER,
    "analytics/0025": {
        **_NEW_INDEX,
        "adding-field-with-default": "facts are rewritten once: the old workers end before, as docs/operations.md says",
    },
    "analytics/0016": {
        **_NEW_INDEX,
        "ban-drop-constraint": "a wider list of bases takes its place in the same transaction",
        "constraint-missing-not-valid": _CHECKED,
    },
}


def scripts() -> dict[str, str]:
    """The SQL of every migration, by service and revision."""
    found = {}
    for service in Service:
        for revision in ScriptDirectory(str(ROOT / "services" / service / "migrations")).walk_revisions():
            said = io.StringIO()
            context = MigrationContext.configure(
                dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said}
            )
            with Operations.context(context):
                revision.module.upgrade()
            found[f"{service}/{revision.revision}"] = said.getvalue()
    return found


def unsafe(sql: Mapping[str, str], folder: Path, not_asked: Iterable[str] = NOT_ASKED) -> dict[str, set[str]]:
    """The rules that each script breaks; nothing for one that breaks none."""
    files = {folder / f"{name.replace('/', '-')}.sql": name for name in sql}
    for file, name in files.items():
        file.write_text(sql[name], encoding="utf-8")
    options = ["--assume-in-transaction", "--pg-version", OLDEST_POSTGRESQL, "--reporter", "Json"]
    left_out = [f"--exclude={rule}" for rule in not_asked]
    result = subprocess.run([SQUAWK, *options, *left_out, *files], capture_output=True, text=True, check=False)
    found: dict[str, set[str]] = {}
    for one in json.loads(result.stdout):
        found.setdefault(files[Path(one["file"])], set()).add(one["rule_name"])
    return found


def test_every_unsafe_migration_says_why_it_may(tmp_path: Path) -> None:
    assert unsafe(scripts(), tmp_path) == {name: set(rules) for name, rules in JUSTIFIED.items()}


def test_no_rule_is_left_out_that_nothing_would_break(tmp_path: Path) -> None:
    broken = unsafe(scripts(), tmp_path, not_asked=())
    assert set(NOT_ASKED) <= set().union(*broken.values())


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("ALTER TABLE work ADD COLUMN weight int NOT NULL;", "adding-required-field"),
        ("CREATE INDEX work_title_idx ON work (title);", "require-concurrent-index-creation"),
        ("ALTER TABLE work ALTER COLUMN version TYPE bigint;", "changing-column-type"),
        ("ALTER TABLE work ALTER COLUMN result SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE work ADD CONSTRAINT positive CHECK (version > 0);", "constraint-missing-not-valid"),
        ("ALTER TABLE work DROP COLUMN title;", "ban-drop-column"),
        ("ALTER TABLE work RENAME COLUMN title TO heading;", "renaming-column"),
        ("DROP TABLE work;", "ban-drop-table"),
    ],
)
def test_an_unsafe_migration_is_found(statement: str, rule: str, tmp_path: Path) -> None:
    assert rule in unsafe({"x/0001": statement}, tmp_path)["x/0001"]


def test_a_new_table_and_an_empty_column_are_safe(tmp_path: Path) -> None:
    table = "CREATE TABLE note (note_id text PRIMARY KEY, at timestamptz NOT NULL); CREATE INDEX ON note (at);"
    assert unsafe({"x/0001": table, "x/0002": "ALTER TABLE work ADD COLUMN weight bigint;"}, tmp_path) == {}
