"""Case numbers: every one is right, every slip of a digit is found."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.cases.domain.case_number import HIGHEST_SEQUENCE, LENGTH, case_number, check_digit, is_case_number

COUNTIES = st.text(string.digits, min_size=6, max_size=6)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SEQUENCES = st.integers(1, HIGHEST_SEQUENCE)
NUMBERS = st.builds(case_number, COUNTIES, DAYS, SEQUENCES)


def test_a_number_reads_county_day_sequence() -> None:
    assert case_number("999001", date(2026, 3, 4), 17) == "999001" + "260304" + "000017" + "0"


def test_the_check_digit_is_that_of_the_standard() -> None:
    # ISO 7064:2003 gives 0794 with the check digit 5 as its example of MOD 11,10.
    assert check_digit("0794") == "5"


@given(NUMBERS)
def test_every_number_is_one(number: str) -> None:
    assert len(number) == LENGTH
    assert is_case_number(number)


@given(NUMBERS, st.integers(0, LENGTH - 1), st.integers(1, 9))
def test_every_wrong_digit_is_found(number: str, place: int, off: int) -> None:
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]
    assert not is_case_number(wrong)


@given(COUNTIES, DAYS, SEQUENCES, SEQUENCES)
def test_two_sequences_never_give_one_number(county: str, day: date, one: int, other: int) -> None:
    assert (case_number(county, day, one) == case_number(county, day, other)) is (one == other)


@given(st.text(max_size=25))
def test_other_text_is_never_one(text: str) -> None:
    assert not is_case_number(text) or (len(text) == LENGTH and text.isascii() and text.isdigit())


def test_digits_of_other_scripts_are_none() -> None:
    number = case_number("999001", date(2026, 3, 4), 17)
    assert not is_case_number(number.replace("0", "０"))
    assert not is_case_number(number + "\n")


@pytest.mark.parametrize(("county", "sequence"), [("99900", 1), ("99900a", 1), ("999001", 0), ("999001", 1_000_000)])
def test_what_does_not_fit_is_refused(county: str, sequence: int) -> None:
    with pytest.raises(ValueError, match=r"six digits|sequence"):
        case_number(county, date(2026, 3, 4), sequence)
