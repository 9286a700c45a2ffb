"""One word for one thing: names of classes and files are held to docs/glossary.md, and docstrings say something."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.architecture.test_shape import PRODUCT, ROOT, TOOLS, product_files

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
# What English needs to make a sentence of a name.
LITTLE = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "for",
        "to",
        "in",
        "on",
        "by",
        "with",
        "and",
        "or",
        "is",
        "are",
        "be",
        "it",
        "its",
        "this",
        "that",
        "as",
        "at",
        "from",
        "one",
        "all",
        "which",
        "what",
    ]
)


def table_rows() -> list[list[str]]:
    """The cells of each term's line."""
    rows = [line.strip("|").split("|") for line in GLOSSARY.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [row for row in cells if len(row) == 5 and row[0] != "term" and not row[0].startswith("---")]


def shared_names() -> set[str]:
    """The class names that may stand in several places."""
    foot = GLOSSARY.split("## Names that stand in several places")[1]
    return set(re.findall(r"^\| `(\w+)` \|", foot, re.MULTILINE))


def classes() -> Iterator[tuple[str, str]]:
    """Every public class of the product: its file and its name."""
    for name, text in product_files():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield name, node.name


def words(name: str) -> set[str]:
    """The words of a name, in small letters: ``CaseRow`` and ``case_row`` are both case and row."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def forbidden() -> dict[str, str]:
    """Word -> the term that stands for it."""
    return {word: row[0] for row in table_rows() for word in row[4].split(", ") if word}


def unfit(names: Iterator[tuple[str, str]]) -> list[str]:
    """Names that bear a word of the last column."""
    bad = forbidden()
    return [
        f"{where}: {name} says {word!r}, the term is {bad[word]!r}"
        for where, name in names
        for word in sorted(words(name) & bad.keys())
    ]


def says_nothing(name: str, docstring: str) -> bool:
    """Whether a docstring only says the name again. A Chinese term is something."""
    if re.search(r"[\u4e00-\u9fff]|\d|`", docstring):
        return False
    stems = {word.rstrip("s") for word in words(name)}
    return not {word.rstrip("s") for word in re.findall(r"[a-z]+", docstring.lower())} - stems - LITTLE


def test_every_term_of_the_glossary_is_in_the_code() -> None:
    code = "\n".join(text for _, text in product_files())
    paths = " ".join(name for name, _ in product_files())
    named = [(row[0], name) for row in table_rows() for name in re.findall(r"`(\w+)`", row[2])]
    assert len(named) > 40
    assert [pair for pair in named if not re.search(rf"\b{pair[1]}\b", code) and f"/{pair[1]}" not in paths] == []


def test_a_term_stands_once() -> None:
    terms = [row[0] for row in table_rows()]
    chinese = [row[1] for row in table_rows()]
    assert len(set(terms)) == len(terms)
    assert len(set(chinese)) == len(chinese)


def test_a_class_name_stands_in_one_place_or_is_said_to_be_shared() -> None:
    places = defaultdict(set)
    for where, name in classes():
        places[name].add(where)
    several = {name: sorted(where) for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in several.items() if name not in shared_names()} == {}
    assert shared_names() - several.keys() == set()


def test_no_class_and_no_file_bears_a_word_that_has_a_better_one() -> None:
    files = ((name, part) for name, _ in product_files(PRODUCT + TOOLS) for part in name.removesuffix(".py").split("/"))
    assert unfit(classes()) == []
    assert unfit(iter(sorted({(part, part) for _, part in files}))) == []


def test_a_name_with_such_a_word_is_found() -> None:
    assert unfit(iter([("services/x.py", "CaseStanding")]))
    assert unfit(iter([("services/x.py", "asked")]))


def test_docstrings_say_more_than_the_name() -> None:
    empty = [
        f"{name}:{node.lineno} {node.name}"
        for name, text in product_files()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and (docstring := ast.get_docstring(node)) is not None
        and says_nothing(node.name, docstring)
    ]
    assert empty == []


def test_a_docstring_that_says_the_name_again_is_found() -> None:
    assert says_nothing("read_case", "Reads the case.")
    assert not says_nothing("read_case", "Reads the case under a lock.")
