"""Case numbers (工单编号): ``{place}{yyMMdd}{6-digit sequence}{check digit}``, to read out on a phone.

The place is the six digits of a county, so that the number has 19; or the nine of a town or street that runs its own,
so that it has 22. So two towns of one county never give out the same number, nor one that their county gives out.
"""

from collections.abc import Iterable
from datetime import date

PLACE_DIGITS = (6, 9)
"""Of a county, of a town."""
LENGTHS = tuple(digits + 13 for digits in PLACE_DIGITS)
HIGHEST_SEQUENCE = 999_999
"""Per place and day."""


def case_number(place: str, day: date, sequence: int) -> str:
    """The number of the ``sequence``-th case of a place on a day (of the place's own time zone).

    Raises:
        ValueError: the place is not six or nine digits, or the sequence does not fit into six.
    """
    if len(place) not in PLACE_DIGITS or not _are_digits(place):
        raise ValueError("a county has six digits, a town nine")
    if not 1 <= sequence <= HIGHEST_SEQUENCE:
        raise ValueError(f"a sequence lies between 1 and {HIGHEST_SEQUENCE}")
    body = f"{place}{day:%y%m%d}{sequence:06d}"
    return body + check_digit(body)


def is_case_number(text: str) -> bool:
    """Whether the text has the form of a case number and its check digit is right."""
    return len(text) in LENGTHS and _are_digits(text) and check_digit(text[:-1]) == text[-1]


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
