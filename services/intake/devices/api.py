"""``/devices``: visits without a network (离线走访): phones, what they are given and what they bring back."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.bus.flow import Service
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.door import Door, needs
from libs.common.web.fields import Uuid
from libs.common.web.given_back import uploads_of
from libs.common.web.headers import IdempotencyKey
from libs.common.web.looks import Looks
from libs.common.web.uploads import UploadBody
from services.intake import rights
from services.intake.attachments.actions.examine import examine_picture
from services.intake.devices.actions import deciding, losing, photographing, pulling, pushing, registering, showing
from services.intake.devices.actions.working import Applier, applier_of
from services.intake.devices.schemas import (
    LARGEST_SEQ,
    DecideItem,
    DeviceId,
    DeviceItemOfList,
    DeviceOut,
    DeviceQuery,
    DeviceReason,
    HeldPhoto,
    HeldPhotoOut,
    ItemQuery,
    ItemToDecide,
    OwnDevices,
    Pull,
    PullOut,
    Push,
    PushOut,
    ReceiptOut,
    ReceiptsOut,
    ReceiptsQuery,
    RegisterDevice,
    WipeOut,
)

router = APIRouter(prefix="/v1/devices", tags=["devices 离线走访"])

InPath = Annotated[DeviceId, Path()]
Syncs = Annotated[Door, needs(rights.SYNC_DEVICE)]
Reports = Annotated[Door, needs(rights.REPORT_DEVICE)]
Oversees = Annotated[Door, needs(rights.OVERSEE_DEVICES)]
_LOOKS = Looks(Service.INTAKE)


@router.post("", response_model=DeviceOut, status_code=201)
async def register_device(body: RegisterDevice, door: Syncs, once: IdempotencyKey) -> Response:
    """A phone (手机登记). The same again by the same person is answered with 200; 409 when it is somebody else's."""
    known = await door.read(lambda session: registering.is_known(session, body.device_id))
    return await door.write(
        lambda session: registering.register(session, _asked(door), door.principal, body, door.runtime.vault),
        once,
        status=200 if known else None,
    )


@router.get("", response_model=Page[DeviceItemOfList])
async def list_devices(query: Annotated[DeviceQuery, Query()], door: Oversees) -> Response:
    """Phones within your reach, the longest silent first, with what of them waits for a person."""
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.get("/mine", response_model=OwnDevices)
async def own_devices(door: Syncs) -> Response:
    """Your own phones."""
    return door.answer(await door.read(lambda session: showing.own(session, door.actor)))


@router.get("/items", response_model=Page[ItemToDecide])
async def list_device_items(query: Annotated[ItemQuery, Query()], door: Oversees) -> Response:
    """What was held or refused within your reach, and waits for a decision: without any words of who was visited."""
    vault = door.runtime.vault
    return door.answer(await door.read(lambda session: showing.items(session, door.scope, query, vault)))


@router.post("/{device_id}/loss", response_model=DeviceOut)
async def lose_device(device_id: InPath, body: DeviceReason, door: Reports, once: IdempotencyKey) -> Response:
    """It is lost (挂失): from now on it is told to forget everything, and what it brings is held for a person."""
    return await door.write(
        lambda session: losing.lose(session, _asked(door), door.principal, device_id, body.reason), once
    )


@router.post("/{device_id}/return", response_model=DeviceOut)
async def return_device(device_id: InPath, body: DeviceReason, door: Reports, once: IdempotencyKey) -> Response:
    """Its person gives it up (交还) when all is sent; of a lost one somebody else says that it was found (解除挂失)."""
    return await door.write(
        lambda session: losing.give_back(session, _asked(door), door.principal, device_id, body.reason), once
    )


@router.post("/{device_id}/pull", responses={429: {}}, response_model=PullOut | WipeOut)
async def pull(
    device_id: InPath, body: Pull, door: Syncs, _: Annotated[Door, needs(rights.REVEAL_HOUSEHOLD)]
) -> Response:
    """What the person needs at the doors of the next days (下载), and receipts.

    Own households and no more, each unmasked and so a look on the record where it was not given before; all looks of
    one pull are one of the hour. The answer is kept under no Idempotency-Key.
    """
    asked, runtime = _asked(door), door.runtime
    pulled = await _LOOKS.show_many(
        door,
        lambda session: pulling.pull(
            session, asked, door.principal, device_id, body, runtime.vault, runtime.looks_per_hour
        ),
    )
    return door.answer(pulled)


@router.post("/{device_id}/push", response_model=PushOut)
async def push(device_id: InPath, body: Push, door: Syncs, once: IdempotencyKey) -> Response:
    """What was recorded without a network (上传): each item is applied in its turn, held, or refused, and told so."""
    applier = _applier(door)
    return await door.write_once(lambda: pushing.push(applier, device_id, body.items), once)


@router.post("/{device_id}/items/{item_id}/photos", status_code=201, response_model=HeldPhotoOut)
async def hand_in_photo(
    device_id: InPath,
    item_id: Annotated[Uuid, Path()],
    query: Annotated[HeldPhoto, Query()],
    door: Syncs,
    upload: UploadBody,
    once: IdempotencyKey,
) -> Response:
    """A photo of a visit that is held or refused (上传待处理照片): the body as it is, a JPEG, PNG or WebP by its bytes.

    It goes over to the visit, or to the case of its matter, once the item is applied, and goes when it is dropped. 409
    once that was decided; 422 naming `body` for one that the item does not name.
    """
    of, vault, uploads = (device_id, item_id), door.runtime.vault, uploads_of(door)
    await door.read(lambda session: photographing.photographed(session, door.actor, *of, vault))
    async with uploads.blobs.spool() as spool:
        await upload.into(spool, uploads)
        await door.read(lambda session: photographing.check_named(session, door.actor, of, spool.digest, vault))
        file = await examine_picture(uploads, spool)
        await uploads.blobs.keep(spool)
    return await door.write(
        lambda session: photographing.keep(session, door.actor, of, query.matter, file, vault),
        once,
        content=file.digest.encode(),
    )


@router.get("/{device_id}/receipts", response_model=ReceiptsOut)
async def list_receipts(device_id: InPath, query: Annotated[ReceiptsQuery, Query()], door: Syncs) -> Response:
    """Receipts since a cursor (回执)."""
    return door.answer(await door.read(lambda session: showing.receipts(session, _asked(door), device_id, query.since)))


@router.post("/{device_id}/items/{seq}/decision", response_model=ReceiptOut)
async def decide_device_item(
    device_id: InPath,
    seq: Annotated[int, Path(ge=1, le=LARGEST_SEQ)],
    body: DecideItem,
    door: Oversees,
    once: IdempotencyKey,
) -> Response:
    """Apply a held or refused item, or drop it (人工处理). 403 for whoever made it; the phone is told by a receipt."""
    applier = _applier(door)
    return await door.write_once(lambda: deciding.decide(applier, device_id, seq, body), once)


def _asked(door: Door) -> Request:
    return Request(door.actor, door.scope)


def _applier(door: Door) -> Applier:
    return applier_of(door.runtime, door.principal, door.scope, door.run_alone)
