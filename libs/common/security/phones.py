"""One phone number, one spelling: the E.164 form that the look-up index is made of."""

import re
import unicodedata

CHINA = "86"
LONGEST_E164 = 15
SHORTEST = 3
LONGEST_NATIONAL = 11
"""Digits of a Chinese number without country code or trunk zero: a mobile, or an area code with a line of 8 digits."""

_DECORATION = re.compile(r"[\s()\-.·\u2010-\u2015\u200b-\u200f\u2060\ufeff]+")
_EXTENSION = re.compile(r"(?:转|,|;|#|ext\.?|x).*$", re.IGNORECASE | re.DOTALL)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class NotAPhone(ValueError):
    """The text holds no phone number. The message never repeats it: it may be somebody's number, mistyped."""


def normalised_phone(phone: str) -> str:
    """The number in E.164 form, +86 unless it names a country; an extension (分机) is dropped.

    So `138 1234 5678`, `013812345678`, `+86-13812345678` and full-width digits all give `+8613812345678`. A short or
    local number (12345, or 7 or 8 digits without area code) keeps its digits after +86.

    Raises:
        NotAPhone: fewer than 3 or more than 15 digits, or something that is neither digit nor punctuation.
    """
    bare = _DECORATION.sub("", _EXTENSION.sub("", unicodedata.normalize("NFKC", phone).strip()))
    abroad, digits = _country_named(bare)
    if not (digits.isascii() and digits.isdecimal()):
        raise NotAPhone("a phone number is made of digits")
    if not abroad:
        digits = CHINA + _national(digits)
    elif digits.startswith(CHINA):
        digits = CHINA + _without_trunk_zero(digits.removeprefix(CHINA))
    if len(digits.removeprefix(CHINA)) < SHORTEST or len(digits) > LONGEST_E164:
        raise NotAPhone(f"a phone number has {SHORTEST} to {LONGEST_E164} digits")
    return "+" + digits


def is_chinese_mobile(national: str) -> bool:
    """Whether the digits, without country code, are a mobile number of mainland China."""
    return _MOBILE.fullmatch(national) is not None


def _country_named(bare: str) -> tuple[bool, str]:
    if bare.startswith("+"):
        return True, bare[1:]
    if bare.startswith("00"):
        return True, bare[2:]
    return False, bare


def _national(digits: str) -> str:
    if digits.startswith(CHINA) and len(digits) > LONGEST_NATIONAL:
        digits = digits.removeprefix(CHINA)
    return _without_trunk_zero(digits)


def _without_trunk_zero(digits: str) -> str:
    return digits[1:] if digits.startswith("0") else digits
