"""Files of a case, and which bytes are still of use."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import may_know_requester
from libs.common.web.cursors import Keyset
from services.intake.attachments.tables import Attachment
from services.intake.cases.queries.reach import Viewer, within
from services.intake.cases.tables import Case

IN_ORDER = Keyset("intake.attachments", (col(Attachment.attachment_id),), (str,), descending=False)

_IN_USE = """
    SELECT digest FROM attachment WHERE digest = ANY ($1::text[]) AND deleted_at IS NULL
    UNION SELECT digest FROM visit_photo WHERE digest = ANY ($1::text[])
    UNION SELECT digest FROM device_photo WHERE digest = ANY ($1::text[])
"""


async def find_case(session: Session, viewer: Viewer, case_id: str) -> Case | None:
    """The case, when it is within reach."""
    statement = select(Case).where(col(Case.case_id) == case_id, within(viewer.scope))
    return (await session.execute(statement)).scalars().one_or_none()


async def count_files(session: Session, case_id: str) -> int:
    """How many files a case has that were not deleted."""
    statement = select(func.count()).where(col(Attachment.case_id) == case_id, col(Attachment.deleted_at).is_(None))
    return int((await session.execute(statement)).scalar_one())


def files_statement(viewer: Viewer, case: Case, cursor: str | None, size: int) -> Select[Attachment]:
    """One page of the files of a case that the viewer may see, oldest first, and one row more."""
    return _visible(viewer, case).where(*IN_ORDER.after(cursor)).order_by(*IN_ORDER.order()).limit(size + 1)


async def list_files(
    session: Session, viewer: Viewer, case: Case, cursor: str | None, size: int
) -> Sequence[Attachment]:
    """Up to ``size + 1`` files."""
    return (await session.execute(files_statement(viewer, case, cursor, size))).scalars().all()


async def find_file(session: Session, viewer: Viewer, case: Case, attachment_id: str) -> Attachment | None:
    """One file of a case, when the viewer may see it."""
    statement = _visible(viewer, case).where(col(Attachment.attachment_id) == attachment_id)
    return (await session.execute(statement)).scalars().one_or_none()


def _visible(viewer: Viewer, case: Case) -> Select[Attachment]:
    return select(Attachment).where(col(Attachment.case_id) == case.case_id, *_without_the_requesters(viewer, case))


def _without_the_requesters(viewer: Viewer, case: Case) -> list[ColumnElement[bool]]:
    """A photo or a voice tells who spoke: who may not know that of a confidential case (保密件) sees only the files
    that its own unit attached.
    """
    principal, units = viewer.principal, (case.lead_unit, case.delegate_unit)
    if not case.confidential or may_know_requester(principal, handling_units=units, confidential=True):
        return []
    return [false() if principal.unit_code is None else col(Attachment.unit_code) == principal.unit_code]


async def digests_in_use(session: Session, digests: Sequence[str]) -> set[str]:
    """Those of these bytes that a file, not deleted, or a photo of a visit or of an item of a phone still is."""
    rows = await session.fetch(_IN_USE, list(digests))
    return {row.digest for row in rows}
