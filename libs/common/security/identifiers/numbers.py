"""Numbers of persons by their own form: phones, ID numbers, cards, and long runs of digits that could be one.

Each pattern looks a bounded way ahead from where it begins, so that the time is that of the length.
"""

import re
from collections.abc import Callable

from libs.common.security.identifiers.signs import NUMERAL_SIGNS, SPELLED, STAR
from libs.common.security.identifiers.things import (
    are_years,
    is_counted_up,
    is_of_a_thing,
    is_of_a_towns_case,
    is_old_identity,
)

Pass = Callable[[str], str]
"""What hides one kind of identifier in a reading of a text."""

GAP = r"[\s\-._·/\u2010-\u2015]"
"""Between the digits of one number, however they are grouped."""
SEP = r"(?:(?:[^\w*]|_){1,4}|(?<!\*)\*(?!\*))"
"""Between the usual groups of one number: up to four signs that are neither letters nor figures. One star may stand
there, several are what was masked before."""
NOT_AFTER, NOT_BEFORE = r"(?<![0-9])", r"(?![0-9])"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"

# Longer than any number with a meaning of its own, but for some case numbers: several, written without a space.
_ENDLESS = re.compile(rf"{NOT_AFTER}[0-9]{{20,}}[Xx]?{NOT_BEFORE}")
_IDENTITY = re.compile(rf"{NOT_AFTER}[0-9]{{17}}[0-9Xx]{NOT_BEFORE}")
# Spaced apart in any way, only a real birth date tells an ID from a list of dates.
_SPACED_IDENTITY = re.compile(
    rf"{NOT_AFTER}[0-9]{{6}}{GAP}{{0,2}}(?:19|20)[0-9]{{2}}{GAP}{{0,2}}{_MONTH}{GAP}{{0,2}}{_DAY}"
    rf"{GAP}{{0,2}}[0-9]{{3}}{GAP}{{0,2}}[0-9Xx]{NOT_BEFORE}"
)


def _grouped(*groups: int, last: str = "[0-9]") -> str:
    """So many digits in each group; the last sign may be another."""
    *before, end = groups
    whole = [f"[0-9]{{{size}}}" for size in before]
    return SEP.join([*whole, f"[0-9]{{{end - 1}}}{last}" if end > 1 else last])


