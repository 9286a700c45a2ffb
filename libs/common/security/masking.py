"""Masking (脱敏): what is left of a name, a phone, an ID or bank card number where it need not be known.

Free text leaves intake only through `mask_text`. It errs on the side of hiding: digits that could be a number of a
person are masked. It knows digits only, also full-width and drawn ones (①, ³); a number spelled in words (幺三八…)
passes.
"""

import re
import unicodedata
from collections.abc import Callable

from libs.common.security.phones import NotAPhone, is_chinese_mobile, normalised_phone

STAR = "*"
FEWEST_DIGITS = 10
"""The shortest number that is masked in free text: a landline with its area code."""

_GAP = r"[\s\-._·/\u2010-\u2015\u200b-\u200f\u2060\ufeff]"
_NOT_AFTER, _NOT_BEFORE = r"(?<![0-9])", r"(?![0-9])"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"

# Longer than any number with a meaning of its own: several numbers written without a space.
_RUN = re.compile(rf"{_NOT_AFTER}[0-9]{{20,}}[Xx]?{_NOT_BEFORE}")
_IDENTITY = re.compile(rf"{_NOT_AFTER}[0-9]{{17}}[0-9Xx]{_NOT_BEFORE}")
# Spaced apart, only a real birth date tells an ID from a list of dates.
_SPACED_IDENTITY = re.compile(
    rf"{_NOT_AFTER}[0-9]{{6}}{_GAP}{{0,2}}(?:19|20)[0-9]{{2}}{_GAP}{{0,2}}{_MONTH}{_GAP}{{0,2}}{_DAY}"
    rf"{_GAP}{{0,2}}[0-9]{{3}}{_GAP}{{0,2}}[0-9Xx]{_NOT_BEFORE}"
)
_CARD = re.compile(rf"{_NOT_AFTER}[0-9]{{4}}(?:{_GAP}?[0-9]{{4}}){{2,3}}{_GAP}?[0-9]{{1,4}}{_NOT_BEFORE}")
# In groups of any length after the first three digits, or every digit apart from the next.
_MOBILE = re.compile(
    rf"{_NOT_AFTER}(?:(?:00)?86{_GAP}{{0,2}}|0)?"
    rf"(?P<number>1[3-9][0-9](?:{_GAP}{{0,2}}[0-9]){{8}}|1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}){_NOT_BEFORE}"
)
_LANDLINE = re.compile(
    rf"{_NOT_AFTER}(?:0|(?:\+|00)86{_GAP}?0?)(?:10|2[0-9]|[3-9][0-9]{{2}})[)\uff09]?{_GAP}{{0,2}}"
    rf"(?P<number>[2-8][0-9]{{2,3}}{_GAP}?[0-9]{{4}}){_NOT_BEFORE}"
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
# Raised, lowered, in a circle or brackets, before a full stop or a comma.
_SHAPES = (
    "\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490"
    "\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\U0001f100-\U0001f10a"
)
_DRAWN_DIGIT = re.compile(f"[{_SHAPES}]")
_DIGIT = re.compile(rf"[\d{_SHAPES}]")


def masked_phone(phone: str) -> str:
    """`138****1234` for a mobile number, `****1234` for any other that is long enough, else only stars."""
    try:
        national = normalised_phone(phone).removeprefix("+86")
    except NotAPhone:
        return STAR * 4
    if is_chinese_mobile(national):
        return f"{national[:3]}****{national[-4:]}"
    return STAR * 4 + (national[-4:] if len(national) > 7 else "")  # noqa: PLR2004


def masked_name(name: str) -> str:
    """`张*`: the first character, and one star however long the name is."""
    bare = name.strip()
    return bare[:1] + STAR if len(bare) > 1 else STAR * len(bare)


def mask_text(text: str) -> str:
    """The text with mobile and landline numbers, ID numbers and bank cards masked, all else as it was.

    Every hidden digit becomes one star, so the length stays. A mobile keeps its first 3 and last 4 digits, an ID the
    same, a bank card (16 to 19 digits that pass the Luhn check) its first 6 and last 4.
    """
    if len(_DIGIT.findall(text)) < FEWEST_DIGITS:
        return text
    masked = _masked(text)
    if _DRAWN_DIGIT.search(text):
        # One may number what follows (①138...) or stand within it (1③8...): what either reading hides is hidden.
        drawn = _masked(_DRAWN_DIGIT.sub(_as_ascii, text))
        return "".join(STAR if new == STAR else old for old, new in zip(masked, drawn, strict=True))
    return masked


def _masked(text: str) -> str:
    ascii_digits = _OTHER_DIGIT.sub(_as_ascii, text).replace("Ｘ", "X").replace("ｘ", "x")
    masked = ascii_digits
    for hide in _PASSES:
        masked = hide(masked)
    if ascii_digits == text:
        return masked
    return "".join(STAR if new == STAR else old for old, new in zip(text, masked, strict=True))


def _as_ascii(digit: re.Match[str]) -> str:
    return str(unicodedata.digit(digit[0]))


def _starred(number: str, head: int, tail: int) -> str:
    """The number with the digits between the first `head` and the last `tail` hidden; what separates them stays."""
    places = [place for place, sign in enumerate(number) if sign in "0123456789Xx"]
    hidden = set(places[head : len(places) - tail])
    return "".join(STAR if place in hidden else sign for place, sign in enumerate(number))


def _hide_long(match: re.Match[str]) -> str:
    return _starred(match[0], 3, 4)


def _hide_card(match: re.Match[str]) -> str:
    digits = [int(sign) for sign in match[0] if sign.isdecimal()]
    return _starred(match[0], 6, 4) if _passes_luhn(digits) else match[0]


def _hide_mobile(match: re.Match[str]) -> str:
    return match[0][: match.start("number") - match.start()] + _starred(match["number"], 3, 4)


def _hide_landline(match: re.Match[str]) -> str:
    return match[0][: match.start("number") - match.start()] + _starred(match["number"], 0, 4)


def _passes_luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1 annex B, by which all bank cards end in a check digit; 16 to 19 digits."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return len(digits) >= 16 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0  # noqa: PLR2004


def _pass(pattern: re.Pattern[str], hide: Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    return lambda text: pattern.sub(hide, text)


_PASSES = (
    _pass(_RUN, _hide_long),
    _pass(_IDENTITY, _hide_long),
    _pass(_SPACED_IDENTITY, _hide_long),
    _pass(_CARD, _hide_card),
    _pass(_MOBILE, _hide_mobile),
    _pass(_LANDLINE, _hide_landline),
)
"""Longest first, so that no part of an ID is taken for a phone."""
