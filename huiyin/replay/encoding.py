"""Which encoding a file is in: UTF-8 or UTF-16 by its mark, else UTF-8 or GB18030 by what most of its lines are."""

import codecs
from dataclasses import dataclass
from pathlib import Path

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BLOCK = 1 << 20


@dataclass(slots=True)
class _Tally:
    """How many lines beyond ASCII can be read as what."""

    utf8: int = 0
    gb18030_only: int = 0


def detect(path: Path) -> str:
    """A name that Python knows. Reads the file once; a mark at its start decides at once.

    One broken line does not change the encoding of the rest: it is refused by itself.
    """
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        file.seek(0)
        tally = _Tally()
        rest = b""
        while block := file.read(_BLOCK):
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            _count(tally, lines)
        _count(tally, [rest])
    return "gb18030" if tally.gb18030_only > tally.utf8 else "utf-8"


def _count(tally: _Tally, lines: list[bytes]) -> None:
    for line in lines:
        if line.isascii():
            continue
        if _decodes(line, "utf-8"):
            tally.utf8 += 1
        elif _decodes(line, "gb18030"):
            tally.gb18030_only += 1


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
