"""What of a file's name is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.attachments.domain import LONGEST_NAME, clean_name

JPEG = (".jpg", ".jpeg")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("路灯.jpg", "路灯.jpg"),
        ("IMG 1.JPEG", "IMG 1.JPEG"),
        ("a.exe", "a.exe.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\x\\photo.jpg", "photo.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe.jpg"),
        ('a"; filename="b.html', "a; filename=b.html.jpg"),
        ("", "attachment.jpg"),
        ("...", "attachment.jpg"),
        (".jpg", "jpg.jpg"),
        ("x" * 300 + ".jpg", "x" * (LONGEST_NAME - 4) + ".jpg"),
    ],
)
def test_a_name_is_cleaned(sent: str, kept: str) -> None:
    assert clean_name(sent, JPEG) == kept


@given(st.text(max_size=400))
def test_no_name_is_a_path_or_too_long(text: str) -> None:
    name = clean_name(text, JPEG)
    assert not set(name) & set('/\\\x00\n\r"')
    assert not name.startswith(".")
    assert name.lower().endswith(JPEG)
    assert len(name) <= LONGEST_NAME
    assert clean_name(name, JPEG) == name
