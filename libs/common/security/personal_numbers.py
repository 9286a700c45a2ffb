"""Whether the number of a thing (an order, a file) looks like the number of a person.

Numbers of things are kept in the clear, travel with events and are shown to everybody who sees the case. So what looks
like a person's is not taken for one of them. Real order numbers hold long runs of digits, dates and area codes above
all; what tells them from a person's is said here once, for the door and for the audit.
"""

import re
from datetime import date

_SEPARATOR = "[-._/]?"
_MOBILE = re.compile(
    rf"(?<![0-9])(?:(?:00)?86{_SEPARATOR}|0)?1[3-9][0-9]{_SEPARATOR}[0-9]{{4}}{_SEPARATOR}[0-9]{{4}}(?![0-9])"
)
_IDENTITY = re.compile(
    rf"(?<![0-9])([0-9]{{6}}){_SEPARATOR}([0-9]{{4}})([0-9]{{2}})([0-9]{{2}}){_SEPARATOR}([0-9]{{3}})([0-9Xx])(?![0-9])"
)
PROVINCES = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)))
) | {"71", "81", "82", "83", "91"}
_SHORTEST, _SHORTEST_IDENTITY = 11, 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_YOUNGEST, _OLDEST = 14, 130
"""Years. An order number with an area code and its date looks like the ID of somebody born on that day."""


def is_personal_number(text: str, on: date) -> bool:
    """Whether a mobile number or an ID number stands in it, as of that day.

    A mobile number of mainland China: 11 digits from 13 to 19, with or without 0, 86 or 0086 before them, in one run
    or in groups of 3, 4 and 4, and no further digit on either side. An ID number (GB 11643): 18 digits that begin with
    a province, hold the birth date of somebody of 14 to 130 years, and end in their check digit or in an X.
    ``GD202611280042`` and ``370100202611280012`` are neither.
    """
    if len(text) < _SHORTEST:
        return False
    if _MOBILE.search(text):
        return True
    return len(text) >= _SHORTEST_IDENTITY and any(_is_identity(match, on) for match in _IDENTITY.finditer(text))


def _is_identity(match: re.Match[str], on: date) -> bool:
    area, year, month, day, serial, check = match.groups()
    if area[:2] not in PROVINCES or not _YOUNGEST <= on.year - int(year) <= _OLDEST:
        return False
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    if check in "Xx":
        return True
    digits = area + year + month + day + serial
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == check
