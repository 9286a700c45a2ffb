"""Documents of an office (DOCX) with named fields, written ``{{name}}`` in its text: which there are, and filling them.

Words cut a field into pieces as they like; it is found and filled over the pieces, and looks as its first one does.
Nothing in a document is run: a field is a name and nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from zipfile import BadZipFile, ZipFile

from docx import Document
from docx.document import Document as OpenDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST_UNPACKED = 32 * 1_048_576
MOST_PARTS = 500
"""A file of a few bytes may unpack to any number of them."""
_FIELD = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")


class NoDocument(ValueError):
    """What was sent is no DOCX that can be used; says why in English and Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


@dataclass(frozen=True, slots=True)
class FieldsOf:
    """The names of a document's fields, in their order, and pieces of text in which a brace is left alone."""

    names: tuple[str, ...]
    broken: tuple[str, ...]


def fields_of(content: bytes) -> FieldsOf:
    """Which fields a document names. NoDocument when it is none."""
    names: dict[str, None] = {}
    broken: list[str] = []
    for paragraph in _paragraphs(_opened(content)):
        text = "".join(run.text for run in paragraph.runs)
        names |= dict.fromkeys(_FIELD.findall(text))
        if any(brace in _FIELD.sub("", paragraph.text) for brace in ("{{", "}}")):
            broken.append(paragraph.text[:60])
    return FieldsOf(tuple(names), tuple(broken))


def filled(content: bytes, values: Mapping[str, str]) -> bytes:
    """The document with each field replaced by its value; a line break stays one. KeyError for an unknown field."""
    document = _opened(content)
    for paragraph in _paragraphs(document):
        _fill(paragraph.runs, values)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def _opened(content: bytes) -> OpenDocument:
    try:
        with ZipFile(BytesIO(content)) as parts:
            sizes = [part.file_size for part in parts.infolist()]
            if len(sizes) > MOST_PARTS or sum(sizes) > LARGEST_UNPACKED:
                raise NoDocument("unpacks to more than a document of an office has", "解压后内容过大")
        return Document(BytesIO(content))
    except (BadZipFile, OpcError, SyntaxError, KeyError, ValueError) as error:
        if isinstance(error, NoDocument):
            raise
        raise NoDocument("is no Word document (.docx)", "不是有效的 Word 文档（.docx）") from error


def _paragraphs(document: OpenDocument) -> Iterator[Paragraph]:
    """All of them: those of tables, of text boxes, and of every head and foot, too."""
    edges = (
        edge
        for section in document.sections
        for edge in (
            *(section.header, section.footer, section.first_page_header, section.first_page_footer),
            *(section.even_page_header, section.even_page_footer),
        )
        if not edge.is_linked_to_previous
    )
    parents = chain([document], edges)
    for parent in parents:
        element = parent.element.body if isinstance(parent, OpenDocument) else parent._element  # noqa: SLF001
        for found in element.iter(qn("w:p")):
            yield Paragraph(found, parent)


def _fill(runs: list[Run], values: Mapping[str, str]) -> None:
    texts = [run.text for run in runs]
    for found in reversed(list(_FIELD.finditer("".join(texts)))):
        _put(texts, *found.span(), values[found[1]])
    for run, text in zip(runs, texts, strict=True):
        if run.text != text:
            run.text = text


def _put(texts: list[str], start: int, end: int, value: str) -> None:
    """Replace what stands between two places of the whole text; the value comes into the piece of the first."""
    before = 0
    for index, text in enumerate(texts):
        first, last = max(start - before, 0), min(end - before, len(text))
        before += len(text)
        if first < last:
            texts[index] = text[:first] + value + text[last:]
            value = ""


_SIDES = (WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A paragraph of a plain document: its text, whether it stands in the middle (0 left, 1 middle, 2 right)."""

    text: str
    at: int = 0
    size: int = 16
    bold: bool = False


def plain_document(*lines: DocumentLine) -> bytes:
    """A4 as offices write it (公文): margins and a face for Chinese. A sheet to begin a template of one's own from."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    for line in lines:
        paragraph = document.add_paragraph()
        paragraph.alignment = _SIDES[line.at]
        run = paragraph.add_run(line.text)
        run.font.size, run.font.bold, run.font.name = Pt(line.size), line.bold, "FangSong"
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")  # noqa: SLF001
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()
