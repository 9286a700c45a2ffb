"""A counter is declared once; whatever lists counters derives from that."""

import ast
import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import BigInteger, Table

from libs.common.counters import AMONG, Counter, Declared, Trait
from libs.common.pack.schema import Population
from libs.common.pack.schema.figures import WeightedSum
from libs.common.pack.schema_errors import schema_document
from services.analytics.counters import domain
from services.analytics.counters.domain import COUNTERS, LAST_BIT, NOTHING, RARE, WORD, Basis, bits_of, words_of
from services.analytics.facts.domain.counting import counted
from services.analytics.rollups.domain import integer_of
from services.analytics.rollups.tables import CASES, TABLES
from tests.architecture.test_shape import ROOT, product_files

MOST_CODES_BESIDE_THE_LIST = 3
WITNESS = {"huiyin/audit/counted.py", "huiyin/audit/hands.py", "huiyin/audit/hearing.py"}
"""The audit counts by its own means."""


def test_a_declaration_says_all_of_a_counter() -> None:
    class Visits(Declared):
        MADE = "made", "走访 Visits made", "each", Trait.RARE

    assert (str(Visits.MADE), Visits.MADE.value, Visits["MADE"]) == ("made", "made", Visits.MADE)
    assert (Visits.MADE.words, Visits.MADE.counts) == (("走访", "Visits made"), "each")
    assert Visits.MADE.traits == {Trait.RARE}


def test_each_has_its_own_words_in_both_languages() -> None:
    for language in (0, 1):
        words = {counter.words[language] for counter in Counter}
        assert len(words) == len(Counter)
        assert all(words)
    assert all(counter.words[0].isascii() is False and counter.words[1].isascii() for counter in Counter)


@pytest.mark.parametrize("counter", Counter)
def test_formulas_name_what_the_list_lets_them(counter: Counter) -> None:
    weights: TypeAdapter[Any] = TypeAdapter(WeightedSum)
    if Trait.NOT_IN_FORMULAS not in counter.traits:
        assert weights.validate_python({counter.value: 2}) == {counter: 2}
        return
    with pytest.raises(ValidationError) as refused:
        weights.validate_python({counter.value: 2})
    (error,) = refused.value.errors()
    assert error["type"] == "enum"
    assert f"'{Counter.REGISTERED}'" in error["ctx"]["expected"]
    assert f"'{counter}'" not in error["ctx"]["expected"]


def test_the_published_form_of_a_pack_lists_them() -> None:
    formula = schema_document()["$defs"]["Formula"]["properties"]
    for part in ("numerator", "denominator"):
        listed = formula[part]["propertyNames"]["enum"]
        assert listed == [counter.value for counter in Counter if Trait.NOT_IN_FORMULAS not in counter.traits]
    assert {population.value for population in Population} == {basis.value for basis in Basis}


@pytest.mark.parametrize("table", [TABLES[name] for name in CASES.tables])
def test_they_are_the_columns_of_the_roll_ups(table: Table) -> None:
    dimensions = CASES.tables[table.name]
    assert [column.name for column in table.columns] == [*dimensions, *(counter.value for counter in Counter)]
    for counter in Counter:
        is_wide = isinstance(table.c[counter.value].type, BigInteger)
        assert is_wide is (integer_of(counter) == "bigint") is (Trait.WIDE in counter.traits)


def test_their_places_are_the_bits_of_a_fact() -> None:
    assert tuple(Counter) == COUNTERS
    assert len(NOTHING) == len(COUNTERS)
    for place, counter in enumerate(COUNTERS):
        counts = tuple(int(index == place) for index in range(len(COUNTERS)))
        assert counted([counts]) == bits_of([counter]) == 1 << place
    assert {counter for counter in Counter if Trait.RARE in counter.traits} == RARE
    assert RARE.issuperset(AMONG.values())
    assert RARE.isdisjoint(AMONG)


def test_they_go_into_two_columns_of_which_neither_has_a_sign() -> None:
    for place, counter in enumerate(COUNTERS):
        first, beyond = words_of(bits_of([counter]))
        assert (first, beyond) == ((1 << place, 0) if place < WORD else (0, 1 << place - WORD))
    assert all(0 < word < 1 << WORD for word in words_of((1 << LAST_BIT + 1) - 1))


def test_a_fact_has_bits_for_any_number_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """From some place on one bit stands for all: whoever looks by it finds too much, and never too little."""
    monkeypatch.setattr(domain, "LAST_BIT", 5)
    assert bits_of(COUNTERS) == 0b111111
    assert bits_of([COUNTERS[5]]) == bits_of([COUNTERS[9]]) == 1 << 5


def test_the_documents_list_them() -> None:
    openapi = json.loads((ROOT / "docs" / "openapi" / "analytics.json").read_text(encoding="utf-8"))
    assert openapi["components"]["schemas"]["Counter"]["enum"] == [counter.value for counter in Counter]
    manual = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
    for counter in Counter:
        assert f"| `{counter}` | {counter.words[0]} | {counter.counts}" in manual


def test_nothing_else_lists_them() -> None:
    # A single word, such as closed, stands for a status, too.
    codes = {counter.value for counter in Counter if "_" in counter.value}
    lists = {
        name
        for name, text in product_files()
        if len(codes & {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)})
        > MOST_CODES_BESIDE_THE_LIST
    }
    assert lists <= {"libs/common/counters/of_cases.py", *WITNESS}
