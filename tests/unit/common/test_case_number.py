"""Case numbers: every one is right, every slip of a digit is found."""

import string
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from libs.common.case_numbers import (
    HIGHEST_SEQUENCE,
    LENGTHS,
    PLACE_DIGITS,
    case_number,
    check_digit,
    is_case_number,
)

PLACES = st.sampled_from(PLACE_DIGITS).flatmap(lambda many: st.text(string.digits, min_size=many, max_size=many))
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SEQUENCES = st.integers(1, HIGHEST_SEQUENCE)
NUMBERS = st.builds(case_number, PLACES, DAYS, SEQUENCES)


def test_a_number_reads_place_day_sequence() -> None:
    assert case_number("999001", date(2026, 3, 4), 17) == "999001" + "260304" + "000017" + "0"
    assert case_number("999001101", date(2026, 3, 4), 17) == "999001101" + "260304" + "000017" + "0"


@given(PLACES, PLACES, DAYS, DAYS, SEQUENCES, SEQUENCES)
def test_two_places_never_give_one_number(place: str, other: str, day: date, another: date, one: int, two: int) -> None:
    assume(place != other)
    assert case_number(place, day, one) != case_number(other, another, two)


def test_the_check_digit_is_that_of_the_standard() -> None:
    # ISO 7064:2003 gives 0794 with the check digit 5 as its example of MOD 11,10.
    assert check_digit("0794") == "5"


@given(NUMBERS)
def test_every_number_is_one(number: str) -> None:
    assert len(number) in LENGTHS
    assert is_case_number(number)


@given(NUMBERS, st.integers(0), st.integers(1, 9))
def test_every_wrong_digit_is_found(number: str, place: int, off: int) -> None:
    place %= len(number)
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]
    assert not is_case_number(wrong)


@given(PLACES, DAYS, SEQUENCES, SEQUENCES)
def test_two_sequences_never_give_one_number(place: str, day: date, one: int, other: int) -> None:
    assert (case_number(place, day, one) == case_number(place, day, other)) is (one == other)


@given(st.text(max_size=25))
def test_other_text_is_never_one(text: str) -> None:
    assert not is_case_number(text) or (len(text) in LENGTHS and text.isascii() and text.isdigit())


def test_digits_of_other_scripts_are_none() -> None:
    number = case_number("999001", date(2026, 3, 4), 17)
    assert not is_case_number(number.replace("0", "０"))
    assert not is_case_number(number + "\n")


@pytest.mark.parametrize(
    ("place", "sequence"), [("99900", 1), ("9990011", 1), ("99900a", 1), ("999001", 0), ("999001", 1_000_000)]
)
def test_what_does_not_fit_is_refused(place: str, sequence: int) -> None:
    with pytest.raises(ValueError, match=r"six digits|sequence"):
        case_number(place, date(2026, 3, 4), sequence)
