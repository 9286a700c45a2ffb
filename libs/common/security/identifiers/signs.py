"""How a text can be read: signs that nobody sees left out, and whatever is drawn or spelled like a digit as the digit.

A reading is as a rule shorter than the text, never longer; it knows where each of its signs stands there.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

STAR = "*"

IGNORED = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f"
    "\ufe20-\ufe2f\u302a-\u302f\u3099\u309a\U000e0100-\U000e01ef\u115f\u1160\u17b4\u17b5\u3164\ua670-\ua672\uffa0\u2800"
)
"""Signs that are not seen, or only change the one before: soft hyphens, directions, variants, keycaps (Cf, Mn, Me)."""
_IGNORED = re.compile(f"[{IGNORED}]")
_WIDE_SIGN = re.compile("[\uff0b\uff0d\uff0e\uff10-\uff19\uff20-\uff3a\uff3f\uff41-\uff5a]")
"""Full-width letters and figures, and what stands among them in an address. No rule tells other punctuation apart."""
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if _WIDE_SIGN.match(chr(code))}
_OTHER_DIGIT = re.compile(r"\d(?<![0-9])")
# Raised, lowered, in a circle or brackets, before a full stop or a comma.
_SHAPES = (
    "\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490"
    "\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\U0001f100-\U0001f10a"
)
_DRAWN = re.compile(f"[{_SHAPES}]")
_NUMERALS = {
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", "0123456789", strict=True)),
    **dict(zip("○貳參陸幺洞拐勾两钩", "0236107929", strict=True)),
}
"""Figures as words: as they are written, on cheques, and read out where 0, 1, 2, 7 and 9 would be misheard."""
NUMERAL_SIGNS = "".join(_NUMERALS)
SPELLED = str.maketrans(_NUMERALS)
_FEWEST_SPELLED = 7
_SPELLED_RUN = re.compile(rf"[{NUMERAL_SIGNS}0-9](?:[\W_]{{0,4}}[{NUMERAL_SIGNS}0-9]){{{_FEWEST_SPELLED - 1}}}")
_ANY_NUMERAL = re.compile(f"[{NUMERAL_SIGNS}]")
_ALIKE = str.maketrans("OoQDIl|", "0000111")
_ALIKE_RUN = re.compile(r"(?<![0-9A-Za-z])(?=[0-9OoQDIl|]*[OoQDIl|])[1Il|](?:[\s-]?[0-9OoQDIl|]){10}(?![0-9A-Za-z])")
_FEWEST_TRUE = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text; ``places`` says where its signs stand there, None: each at its own place."""

    text: str
    places: Sequence[int] | None = None

    def hidden_by(self, masked: str) -> Iterator[int]:
        """The places in the text at which a mask of the reading shows a star that was none."""
        for number, (old, new) in enumerate(zip(self.text, masked, strict=True)):
            if new == STAR != old:
                yield number if self.places is None else self.places[number]


def readings(text: str) -> Iterator[Reading]:
    """The text as it is seen, and in each further way in which it holds figures."""
    places: Sequence[int] | None = None
    seen = text
    if not text.isascii():
        if _IGNORED.search(text):
            kept = [number for number, sign in enumerate(text) if not _IGNORED.match(sign)]
            seen, places = "".join([text[number] for number in kept]), kept
        if _WIDE_SIGN.search(seen):
            seen = seen.translate(_WIDE)
        seen = _OTHER_DIGIT.sub(_digit, seen)
    yield Reading(seen, places)
    drawn = _DRAWN.sub(_digit, seen)
    if drawn != seen:
        # One may number what follows (①138...) or stand within it (1③8...): what either reading hides is hidden.
        yield Reading(drawn, places)
    if _SPELLED_RUN.search(drawn) and _ANY_NUMERAL.search(drawn):
        yield Reading(drawn.translate(SPELLED), places)
    if _ALIKE_RUN.search(seen):
        yield Reading(_ALIKE_RUN.sub(_letters_read, seen), places)


def _digit(sign: re.Match[str]) -> str:
    return str(unicodedata.digit(sign[0]))


def _letters_read(run: re.Match[str]) -> str:
    true = sum(sign in "0123456789" for sign in run[0])
    return run[0].translate(_ALIKE) if true >= _FEWEST_TRUE else run[0]
