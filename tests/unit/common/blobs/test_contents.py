"""A file is what its bytes say, whatever its name; nothing that a browser or an office would run is taken."""

from pathlib import Path

import pytest

from libs.common.blobs.contents import MEDIA_TYPES, media_type_of_file
from tests.support.files import DOCX, JPEG, PDF, PNG, XLSX, office

_TYPES = "[Content_Types].xml"

TAKEN = {
    "image/jpeg": JPEG,
    "image/png": PNG,
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20),
    "audio/wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20),
    "application/pdf": PDF,
    "video/mp4": b"\x00\x00\x00\x20ftypisom" + bytes(20),
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A " + bytes(20),
    "audio/mpeg": b"ID3\x04\x00" + bytes(20),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": XLSX,
}
REFUSED = {
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a drawing with scripts": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "a program": b"MZ\x90\x00" + bytes(60),
    "a page before a PDF": b"<html>%PDF-1.7",
    "nothing but a beginning": b"\xff\xd8",
    "a film of a kind that is not listed": b"\x00\x00\x00\x20ftypqt  " + bytes(20),
    "an archive": office("a.txt"),
    "a document with macros": office(_TYPES, "word/document.xml", "word/vbaProject.bin"),
    "a broken archive": DOCX[:40],
    "an archive that says it has too many parts": DOCX[:-12] + b"\xff\xff" + DOCX[-10:],
    "an animation": b"GIF89a" + bytes(20),
    "words": "路灯不亮".encode(),
    "a tone of another layer": b"\xff\xff\x90\x00" + bytes(20),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "picture.jpg"


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_is_known_by_its_bytes(path: Path, name: str) -> None:
    path.write_bytes(TAKEN[name])
    found = media_type_of_file(path)
    assert found is not None
    assert found.name == name


def test_every_kind_that_is_taken_is_tried() -> None:
    assert set(TAKEN) == {kind.name for kind in MEDIA_TYPES}


def test_a_frame_of_mpeg_audio_needs_no_tag(path: Path) -> None:
    path.write_bytes(b"\xff\xfb\x90\x64" + bytes(60))
    found = media_type_of_file(path)
    assert found is not None
    assert found.name == "audio/mpeg"


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_else_is(path: Path, what: str) -> None:
    path.write_bytes(REFUSED[what])
    assert media_type_of_file(path) is None
