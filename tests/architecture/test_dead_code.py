"""Nothing in the product is there for nobody: what only tests use, or nothing at all, is found by its name.

A name counts as used wherever it is read, so two things of one name hide each other; what is found is certainly dead.
Read by name, and so never found: what templates show, and the fields and checks of models, which pydantic and SQLModel
read. What else is called from outside stands below, with who calls it; a line that is no longer needed fails too.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from vulture import Vulture

from tests.architecture.test_shape import ROOT

PRODUCT = ("libs/common", "services", "huiyin", "deploy")
TOOLS = ("libs/programs", "bench", "tests")
MODELS = {"BaseModel", "BaseSettings", "SQLModel"}
CALLED_BY_FRAMEWORKS = [
    *("@*.get", "@*.post", "@*.put", "@*.delete", "@*.exception_handler", "@*.command", "@*.callback"),
    *(
        "@field_validator",
        "@model_validator",
        "@model_serializer",
        "@pytest.fixture",
        "@rule",
        "@invariant",
        "@initialize",
    ),
]
MIGRATIONS = {"revision", "down_revision", "branch_labels", "depends_on", "upgrade"}
PROTOCOLS = {"connection_made", "connection_lost", "data_received", "datagram_received"}
"""What asyncio calls of a protocol."""

PRODUCT_EXEMPT: Mapping[str, str] = {
    "capture_signals": "uvicorn calls it",
    "main_loop": "uvicorn calls it",
    "disabled": "logging reads it",
    "most_connections": "the deployment files are held against it",
    "on_partitions_assigned": "aiokafka calls it",
    "on_partitions_revoked": "aiokafka calls it",
    "propagate": "logging reads it",
    "CaseNumber": "a table whose rows are only written in SQL; what is there is held against it",
    "RoundTally": "a table whose rows are only written in SQL; what is there is held against it",
    "RoundTurn": "a table whose rows are only written and read in SQL; what is there is held against it",
    "ContactTally": "a table whose rows are only written and read in SQL; what is there is held against it",
    **dict.fromkeys(
        ("VisitHouseholdRow", "VisitSeatRow", "VisitTeamRow"),
        "tables whose rows are only written and read in SQL; what is there is held against them",
    ),
    "LetterSequence": "a table whose rows are only written in SQL; what is there is held against it",
    **dict.fromkeys(
        ("alignment", "page_width", "page_height", "top_margin", "bottom_margin", "left_margin", "right_margin"),
        "python-docx writes it into a document",
    ),
    **dict.fromkeys(("NAME", "ID_NO", "HOME"), "what of a requester is asked for, by its value"),
    "MEMBERS": "what of a household is asked for, by its value",
    **dict.fromkeys(
        ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"), "a pack names days by the words"
    ),
    "_value_": "the enumeration reads it",
    **dict.fromkeys(("NOTICE", "RECHECK", "SURVEY"), "what a requester may be asked for; the database holds the words"),
    **dict.fromkeys(("LEAVE", "ILL", "OTHER_DUTY", "NOT_SEEN"), "why somebody was not there; the API takes the words"),
    **dict.fromkeys(("LETTERED", "WHISTLED"), "roles of tasks that are not given yet; the database holds the words"),
    **dict.fromkeys(
        ("extend_clock", "keep_clock", "pause_clocks", "resume_clocks"),
        "what the book of clocks can do for procedures that are not there yet",
    ),
}
TOOLS_EXEMPT: Mapping[str, str] = {
    "on_body": "httptools calls it",
    "on_header": "httptools calls it",
    "on_message_complete": "httptools calls it",
    "pytestmark": "pytest reads it",
    "should_exit": "uvicorn reads it",
}


def files_of(folders: Iterable[str]) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def classes_in(text: str) -> list[ast.ClassDef]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]


def fields_of_models(texts: Iterable[str]) -> set[str]:
    """The names of all fields of models, found by the names of their bases."""
    classes = [each for text in texts for each in classes_in(text)]
    bases: dict[str, set[str]] = {}
    for each in classes:
        above = {ast.unparse(base).split("[")[0].rpartition(".")[2] for base in each.bases}
        bases[each.name] = bases.get(each.name, set()) | above
    models = set(MODELS)
    while more := {name for name, above in bases.items() if above & models} - models:
        models |= more
    return {
        target.id
        for each in classes
        if each.name in models
        for line in each.body
        for target in ([line.target] if isinstance(line, ast.AnnAssign) else getattr(line, "targets", []))
        if isinstance(target, ast.Name)
    }


def words_of_templates() -> set[str]:
    pages = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.html")]
    return {word for page in pages for word in re.findall(r"\w+", page.read_text(encoding="utf-8"))}


def dead(code: Mapping[str, str], used: Iterable[str] = ()) -> dict[str, list[str]]:
    """By name, where it stands: what no line of this code reads, and nobody of ``used`` names."""
    finder = Vulture(ignore_names=sorted(MIGRATIONS | PROTOCOLS), ignore_decorators=CALLED_BY_FRAMEWORKS)
    for name, text in code.items():
        finder.scan(text, filename=name)
    finder.used_names.update(used, fields_of_models(code.values()))
    found: dict[str, list[str]] = {}
    for item in finder.get_unused_code():
        found.setdefault(item.name, []).append(f"{item.filename}:{item.first_lineno}")
    return found


def code_of(folders: Iterable[str]) -> dict[str, str]:
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files_of(folders)}


def test_nothing_in_the_product_is_dead() -> None:
    found = dead(code_of(PRODUCT), words_of_templates())
    assert {name: where for name, where in found.items() if name not in PRODUCT_EXEMPT} == {}
    assert {name for name in PRODUCT_EXEMPT if name not in found} == set()


def test_nothing_in_tests_and_tools_is_dead() -> None:
    everything = dead(code_of((*PRODUCT, *TOOLS)), words_of_templates())
    found = {name: where for name, where in everything.items() if any(each.startswith(TOOLS) for each in where)}
    assert {name: where for name, where in found.items() if name not in TOOLS_EXEMPT} == {}
    assert {name for name in TOOLS_EXEMPT if name not in found} == set()


DEAD = """
class Shape(BaseModel):
    field: int

class Square(Shape):
    side: int

def nobody_calls_it(): ...

def somebody_calls_it(): ...

somebody_calls_it()
"""


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (DEAD, {"Square", "nobody_calls_it"}),
        ("class Router:\n    def closed(self): ...\n    seen = property(closed)\n", {"Router", "seen"}),
        ("@router.get('/')\ndef route(): ...\n", set()),
        ("from x import y\n", {"y"}),
    ],
)
def test_what_is_dead_is_found(code: str, found: set[str]) -> None:
    assert set(dead({"some.py": code})) == found
