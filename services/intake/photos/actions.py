"""Keeping the photos that a visit's record names (走访照片), telling which are there, and looking at one."""

import uuid_utils

from libs.common.blobs.port import Spool
from libs.common.blobs.uploads import Uploads
from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, invalid
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from services.intake.attachments.actions.examine import ExaminedFile, examine_picture
from services.intake.households.actions.looking import check_one_more_look, record_look
from services.intake.households.actions.sealing import check_not_erased
from services.intake.households.queries import find as find_household
from services.intake.households.queries import identity_of
from services.intake.households.tables import Household
from services.intake.photos.queries import with_cases
from services.intake.photos.schemas import PhotoIs, VisitPhotoOut, VisitPhotosOut
from services.intake.visits.actions.keeping import state_of
from services.intake.visits.domain import Status, is_theirs
from services.intake.visits.queries import find as find_visit
from services.intake.visits.tables import Visit, VisitPhoto

_LOOKED_AT, _REASON = "photo", "查看走访照片"
"""How a photo is called in the record of looks, and why it was looked at: a GET takes no words."""


async def open_visit(session: Session, asked: Request, visit_id: str) -> Visit:
    """The visit, where photos may be sent to it just now.

    Raises NotFound when it is neither in reach nor the caller's own, and Conflict when it is void.
    """
    return _open(asked, await session.one(Visit, "visit_id", visit_id, lock=False))


def _open(asked: Request, row: Visit | None) -> Visit:
    if row is None or not (asked.scope.covers(row.area_code) or is_theirs(state_of(row), asked.actor)):
        raise NotFound
    if row.status is Status.VOID:
        raise Conflict("The visit is void: no photo is kept with it", "该走访已作废，不再保存照片")
    return row


async def check(uploads: Uploads, spool: Spool, visit: Visit) -> ExaminedFile:
    """What came. Invalid unless the visit's record names it; else raises as `examine_picture`."""
    _check_named(visit, spool.digest)
    return await examine_picture(uploads, spool)


async def is_kept(session: Session, visit_id: str, digest: str) -> bool:
    """Whether it was sent before."""
    return await _photo(session, visit_id, digest) is not None


async def keep(session: Session, asked: Request, visit_id: str, photo: ExaminedFile) -> VisitPhotoOut:
    """Note that the visit has this photo, whose bytes are kept already; the same again is as it was.

    Raises as `open_visit`, and Invalid: the record may be another by now; WhoLivesThereErased.
    """
    found = await open_visit(session, asked, visit_id)
    # Locked, and read, as whoever corrects it or says that it is void does.
    await session.one(Household, "household_id", found.household_id)
    identity = await identity_of(session, found.household_id)
    if identity is not None:
        check_not_erased(identity)
    rows = await session.rows(Visit, "household_id", found.household_id)
    visit = _open(asked, next((row for row in rows if row.visit_id == visit_id), None))
    _check_named(visit, photo.digest)
    row = await _photo(session, visit_id, photo.digest) or session.new(
        VisitPhoto,
        visit_id=visit_id,
        digest=photo.digest,
        size=photo.size,
        media_type=photo.media_type.name,
        scan=photo.scan,
        added_at=session.now,
        added_by=asked.actor.subject,
    )
    return _kept(row)


async def shown(session: Session, scope: Scope, visit_id: str) -> VisitPhotosOut:
    """The photos that the visit's record names, and which of them are there. NotFound when it is out of reach."""
    visit = await find_visit(session, scope, visit_id)
    if visit is None:
        raise NotFound
    kept = {row.digest: row for row in await session.rows(VisitPhoto, "visit_id", visit_id, lock=False)}
    elsewhere = await with_cases(session, visit_id, [digest for digest in visit.photos if digest not in kept])
    photos = [
        _kept(kept[digest])
        if digest in kept
        else VisitPhotoOut(sha256=digest, state=PhotoIs.WITH_CASE if digest in elsewhere else PhotoIs.MISSING)
        for digest in visit.photos
    ]
    return VisitPhotosOut(visit_id=visit_id, photos=photos)


async def look(session: Session, asked: Request, visit_id: str, digest: str, most: int) -> VisitPhoto:
    """The photo, by a look on the record of its household.

    Raises NotFound when the household is out of reach or nothing is kept, and TooManyLooks.
    """
    visit = await session.one(Visit, "visit_id", visit_id, lock=False)
    home = None if visit is None else await find_household(session, asked.scope, visit.household_id)
    row = None if home is None else await _photo(session, visit_id, digest)
    if home is None or row is None:
        raise NotFound
    await check_one_more_look(session, asked, most)
    record_look(session, asked, home.household_id, str(uuid_utils.uuid7()), _REASON, [_LOOKED_AT])
    return row


def _check_named(visit: Visit, digest: str) -> None:
    if digest not in visit.photos:
        raise invalid("body", "is none of the photos that the visit's record names", "不是走访记录所列的照片")


async def _photo(session: Session, visit_id: str, digest: str) -> VisitPhoto | None:
    rows = await session.rows(VisitPhoto, "visit_id", visit_id, lock=False)
    return next((row for row in rows if row.digest == digest), None)


def _kept(row: VisitPhoto) -> VisitPhotoOut:
    same = {name: getattr(row, name) for name in ("size", "media_type", "scan", "added_at", "added_by")}
    return VisitPhotoOut(sha256=row.digest, state=PhotoIs.KEPT, **same)
