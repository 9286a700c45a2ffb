"""Numbers of letters (发文字号): written by a rule of the pack with named places. Pure."""

import re

PLACES = ("office", "year", "number")
"""What a rule may name: the word of the office (机关代字), the year, and the how manieth of office, kind and year."""

_DIGITS = re.compile(r"\d|\{year\}|\{number\}")


def letter_number(rule: str, word: str, year: int, number: int) -> str:
    """The number as it is written, such as ``翠街函〔2019〕12号`` of ``{office}函〔{year}〕{number}号``."""
    for place, value in zip(PLACES, (word, f"{year:04}", f"{number}"), strict=True):
        rule = rule.replace(f"{{{place}}}", value)
    return rule


def skeleton(rule: str, word: str) -> str:
    """What is left of every number of this rule and office without its digits: where it differs, numbers do."""
    return _DIGITS.sub("", rule).replace("{office}", word)
