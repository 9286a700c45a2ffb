"""Masking (脱敏): what is left of a name, a phone, an ID or bank card number where it need not be known.

Free text leaves intake only through `mask_text`. It errs on the side of hiding: what could be a number of a person is
masked. `identifiers` says what is recognised; docs/privacy.md says it in words, and what is not.
"""

from libs.common.security.identifiers.numbers import NUMBERS
from libs.common.security.identifiers.people import NAMES
from libs.common.security.identifiers.signs import STAR, readings
from libs.common.security.identifiers.words import WORDS
from libs.common.security.phones import NotAPhone, is_chinese_mobile, normalised_phone

_PASSES = (*NUMBERS, *WORDS, *NAMES)
_MOST_TIMES = 4
"""What is hidden may part what stands beside it anew; so a text is looked at until nothing more is found."""


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
    """The text with what identifies a person masked, all else as it was; to mask it again changes nothing.

    Every hidden sign becomes one star, so the length stays. A mobile keeps its first 3 and last 4 digits, an ID the
    same, a bank card its first 6 and last 4, any other phone its last 4, a plate its last 2.
    """
    for _ in range(_MOST_TIMES):
        masked = _masked(text)
        if masked == text:
            break
        text = masked
    return text


def _masked(text: str) -> str:
    hidden: set[int] = set()
    for reading in readings(text):
        masked = reading.text
        for hide in _PASSES:
            masked = hide(masked)
        hidden.update(reading.hidden_by(masked))
    if not hidden:
        return text
    return "".join([STAR if place in hidden else sign for place, sign in enumerate(text)])
