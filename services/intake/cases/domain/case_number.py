"""Case numbers (工单编号): ``{county6}{yyMMdd}{6-digit sequence}{check digit}``, 19 digits to read out on a phone."""

from collections.abc import Iterable
from datetime import date

LENGTH = 19
COUNTY_DIGITS = 6
HIGHEST_SEQUENCE = 999_999
"""Per county and day."""


def case_number(county: str, day: date, sequence: int) -> str:
    """The number of the ``sequence``-th case of a county on a day (of the county's own time zone).

    Raises:
        ValueError: the county is not six digits, or the sequence does not fit into six.
    """
    if len(county) != COUNTY_DIGITS or not _are_digits(county):
        raise ValueError("a county has six digits")
    if not 1 <= sequence <= HIGHEST_SEQUENCE:
        raise ValueError(f"a sequence lies between 1 and {HIGHEST_SEQUENCE}")
    body = f"{county}{day:%y%m%d}{sequence:06d}"
    return body + check_digit(body)


def is_case_number(text: str) -> bool:
    """Whether the text has the form of a case number and its check digit is right."""
    return len(text) == LENGTH and _are_digits(text) and check_digit(text[:-1]) == text[-1]


def check_digit(digits: str) -> str:
    """The check digit of ISO 7064 MOD 11,10: finds every single wrong digit and nearly every swap of two."""
    return str((11 - _product(map(int, digits))) % 10)


def _product(digits: Iterable[int]) -> int:
    product = 10
    for digit in digits:
        total = (product + digit) % 10 or 10
        product = total * 2 % 11
    return product


def _are_digits(text: str) -> bool:
    # str.isdigit alone takes ² and Arabic digits for digits, too.
    return text.isascii() and text.isdigit()
