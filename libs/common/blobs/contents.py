"""What a file is, by its own bytes: neither its name nor what the sender calls it counts.

Only kinds that evidence comes in, and none that a browser would run: no HTML, no SVG, no macros.
"""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

HEAD = 64
"""Bytes from the beginning that tell it."""


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file. The first of its ``suffixes`` is given to a name that has none of them."""

    name: str
    suffixes: tuple[str, ...]


JPEG = MediaType("image/jpeg", (".jpg", ".jpeg"))
PNG = MediaType("image/png", (".png",))
WEBP = MediaType("image/webp", (".webp",))
PDF = MediaType("application/pdf", (".pdf",))
MP4 = MediaType("video/mp4", (".mp4", ".m4v", ".3gp"))
M4A = MediaType("audio/mp4", (".m4a",))
MP3 = MediaType("audio/mpeg", (".mp3",))
WAV = MediaType("audio/wav", (".wav",))
DOCX = MediaType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
XLSX = MediaType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
MEDIA_TYPES = (JPEG, PNG, WEBP, PDF, MP4, M4A, MP3, WAV, DOCX, XLSX)

_VIDEO_BRANDS = frozenset(b"isom iso2 iso4 iso5 iso6 mp41 mp42 avc1 MSNV 3gp4 3gp5 3gp6".split()) | {b"M4V "}
_OFFICE: Mapping[str, MediaType] = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_MACROS = "vbaproject.bin"
_END_OF_ZIP = b"PK\x05\x06"
_LONGEST_END = 65_557
_MOST_ENTRIES = 2_000
"""Of an archive that is looked into: a document of an office has some dozens."""
_BITS_OF_NO_MP3 = 0b1111


def media_type_of_file(path: Path) -> MediaType | None:
    """What the file is; None when it is nothing that is taken. Blocks."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _office(path)
    return next((kind for kind, is_it in _BY_HEAD if is_it(head)), None)


def _is_mp3(head: bytes) -> bool:
    if head.startswith(b"ID3"):
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - a frame of MPEG audio
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and 0 < rate < _BITS_OF_NO_MP3 and sampling != 3  # noqa: PLR2004


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == form


_BY_HEAD: tuple[tuple[MediaType, Callable[[bytes], bool]], ...] = (
    (JPEG, lambda head: head.startswith(b"\xff\xd8\xff")),
    (PNG, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (WEBP, _riff(b"WEBP")),
    (WAV, _riff(b"WAVE")),
    (PDF, lambda head: head.startswith(b"%PDF-")),
    (M4A, lambda head: head[4:12] == b"ftypM4A "),
    (MP4, lambda head: head[4:8] == b"ftyp" and head[8:12] in _VIDEO_BRANDS),
    (MP3, _is_mp3),
)


def _office(path: Path) -> MediaType | None:
    if _entries(path) > _MOST_ENTRIES:
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if any(name.lower().endswith(_MACROS) for name in names) or "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _entries(path: Path) -> int:
    """How many entries an archive says it has, before anything reads them all; too many when it does not say."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_END))
        tail = file.read()
    at = tail.rfind(_END_OF_ZIP)
    return _MOST_ENTRIES + 1 if at < 0 else int.from_bytes(tail[at + 10 : at + 12], "little")
