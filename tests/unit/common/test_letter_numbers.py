"""Numbers of letters: written as the rule says, never the same for two, and a rule that could is refused."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from libs.common.letter_numbers import letter_number, skeleton
from libs.common.pack.check import check_pack
from libs.common.pack.check.letters import letters
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import LetterKind, LetterOffice, LetterRules, Pack
from tests.journeys.county import DEMO

PIECES = st.sampled_from(["{office}", "函", "〔", "〕", "号", "第", "1", "-", "督"])
RULES = (
    st.lists(PIECES, max_size=7).flatmap(lambda pieces: st.permutations([*pieces, "{year}", "{number}"])).map("".join)
)
WORDS = st.text("翠街民情响", min_size=1, max_size=3)
PACK = load_pack(DEMO)


def test_as_offices_write_it() -> None:
    assert letter_number("{office}函〔{year}〕{number}号", "翠街", 2019, 12) == "翠街函〔2019〕12号"


@given(RULES, WORDS, RULES, WORDS, st.data())
def test_rules_that_differ_without_digits_never_write_the_same(
    rule: str, word: str, other: str, second: str, data: st.DataObject
) -> None:
    assume(skeleton(rule, word) != skeleton(other, second))
    when = st.tuples(st.integers(1970, 2199), st.integers(1, 100_000))
    first, then = data.draw(when), data.draw(when)
    assert letter_number(rule, word, *first) != letter_number(other, second, *then)


@given(RULES, WORDS, st.integers(1970, 2199), st.integers(1970, 2199), st.integers(1, 10**6), st.integers(1, 10**6))
def test_one_rule_never_writes_the_same_for_two(
    rule: str, word: str, year: int, other: int, number: int, second: int
) -> None:
    same = letter_number(rule, word, year, number) == letter_number(rule, word, other, second)
    assert same == ((year, number) == (other, second))


def with_letters(*rules: str, offices: tuple[tuple[str, str], ...] = (("T-999001101", "青"),)) -> Pack:
    kinds = tuple(
        LetterKind(code=f"kind_{index}", name="函", name_en="Letter", number=rule) for index, rule in enumerate(rules)
    )
    named = tuple(LetterOffice(unit=unit, word=word) for unit, word in offices)
    return PACK.model_copy(update={"letters": LetterRules(kinds=kinds, offices=named)})


GOOD = "{office}函〔{year}〕{number}号"


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        (with_letters("{office}函{number}号"), "{year} does not stand in it just once"),
        (with_letters("{office}函〔{year}〕号"), "{number} does not stand in it just once"),
        (with_letters("{office}〔{year}〕{number}{number}"), "{number} does not stand in it just once"),
        (with_letters("{unit}函〔{year}〕{number}号"), "'{unit}' is no place of a number"),
        (with_letters("{office}函〔{year}〕{number}号}"), "a brace stands alone"),
        (
            with_letters("函〔{year}〕{number}号", offices=(("T-999001101", "青"), ("D-LIGHTS", "灯"))),
            "several offices would write the same numbers",
        ),
        (with_letters(GOOD, "{office}函〔{year}〕1{number}号"), "would have the same numbers as"),
        (with_letters(GOOD, offices=(("D-NONE", "青"),)), "no unit of this pack is 'D-NONE'"),
        (with_letters(GOOD, offices=(("D-LIGHTS", "青"), ("D-LIGHTS", "灯"))), "stands here a second time"),
    ],
)
def test_a_rule_that_could_give_a_number_twice_is_refused(pack: Pack, said: str) -> None:
    assert said in " ".join(str(finding.message) for finding in letters(pack))
    assert check_pack(pack)


def test_a_good_rule_passes() -> None:
    assert not list(letters(with_letters(GOOD, "{office}督函〔{year}〕{number}号")))