_IDENTITY_IN_GROUPS = re.compile(
    NOT_AFTER
    + "(?:"
    + "|".join(
        _grouped(*groups, last="[0-9Xx]")
        for groups in (
            *((6, 8, 4), (6, 4, 4, 4), (4, 4, 4, 4, 2), (3, 3, 4, 4, 4), (6, 4, 2, 2, 4), (6, 6, 6)),
            *((6, 12), (14, 4), (10, 8), (6, 8, 3, 1), (6, 4, 4, 3, 1), (17, 1), (1,) * 18, (6, 2, 2, 2, 2, 4)),
        )
    )
    + f"){NOT_BEFORE}"
)
_OLD_IDENTITY_IN_GROUPS = re.compile(
    NOT_AFTER
    + "(?:"
    + "|".join(_grouped(*groups) for groups in ((6, 6, 3), (4, 4, 4, 3), (5, 5, 5), (6, 9)))
    + f"){NOT_BEFORE}"
)
_BETWEEN_FOURS = r"(?:[^\w*、，,；;.]|_){1,2}"
_CARD_IN_GROUPS = re.compile(
    rf"{NOT_AFTER}(?:[0-9]{{4}}(?:{_BETWEEN_FOURS}[0-9]{{4}}){{2,3}}(?:{_BETWEEN_FOURS})?[0-9]{{1,4}}"
    rf"|[3-9][0-9]{{5}}{_BETWEEN_FOURS}[0-9]{{10,13}}|[0-9]{{4}}{_BETWEEN_FOURS}[0-9]{{6}}{_BETWEEN_FOURS}[0-9]{{5}})"
    rf"{NOT_BEFORE}"
)
_CARD_DIGITS = range(15, 20)
# In groups of any length after the first three digits, in usual groups far apart, or every digit apart from the next.
_MOBILE_GROUPS = ((4, 4), (8,), (3, 5), (2, 2, 4), (4, 2, 2), (2, 2, 2, 2), (1,) * 8)
_MOBILE = re.compile(
    rf"{NOT_AFTER}(?:(?:00)?86{SEP}?|0{SEP}?)?(?P<number>1[3-9][0-9](?:{GAP}{{0,2}}[0-9]){{8}}|"
    + "|".join(rf"1[3-9][0-9]{SEP}{_grouped(*groups)}" for groups in _MOBILE_GROUPS)
    + "|"
    + "|".join(
        rf"1[3-9][0-9]{{{size - 2}}}{SEP}{_grouped(*rest)}"
        for size, rest in ((7, (4,)), (4, (3, 4)), (4, (4, 3)), (5, (6,)), (6, (5,)), (4, (7,)))
    )
    + rf"|1{SEP}[3-9](?:{SEP}[0-9]){{9}}|1[3-9](?:{SEP}[0-9]{{2}}){{4}}{SEP}[0-9]"
    + rf"|1{SEP}[3-9][0-9](?:{SEP}[0-9]{{2}}){{4}}"
    + rf"){NOT_BEFORE}"
)
_DECIMAL = re.compile(r"[0-9]{9,}\.[0-9]{1,2}")
_MORE_BEFORE, _MORE_AFTER = re.compile(r"[0-9]\.$"), re.compile(r"\.[0-9]")
_DATE_FIRST = re.compile(r"19[0-9]{2}([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])(?!\1?[0-9])")
_LANDLINE = re.compile(
    rf"{NOT_AFTER}(?:0|(?:\+|00)86{GAP}?0?)(?:10|2[0-9]|[3-9][0-9]{{2}}){SEP}?"
    rf"(?P<number>[2-8][0-9]{{2,3}}{SEP}?[0-9]{{4}}){NOT_BEFORE}"
)
_ABROAD = re.compile(
    rf"(?:(?<![0-9A-Za-z])\+\s?|{NOT_AFTER}00(?=1{GAP}|7{GAP}|85[236]|886|[2-689][0-9]))(?!86)[1-9][0-9]{{0,2}}"
    rf"(?P<number>(?:[\s\-.()/]{{0,3}}[0-9]){{7,12}}){NOT_BEFORE}"
)
_TAIWAN = re.compile(rf"{NOT_AFTER}09[0-9]{{2}}{SEP}?(?P<number>[0-9]{{3}}{SEP}?[0-9]{{3}}){NOT_BEFORE}")
_RUN = re.compile(rf"{NOT_AFTER}[0-9]{{12,19}}{NOT_BEFORE}")
_NUMERALS = re.compile(rf"[{NUMERAL_SIGNS}]{{7,}}(?![十百千万亿年月日])")


def starred(number: str, head: int, tail: int) -> str:
    """The number with the digits between the first ``head`` and the last ``tail`` hidden; what parts them stays."""
    places = [place for place, sign in enumerate(number) if sign in "0123456789Xx"]
    hidden = set(places[head : len(places) - tail])
    return "".join([STAR if place in hidden else sign for place, sign in enumerate(number)])


def _hide_long(match: re.Match[str]) -> str:
    return starred(match[0], 3, 4)


def _hide_endless(match: re.Match[str]) -> str:
    return match[0] if is_of_a_towns_case(match[0]) else _hide_long(match)


def _hide_identity_in_groups(match: re.Match[str]) -> str:
    groups = _groups(match[0])
    return match[0] if _are_decimals(match) or are_years(groups) or is_counted_up(groups) else _hide_long(match)


def _hide_old_identity(match: re.Match[str]) -> str:
    return _hide_long(match) if is_old_identity("".join(_groups(match[0]))) else match[0]


