"""A phone is lost (挂失), found again (解除挂失), or given up (交还)."""

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound
from libs.common.rules.machine import NotTheirs
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.policy import has_right
from libs.common.security.principal import Principal
from services.intake import rights
from services.intake.devices.actions.finding import GivenUp
from services.intake.devices.actions.showing import shown
from services.intake.devices.schemas import DeviceOut
from services.intake.devices.tables import Device


async def lose(session: Session, asked: Request, principal: Principal, device_id: str, reason: str) -> DeviceOut:
    """By its person, or by whoever oversees phones within reach. Said twice it is said once."""
    device = await _find(session, asked, principal, device_id)
    if device.lost_at is None:
        device.lost_at, device.lost_by = session.now, asked.actor.person
        device.lost_why = mask_text(reason)
        device.version += 1
    return shown(device)


async def give_back(session: Session, asked: Request, principal: Principal, device_id: str, reason: str) -> DeviceOut:
    """Its person gives it up; of a lost one somebody else says that it was found.

    Raises NotTheirs for whoever is not the one of the two; Conflict while it has something that was not sent.
    """
    device = await _find(session, asked, principal, device_id)
    own = device.staff_id == asked.actor.staff_id
    if device.lost_at is not None:
        if own:
            raise NotTheirs("Somebody else says that a lost phone was found", "解除挂失须由他人办理")
        device.lost_at = device.lost_by = None
        device.lost_why = mask_text(reason)
    else:
        if not own:
            raise NotTheirs("Whose phone it is gives it up", "须由本人交还")
        if device.unsent:
            raise Conflict(f"{device.unsent} items on it were not sent", f"该手机尚有 {device.unsent} 条未上传")
        device.gave_up_at = session.now
    device.version += 1
    return shown(device)


async def _find(session: Session, asked: Request, principal: Principal, device_id: str) -> Device:
    device = await session.one(Device, "device_id", device_id)
    if device is None:
        raise NotFound
    oversees = has_right(principal, rights.OVERSEE_DEVICES) and asked.scope.covers(device.area_code)
    if not oversees and (asked.actor.staff_id is None or device.staff_id != asked.actor.staff_id):
        raise NotFound
    if device.gave_up_at is not None:
        raise GivenUp
    return device
