"""Photos of visits as they are answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from libs.common.blobs.scanning import ScanVerdict
from libs.common.web.fields import AnswerBody


class PhotoIs(StrEnum):
    """Where the bytes of a photo are that a visit's record names."""

    KEPT = "kept"
    WITH_CASE = "with_case"
    MISSING = "missing"


class VisitPhotoOut(AnswerBody):
    """A photo that a visit's record names. What it is and when it came is told where it is kept with the visit."""

    sha256: str
    state: Annotated[
        PhotoIs,
        Field(description="kept here; with_case: a file of a case that came of the visit, shown there alone; missing"),
    ]
    size: Annotated[int | None, Field(description="Bytes")] = None
    media_type: Annotated[str | None, Field(description="By its content", examples=["image/jpeg"])] = None
    scan: Annotated[ScanVerdict | None, Field(description="`unscanned`: no malware scanner is set up here")] = None
    added_at: datetime | None = None
    added_by: str | None = None


class VisitPhotosOut(AnswerBody):
    """The photos of a visit, in the order of its record."""

    visit_id: str
    photos: list[VisitPhotoOut]
