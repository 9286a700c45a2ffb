"""``/visits/{visit_id}/photos``: photos of a visit come in, are listed, and are looked at on the record."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse

from libs.common.blobs.contents import MEDIA_TYPES
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.door import Door, needs
from libs.common.web.given_back import THE_FILE, KeptFile, given_back, uploads_of
from libs.common.web.headers import IdempotencyKey
from libs.common.web.looks import Looks
from libs.common.web.uploads import UploadBody
from services.intake import rights
from services.intake.photos import actions
from services.intake.photos.schemas import VisitPhotoOut, VisitPhotosOut
from services.intake.visits.schemas import Sha256, VisitId
from services.intake.visits.tables import VisitPhoto

router = APIRouter(prefix="/v1/visits/{visit_id}/photos", tags=["visits 走访"])
_LOOKS = Looks(Service.INTAKE)
_SUFFIXES = {kind.name: kind.suffixes[0] for kind in MEDIA_TYPES}
InPath = Annotated[VisitId, Path()]


@router.post("", status_code=201, response_model=VisitPhotoOut)
async def send_photo(
    visit_id: InPath, door: Annotated[Door, needs(rights.RECORD_VISIT)], upload: UploadBody, once: IdempotencyKey
) -> Response:
    """A photo that the visit's record names (上传走访照片): it is the body, as it is; a JPEG, PNG or WebP by its bytes.

    422 naming `body` for any other. The same again changes nothing, and is answered with 200. 409 for a void visit.
    """
    asked = Request(door.actor, door.scope)
    visit = await door.read(lambda session: actions.open_visit(session, asked, visit_id))
    uploads = uploads_of(door)
    async with uploads.blobs.spool() as spool:
        await upload.into(spool, uploads)
        photo = await actions.check(uploads, spool, visit)
        await uploads.blobs.keep(spool)
    known = await door.read(lambda session: actions.is_kept(session, visit_id, photo.digest))
    return await door.write(
        lambda session: actions.keep(session, asked, visit_id, photo),
        once,
        status=200 if known else None,
        location=f"/intake/v1/visits/{visit_id}/photos/{photo.digest}",
        content=photo.digest.encode(),
    )


@router.get("", response_model=VisitPhotosOut)
async def list_photos(visit_id: InPath, door: Annotated[Door, needs(rights.READ_VISITS)]) -> Response:
    """The photos that its record names (走访照片), and which of them are kept; nothing of what they show."""
    return door.answer(await door.read(lambda session: actions.shown(session, door.scope, visit_id)))


@router.get("/{sha256}", response_class=StreamingResponse, responses=THE_FILE | {429: {}})
async def look_at_photo(
    visit_id: InPath, sha256: Annotated[Sha256, Path()], door: Annotated[Door, needs(rights.REVEAL_HOUSEHOLD)]
) -> Response:
    """The photo itself, to be saved (查看走访照片). It shows people and homes: each time is a look on the record.

    404 where nothing is kept; 429 as for looks at who lives there.
    """
    asked, most = Request(door.actor, door.scope), door.runtime.looks_per_hour

    async def look(session: Session) -> tuple[VisitPhoto, int]:
        return await actions.look(session, asked, visit_id, sha256, most), 1

    photo = await _LOOKS.show_many(door, look)
    name = f"{photo.digest}{_SUFFIXES[photo.media_type]}"
    return await given_back(door, KeptFile(visit_id, photo.digest, photo.size, photo.media_type, name))
