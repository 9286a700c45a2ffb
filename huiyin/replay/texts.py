"""Makes the texts of an export fit for registration: no control characters, one normal form, not over the limits."""

import re
import unicodedata
from dataclasses import dataclass

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
LONGEST_TITLE = 200
LONGEST_TEXT = 8_000
"""Characters that the APIs take at most, whatever the pack says."""


@dataclass(frozen=True, slots=True)
class ExportLimits:
    """Characters that the pack allows."""

    title: int = 100
    text: int = 5_000
    result: int = 5_000


def cleaned(text: str) -> str:
    """The text as the APIs take it; line breaks and tabs stay."""
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", plain).strip()


def one_line(text: str) -> str:
    """The text with every run of blanks as one space."""
    return _SPACES.sub(" ", cleaned(text)).strip()


def cut(text: str, longest: int) -> str:
    """The text, or its beginning with a mark that says how long it was (原文共…字)."""
    if len(text) <= longest:
        return text
    mark = f"……（原文共{len(text)}字）"
    return text[: longest - len(mark)].rstrip() + mark
