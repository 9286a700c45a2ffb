"""Small files of the kinds that are attached to cases."""

import io
import zipfile

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 10


def office(*parts: str) -> bytes:
    """An archive with these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return held.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")
