"""Registering a phone (手机登记)."""

from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden
from libs.common.rules.requests import Request
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.masking import mask_text
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault
from services.intake.devices.actions.sealing import key_cell
from services.intake.devices.actions.showing import shown
from services.intake.devices.schemas import DeviceOut, RegisterDevice
from services.intake.devices.tables import Device


class NobodysAccount(Forbidden):
    """A phone belongs to a member of staff, and nobody said whose account this is."""

    type, title, title_zh = "no-staff", "Only a member of staff has a phone", "仅工作人员可登记手机"


async def is_known(session: Session, device_id: str) -> bool:
    """Whether somebody registered it before."""
    return await session.one(Device, "device_id", device_id, lock=False) is not None


async def register(
    session: Session, asked: Request, principal: Principal, body: RegisterDevice, vault: Vault
) -> DeviceOut:
    """The phone, as new or as it is. NobodysAccount; Conflict when it is somebody else's who has not given it up.

    Whoever takes over a phone that was given up goes on with its numbers, and sees nothing of what was brought before.
    """
    staff_id = asked.actor.staff_id
    if staff_id is None:
        raise NobodysAccount
    device = await session.one(Device, "device_id", body.device_id)
    if device is None:
        return shown(_new(session, principal, staff_id, body, vault))
    if device.staff_id != staff_id and device.gave_up_at is None:
        raise Conflict("This phone is somebody else's", "该手机已由他人登记")
    if device.gave_up_at is not None:
        device.staff_id, device.gave_up_at = staff_id, None
        device.name, device.account = mask_text(body.name), principal.subject
        device.unit_code, device.area_code = principal.unit_code, principal.area_code
        device.last_sync_at = max(session.now, device.last_sync_at)
        device.version += 1
    return shown(device)


def _new(session: Session, principal: Principal, staff_id: str, body: RegisterDevice, vault: Vault) -> Device:
    return session.new(
        Device,
        device_id=body.device_id,
        name=mask_text(body.name),
        staff_id=staff_id,
        account=principal.subject,
        unit_code=principal.unit_code,
        area_code=principal.area_code,
        wrapped=KeyEnvelope.new(vault, key_cell(body.device_id)).wrapped or b"",
        registered_at=session.now,
        last_sync_at=session.now,
        unsent=0,
        mark=0,
        receipts=0,
        lost_at=None,
        lost_by=None,
        lost_why=None,
        gave_up_at=None,
        version=1,
    )
