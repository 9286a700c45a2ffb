"""Documents with named fields: found and filled over the pieces that Word cuts them into, never run."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document

from libs.common import documents
from libs.common.documents import DocumentLine, NoDocument, fields_of, filled, plain_document


def saved(document: object) -> bytes:
    kept = BytesIO()
    document.save(kept)  # type: ignore[attr-defined]
    return kept.getvalue()


def texts(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(content)).paragraphs]


def test_a_field_is_filled_over_the_pieces_that_it_was_cut_into() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("发：", "{", "{ 文", "号 }", "} 与 {{to}}", "。"):
        paragraph.add_run(piece)
    content = saved(document)
    assert fields_of(content).names == ("文号", "to")
    assert texts(filled(content, {"文号": "翠街函〔2019〕12号", "to": "路灯所\n供电"})) == [
        "发：翠街函〔2019〕12号 与 路灯所\n供电。"
    ]


def test_tables_heads_and_feet_are_filled_too() -> None:
    document = Document()
    document.add_table(1, 1).cell(0, 0).text = "{{a}}"
    document.sections[0].header.paragraphs[0].text = "{{b}}"
    document.sections[0].footer.paragraphs[0].text = "{{c}}"
    content = saved(document)
    assert set(fields_of(content).names) == {"a", "b", "c"}
    again = filled(content, {"a": "1", "b": "2", "c": "3"})
    assert fields_of(again).names == ()
    with ZipFile(BytesIO(again)) as parts:
        assert not [name for name in parts.namelist() if b"{{" in parts.read(name)]


def test_a_value_that_looks_like_a_field_or_a_program_stays_text() -> None:
    content = plain_document(DocumentLine("{{a}}"), DocumentLine("{{b}}"))
    values = {"a": "{{b}}{% for x in y %}<w:p/>&", "b": "二"}
    assert texts(filled(content, values)) == ["{{b}}{% for x in y %}<w:p/>&", "二"]


def test_braces_that_stand_alone_are_named() -> None:
    lines = map(DocumentLine, ("{{a} b", "{{ }} c", "{d}"))
    assert fields_of(plain_document(*lines)).broken == ("{{a} b", "{{ }} c")


def test_what_is_no_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = BytesIO()
    with ZipFile(empty, "w") as parts:
        parts.writestr("x", "y")
    for content in (b"", b"PK", b"\x00" * 100, empty.getvalue(), plain_document(DocumentLine("x"))[:-50]):
        with pytest.raises(NoDocument):
            fields_of(content)
    monkeypatch.setattr(documents, "LARGEST_UNPACKED", 1_000)
    with pytest.raises(NoDocument, match="unpacks to more"):
        fields_of(plain_document(DocumentLine("x")))
