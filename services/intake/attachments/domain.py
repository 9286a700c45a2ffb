"""Names of files: what of the sender's name is kept."""

import re
from collections.abc import Sequence

LONGEST_NAME = 120
MOST_OF_A_CASE = 100
"""Files of one case, deleted ones not counted."""

_NOT_IN_A_NAME = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
_SPACES = re.compile(r"\s+")
_NAMELESS = "attachment"


def clean_name(given: str, suffixes: Sequence[str]) -> str:
    """The last part of a path, without what no file system takes or what turns its letters around, and with a suffix
    of what the file is: ``..\\a/b.exe`` of a picture is ``b.exe.jpg``.
    """
    last = re.split(r"[/\\]", given)[-1]
    name = _SPACES.sub(" ", _NOT_IN_A_NAME.sub("", last)).strip(" .")
    stem, suffix = (name, suffixes[0])
    for known in suffixes:
        if name.lower().endswith(known):
            stem, suffix = name[: -len(known)], name[-len(known) :]
    return (stem.rstrip(" .")[: LONGEST_NAME - len(suffix)] or _NAMELESS) + suffix
