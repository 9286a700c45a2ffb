"""Sealing anew how people are reached, under the register's lock: said as any change of a record is."""

from dataclasses import replace

from libs.common.database.session import Session
from libs.common.database.stored_staff import register_to_change
from libs.common.rules.turns import LeftAlone, Turn
from libs.common.security.vault import CannotOpen, Vault, VaultCell
from services.dispatch.staff.actions.recording import record
from services.dispatch.staff.queries import contacts_of, contacts_sealed_before


async def reseal_contacts(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """People whose contacts are under another key than the current one. Their records say the new digests."""
    register = await register_to_change(session)
    staff_ids = await contacts_sealed_before(session, after, size, vault.header)
    members, places = [], []
    for staff_id, row in (await contacts_of(session, staff_ids, lock=True)).items():
        member = register.member(staff_id)
        try:
            phone, other = (
                sealed if sealed is None or vault.is_current(sealed) else _anew(vault, staff_id, column, sealed)
                for column, sealed in (("phone", row.sealed_phone), ("other", row.sealed_other))
            )
        except CannotOpen:
            places.append(LeftAlone("staff_contact", staff_id))
            continue
        row.sealed_phone, row.sealed_other = phone, other
        if member is not None:
            members.append(replace(member, version=member.version + 1))
    if members:
        await record(session, members)
    return Turn(max(staff_ids, default=None), len(staff_ids) - len(places), tuple(places))


def _anew(vault: Vault, staff_id: str, column: str, sealed: bytes) -> bytes:
    cell = VaultCell("staff_contact", column, staff_id)
    return vault.seal(vault.open(sealed, aad=cell), aad=cell)
