"""A title (标题) for a complaint that came without one: its first sentence."""

import re

LONGEST_TITLE = 40
"""Characters of a title that was made here."""

_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_SPACES = re.compile(r"\s+")


def title_of(text: str) -> str:
    """The first sentence of a text, on one line, at most 40 characters; one that is longer ends with an ellipsis.

    Give it the masked text: half a phone number, cut off by the end of the title, would not be recognised any more.
    """
    for sentence in _SENTENCE.finditer(text):
        line = _SPACES.sub(" ", sentence[0]).strip()
        if line:
            return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"
    return text.strip()[:LONGEST_TITLE]
