"""The shape of the code: sizes, one commit at the edge, no clock but the port, nothing that a reader must not find."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("libs", "services", "huiyin")
TOOLS = ("bench",)
MOST_LINES_OF_A_FUNCTION = 60
MOST_LINES_OF_A_FILE = 350
USUAL_LINES_OF_A_FUNCTION = 30
# Beside the edge: migrations, and a cut that swaps in what was rebuilt.
COMMITTERS = {"libs/common/database/session.py", "libs/common/database/migrate.py", "huiyin/audit/snapshot.py"}
READERS_OF_REAL_TIME = ("libs/common/time/", "libs/common/host/", "huiyin/cli/", "huiyin/audit/", "huiyin/replay/")

Functions = list[tuple[str, int]]


def product_files(folders: tuple[str, ...] = PRODUCT) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def functions(name: str, text: str) -> Functions:
    return [
        (f"{name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def commits(text: str) -> list[int]:
    """Lines that commit a database transaction."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and not node.args
    ]


def reads_real_time(text: str) -> list[int]:
    return [
        number for number, line in enumerate(text.splitlines(), 1) if re.search(r"datetime\.(now|utcnow|today)\(", line)
    ]


def test_functions_are_short() -> None:
    sizes = [size for name, text in product_files(PRODUCT + TOOLS) for size in functions(name, text)]
    too_long = [f"{where}: {size} lines" for where, size in sizes if size > MOST_LINES_OF_A_FUNCTION]
    assert too_long == []
    ordered = sorted(size for _, size in sizes)
    assert ordered[len(ordered) * 9 // 10] <= USUAL_LINES_OF_A_FUNCTION


def test_files_are_short() -> None:
    too_long = [name for name, text in product_files(PRODUCT + TOOLS) if len(text.splitlines()) > MOST_LINES_OF_A_FILE]
    assert too_long == []


def test_there_is_one_commit_at_the_edge() -> None:
    committing = {name for name, text in product_files() if commits(text) and not name.startswith("libs/common/bus/")}
    assert committing <= COMMITTERS


def test_only_the_clock_reads_the_time() -> None:
    reading = {
        name for name, text in product_files() if reads_real_time(text) and not name.startswith(READERS_OF_REAL_TIME)
    }
    # What happened really, for metrics and for a token's age, is real time on purpose.
    assert reading <= {"libs/common/delivery/consumer.py", "libs/common/security/jwks.py", "libs/common/logs.py"}


def test_product_code_has_no_escape_from_the_type_checker() -> None:
    assert [name for name, text in product_files() if "type: ignore" in text] == []


def test_a_service_that_states_its_rights_names_them_nowhere_else() -> None:
    stated = {path.parent.name for path in (ROOT / "services").glob("*/rights.py")}
    named = [name for name, text in product_files(("services",)) if re.search(r"\bRight\.[A-Z]", text)]
    assert stated
    assert [name for name in named if name.split("/")[1] in stated and not name.endswith("/rights.py")] == []


def test_there_is_no_room_for_odds_and_ends() -> None:
    names = {Path(name).name for name, _ in product_files()}
    assert names.isdisjoint({"utils.py", "helpers.py", "misc.py", "common_utils.py"})


def test_no_tracked_text_names_a_machine_path_or_a_registry() -> None:
    forbidden = re.compile(
        r"(^|[^a-zA-Z])/(work|farm|root)/|index-url|pypi\.org/simple|repo\d?\.maven\.|registry\.npmjs"
    )
    found = [name for name, text in product_files() if forbidden.search(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("async def f(s):\n    await s.commit()\n", [2]),
        ("async def f(reader, places):\n    await reader.commit(places)\n", []),
    ],
)
def test_a_commit_would_be_noticed(text: str, lines: list[int]) -> None:
    assert commits(text) == lines


def test_a_long_function_would_be_noticed() -> None:
    text = "def long():\n" + "    pass\n" * MOST_LINES_OF_A_FUNCTION
    assert functions("x.py", text) == [("x.py:1 long", MOST_LINES_OF_A_FUNCTION + 1)]


def test_a_look_at_the_real_time_would_be_noticed() -> None:
    assert reads_real_time("a = 1\nb = datetime.now(UTC)\n") == [2]
