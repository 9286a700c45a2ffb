"""What an item says, sealed under the key of its phone: it names people until it has become a visit or was dropped."""

import json
from typing import Any

from libs.common.database.session import Session
from libs.common.rules.turns import LeftAlone, Turn
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.vault import CannotOpen, Vault, VaultCell
from services.intake.devices.queries import wrapped_before
from services.intake.devices.tables import Device


def key_cell(device_id: str) -> VaultCell:
    """Where the key of a phone belongs."""
    return VaultCell("device", "key", device_id)


def envelope_of(vault: Vault, device: Device) -> KeyEnvelope:
    """What seals and opens the items of a phone."""
    return KeyEnvelope(vault, key_cell(device.device_id), device.wrapped)


def sealed_body(envelope: KeyEnvelope, entry_id: str, body: dict[str, Any]) -> bytes:
    """What the item says, for its row, whatever that is: numbers of any length, signs that are none."""
    return envelope.seal(json.dumps(body), aad=_cell(entry_id))


def opened_body(envelope: KeyEnvelope, entry_id: str, sealed: bytes) -> dict[str, Any]:
    """What it says. CannotOpen when its key is not here, or it was changed."""
    body: dict[str, Any] = json.loads(envelope.open(sealed, aad=_cell(entry_id)))
    return body


async def rewrap_device_keys(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """Wrap keys of phones under the vault's current key; no item changes."""
    device_ids = await wrapped_before(session, after, size, vault.header)
    await session.load(Device, "device_id", device_ids)
    changed, places = 0, []
    for device_id in device_ids:
        for device in await session.rows(Device, "device_id", device_id):
            try:
                wrapped = envelope_of(vault, device).rewrapped()
            except CannotOpen:
                places.append(LeftAlone("device", device_id))
                continue
            if wrapped is not None:
                device.wrapped = wrapped
                changed += 1
    return Turn(max(device_ids, default=None), changed, tuple(places))


def _cell(entry_id: str) -> VaultCell:
    return VaultCell("device_item", "body", entry_id)
