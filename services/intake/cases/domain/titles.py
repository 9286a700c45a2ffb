"""A title (标题) for a complaint that came without one, its first sentence; and what stands for words that are held."""

import re

LONGEST_TITLE = 40
"""Characters of a title that was made here."""

HELD_TEXT = "（原文留存登记处，转办文本待审定）"
HELD_WORDS = "（原话留存登记处）"
"""In place of words that are never told: why a confidential case is urged or taken back."""
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


def held_title(category: str | None, *, confidential: bool) -> str:
    """``保密件：物业服务（转办文本待审定）``: nothing but its kind and its category's name."""
    kind = "保密件" if confidential else "匿名件"
    return f"{kind}：{category or '事项待定'}（转办文本待审定）"
