"""What is sent with a file, and what is answered about it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from libs.common.blobs.scanning import ScanVerdict
from libs.common.web.fields import AnswerBody, Reason, RequestBody, ShortText


class AttachFile(RequestBody):
    """What stands beside the file, in the query."""

    name: Annotated[ShortText, Field(description="Its name (文件名); cleaned, and numbers of persons masked")]


class DeleteAttachment(RequestBody):
    """A file is deleted (删除附件); that it was there, and why it is not any more, stays."""

    reason: Reason


class AttachmentOut(AnswerBody):
    """A file of a case. When it was deleted, its last three fields say so and its bytes are gone."""

    attachment_id: str
    case_id: str
    name: str
    media_type: Annotated[str, Field(description="By its content", examples=["image/jpeg"])]
    size: Annotated[int, Field(description="Bytes")]
    digest: Annotated[str, Field(description="SHA-256, 64 hex digits")]
    scan: Annotated[ScanVerdict, Field(description="`unscanned`: no malware scanner is set up here")]
    added_at: datetime
    added_by: str
    unit_code: str | None
    deleted_at: datetime | None
    deleted_by: str | None
    deletion_reason: str | None


class LinkOut(AnswerBody):
    """A link that works once. It is shown here and never again."""

    path: Annotated[str, Field(description="On this server, for a browser")]
    ends_at: datetime