def _hide_card(match: re.Match[str]) -> str:
    groups = _groups(match[0])
    if len(groups) == 1 or are_years(groups) or is_counted_up(groups) or sum(map(len, groups)) not in _CARD_DIGITS:
        return match[0]
    return starred(match[0], 6, 4)


def _hide_mobile(match: re.Match[str]) -> str:
    number = match["number"]
    if _DATE_FIRST.match(number) or _are_decimals(match) or is_counted_up(_groups(number)):
        return match[0]
    return match[0][: match.start("number") - match.start()] + starred(number, 3, 4)


def _are_decimals(match: re.Match[str]) -> bool:
    """Whether the full stops in it are those of sums, marks or addresses of computers, and do not part a number."""
    text, start, end = match.string, match.start(), match.end()
    if "." not in match[0]:
        return False
    more = _MORE_BEFORE.search(text[max(0, start - 2) : start]) or _MORE_AFTER.match(text, end)
    return bool(more) or _DECIMAL.fullmatch(match[0]) is not None


def _hide_all_but_four(match: re.Match[str]) -> str:
    digits = sum(map(len, _groups(match["number"])))
    tail = min(4, digits - 4)
    return match[0][: match.start("number") - match.start()] + starred(match["number"], 0, tail)


def _hide_run(match: re.Match[str]) -> str:
    if is_of_a_thing(match.string, match.start(), match.end()):
        return match[0]
    # A bank card is known by its check digit: of it, six digits name the bank.
    return starred(match[0], 6 if passes_luhn([int(sign) for sign in match[0]]) else 3, 4)


def passes_luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1 annex B, by which bank cards end in a check digit; 16 to 19 digits."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return len(digits) >= 16 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0  # noqa: PLR2004


def _hide_numerals(match: re.Match[str]) -> str:
    figures = match[0].translate(SPELLED)
    if is_counted_up(list(figures)):
        return match[0]
    return match[0][:3] + STAR * (len(figures) - 5) + match[0][-2:]


def _groups(number: str) -> list[str]:
    return re.findall("[0-9Xx]+", number)


def pass_of(pattern: re.Pattern[str], hide: Callable[[re.Match[str]], str], perhaps: Callable[[str], object]) -> Pass:
    """A pass over the texts in which it can find something at all: most have none, and are let by at a glance."""
    return lambda text: pattern.sub(hide, text) if perhaps(text) else text


def _pass(pattern: re.Pattern[str], hide: Callable[[re.Match[str]], str]) -> Pass:
    return lambda text: pattern.sub(hide, text)


def _by_digits(text: str) -> str:
    if _TEN_DIGITS.search(text):
        for hide in _BY_DIGITS:
            text = hide(text)
    return text


_TEN_DIGITS = re.compile(r"[0-9](?:[\W_]{0,4}[0-9]){9}")
"""Fewer, near one another, are no number that is known by itself."""
_BY_DIGITS: tuple[Pass, ...] = (
    _pass(_ENDLESS, _hide_endless),
    _pass(_IDENTITY, _hide_long),
    _pass(_SPACED_IDENTITY, _hide_long),
    _pass(_IDENTITY_IN_GROUPS, _hide_identity_in_groups),
    _pass(_CARD_IN_GROUPS, _hide_card),
    _pass(_OLD_IDENTITY_IN_GROUPS, _hide_old_identity),
    _pass(_MOBILE, _hide_mobile),
    _pass(_LANDLINE, _hide_all_but_four),
    _pass(_ABROAD, _hide_all_but_four),
    _pass(_TAIWAN, _hide_all_but_four),
    _pass(_RUN, _hide_run),
)
"""Longest first, so that no part of an ID is taken for a phone."""
# Nobody spells a long number that is none of a person.
NUMBERS: tuple[Pass, ...] = (_by_digits, _pass(_NUMERALS, _hide_numerals))
