"""Attaching a file to a case (上传附件) that is still open, and deleting one, for the record."""

from dataclasses import replace

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from services.intake.attachments.actions.examine import ExaminedFile
from services.intake.attachments.domain import MOST_OF_A_CASE
from services.intake.attachments.queries import count_files, find_case, find_file
from services.intake.attachments.schemas import AttachmentOut, DeleteAttachment
from services.intake.attachments.tables import Attachment
from services.intake.cases.actions.steps import load_for
from services.intake.cases.domain.lifecycle import OPEN, STATUS_LABELS, Status
from services.intake.cases.queries.reach import Viewer
from services.intake.requesters.actions import own_words_of


async def check_room(session: Session, viewer: Viewer, case_id: str) -> None:
    """Whether a file could be attached just now, before any of it is read.

    Raises:
        NotFound: the case is out of reach, as it is for the unit complained about.
        Conflict: it has ended, or has as many files as a case may have.
    """
    case = await find_case(session, viewer, case_id)
    if case is None:
        raise NotFound
    await _check(session, case_id, case.status)


async def attach(session: Session, request: Request, case_id: str, file: ExaminedFile, vault: Vault) -> AttachmentOut:
    """Note that the case has this file, whose bytes are kept already. Raises as ``check_room``."""
    case = await load_for(session, request, case_id)
    await _check(session, case_id, case.state.status)
    own = await own_words_of(session, vault, case_id, keeps_places=False)
    named = replace(file, name=own.hidden_in(file.name))
    return shown(note_file(session, case_id, named, request.actor.subject, request.actor.unit_code))


def note_file(session: Session, case_id: str, file: ExaminedFile, added_by: str, unit_code: str | None) -> Attachment:
    """The row of a file, under a name that names nobody, of a case that has room for it."""
    row = Attachment(
        attachment_id=str(uuid_utils.uuid7()),
        case_id=case_id,
        digest=file.digest,
        size=file.size,
        media_type=file.media_type.name,
        name=file.name,
        scan=file.scan,
        added_at=session.now,
        added_by=added_by,
        unit_code=unit_code,
        deleted_at=None,
        deleted_by=None,
        deletion_reason=None,
    )
    session.insert(Attachment, row.model_dump())
    return row


async def delete(
    session: Session, viewer: Viewer, case_id: str, attachment_id: str, body: DeleteAttachment, vault: Vault
) -> AttachmentOut:
    """Say that the file is deleted, by whom and why; its bytes go with the next sweep. Conflict when it is already."""
    case = await find_case(session, viewer, case_id)
    seen = None if case is None else await find_file(session, viewer, case, attachment_id)
    row = None if seen is None else await session.one(Attachment, "attachment_id", attachment_id)
    if row is None:
        raise NotFound
    if row.deleted_at is not None:
        raise Conflict("It was deleted before", "该附件已删除")
    row.deleted_at = session.now
    row.deleted_by = viewer.principal.subject
    own = await own_words_of(session, vault, case_id, keeps_places=False)
    row.deletion_reason = own.hidden_in(body.reason)
    return shown(row)


def shown(row: Attachment) -> AttachmentOut:
    """As it is answered."""
    return AttachmentOut.model_validate(row, from_attributes=True)


async def _check(session: Session, case_id: str, status: Status) -> None:
    if status not in OPEN:
        chinese, english = STATUS_LABELS[status]
        raise Conflict(
            f"The case is {english}: no file can be attached to it", f"诉求件{chinese}，不能再上传附件",
            extra={"case_status": status.value},
        )  # fmt: skip
    if await count_files(session, case_id) >= MOST_OF_A_CASE:
        raise Conflict(
            f"The case has {MOST_OF_A_CASE} files, and no case may have more", f"诉求件最多 {MOST_OF_A_CASE} 个附件"
        )
