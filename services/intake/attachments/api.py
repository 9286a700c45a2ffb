"""``/cases/{case_id}/attachments``: files come in, are listed, given back as they are, and deleted for the record."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.run.failpoints import failpoint
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId, Uuid
from libs.common.web.given_back import THE_FILE, KeptFile, given_back, uploads_of
from libs.common.web.headers import IdempotencyKey
from libs.common.web.signed import LinkDoor, LinkText, make_link, one_time_link
from libs.common.web.uploads import UploadBody
from services.intake import rights
from services.intake.attachments.actions.attach import attach, check_room, delete, shown
from services.intake.attachments.actions.examine import examine
from services.intake.attachments.queries import IN_ORDER, find_case, find_file, list_files
from services.intake.attachments.schemas import AttachFile, AttachmentOut, DeleteAttachment, LinkOut
from services.intake.attachments.tables import Attachment
from services.intake.cases.api.callers import request_of, viewer_of
from services.intake.cases.api.registration import CASES

router = APIRouter(prefix="/v1", tags=["attachments 附件"])

DOWNLOAD = "intake.attachments.download"
LINK_LASTS = timedelta(minutes=10)


@router.post("/cases/{case_id}/attachments", status_code=201, response_model=AttachmentOut)
async def attach_file(
    case_id: CaseId,
    query: Annotated[AttachFile, Query()],
    door: Annotated[Door, needs(rights.ATTACH)],
    upload: UploadBody,
    once: IdempotencyKey,
) -> Response:
    """Attach a file (上传附件): it is the body, as it is. Refused once the case is withdrawn or closed.

    What it is, its own bytes tell: JPEG, PNG, WebP, PDF, MP4, M4A, MP3, WAV, DOCX or XLSX. Anything else is a 415.
    """
    viewer, request = viewer_of(door), request_of(door)
    await door.read(lambda session: check_room(session, viewer, case_id))
    uploads = uploads_of(door)
    async with uploads.blobs.spool() as spool:
        await upload.into(spool, uploads)
        file = await examine(uploads, spool, query.name)
        await uploads.blobs.keep(spool)
    await failpoint("upload.after_bytes")
    vault = door.runtime.vault
    return await door.write(
        lambda session: attach(session, request, case_id, file, vault),
        once,
        keys=[case_id],
        location=lambda attached: f"{CASES}/{case_id}/attachments/{attached.attachment_id}",
        content=file.digest.encode(),
    )


@router.get("/cases/{case_id}/attachments", response_model=Page[AttachmentOut])
async def list_attachments(
    case_id: CaseId, page: Annotated[PageQuery, Query()], door: Annotated[Door, needs(rights.READ_ATTACHMENTS)]
) -> Response:
    """The files of a case, oldest first, deleted ones too.

    Who may not know who spoke in a confidential case sees only what its own unit attached.
    """
    viewer = viewer_of(door)

    async def query(session: Session) -> Sequence[Attachment]:
        case = await find_case(session, viewer, case_id)
        if case is None:
            raise NotFound
        return await list_files(session, viewer, case, page.cursor, page.limit)

    return door.answer(IN_ORDER.page(await door.read(query), page.limit, shown))


@router.get(
    "/cases/{case_id}/attachments/{attachment_id}", response_class=StreamingResponse, responses=THE_FILE
)  # fmt: skip
async def download_attachment(
    case_id: CaseId, attachment_id: Uuid, door: Annotated[Door, needs(rights.READ_ATTACHMENTS)]
) -> Response:
    """The file itself, to be saved (下载附件). 404 when it was deleted."""
    row = await door.read(_finding(door, case_id, attachment_id))
    return await given_back(door, _kept(row))


@router.post(
    "/cases/{case_id}/attachments/{attachment_id}/links", status_code=201, response_model=LinkOut
)  # fmt: skip
async def link_attachment(
    case_id: CaseId, attachment_id: Uuid, door: Annotated[Door, needs(rights.READ_ATTACHMENTS)]
) -> Response:
    """A link that downloads the file once, within ten minutes, in a browser that has no token (一次性下载链接).

    Whoever opens it sees what its maker may see then. Who made it and when it was opened is kept.
    """
    find = _finding(door, case_id, attachment_id)

    async def make(session: Session) -> LinkOut:
        await find(session)
        link = await make_link(session, door, DOWNLOAD, f"{case_id}/{attachment_id}", LINK_LASTS)
        return LinkOut(path=f"/{Service.INTAKE}/v1/downloads/{link}", ends_at=session.now + LINK_LASTS)

    # Not through `door.write`: an answer that is kept for an Idempotency-Key would be a link in clear.
    return door.answer(await door.run(make))


@router.get("/downloads/{link}", response_class=StreamingResponse, responses=THE_FILE)
async def download_by_link(
    link: LinkText, door: Annotated[LinkDoor, one_time_link(DOWNLOAD, rights.READ_ATTACHMENTS)]
) -> Response:
    """The file that the link was made for, once (一次性下载)."""
    case_id, _, attachment_id = door.about.partition("/")
    row = await door.read(_finding(door, case_id, attachment_id))
    answer = await given_back(door, _kept(row))
    await door.use()
    return answer


@router.post("/cases/{case_id}/attachments/{attachment_id}/deletion", response_model=AttachmentOut)
async def delete_attachment(
    case_id: CaseId,
    attachment_id: Uuid,
    body: DeleteAttachment,
    door: Annotated[Door, needs(rights.DELETE_ATTACHMENT)],
    once: IdempotencyKey,
) -> Response:
    """Delete a file (删除附件): its bytes go within a day or so; that it was there, who deleted it and why stays."""
    viewer = viewer_of(door)
    vault = door.runtime.vault
    return await door.write(lambda session: delete(session, viewer, case_id, attachment_id, body, vault), once)


def _finding(door: Door, case_id: str, attachment_id: str) -> Callable[[Session], Awaitable[Attachment]]:
    """The query for a file that the caller may see and that is still there; it raises NotFound."""
    viewer = viewer_of(door)

    async def find(session: Session) -> Attachment:
        case = await find_case(session, viewer, case_id)
        row = None if case is None else await find_file(session, viewer, case, attachment_id)
        if row is None or row.deleted_at is not None:
            raise NotFound
        return row

    return find


def _kept(row: Attachment) -> KeptFile:
    return KeptFile(row.case_id, row.digest, row.size, row.media_type, row.name)
