"""How people are reached: sealed in dispatch's vault, shown for a reason that is kept and said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Forbidden, NotFound, Unavailable
from libs.common.events.directory import StaffContactRevealed
from libs.common.rules.looks import check_looks
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.vault import CannotOpen, Vault, VaultCell, print_of_sealed
from services.dispatch.staff.actions.showing import has_in_reach
from services.dispatch.staff.queries import contacts_of
from services.dispatch.staff.schemas import ContactIn, ContactOut
from services.dispatch.staff.tables import StaffContact, StaffLook


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of how to reach somebody. What was not said (no languages, no ``phone`` or ``other``) stays."""

    languages: tuple[str, ...] | None = None
    contact: Mapping[str, str | None] = field(default_factory=dict)

    def changes(self, row: StaffContact | None, before: ContactIn) -> bool:
        """Whether it is not kept so already."""
        return self._languages(row) != ([] if row is None else row.languages) or self._contact(before) != before

    def _languages(self, row: StaffContact | None) -> list[str]:
        kept = [] if row is None else row.languages
        return kept if self.languages is None else [*self.languages]

    def _contact(self, before: ContactIn) -> ContactIn:
        return before.model_copy(update=dict(self.contact))

    def put(self, row: StaffContact, before: ContactIn, vault: Vault) -> None:
        """Keep it; what is the same is not sealed anew."""
        contact = self._contact(before)
        row.languages = self._languages(row)
        if contact.phone != before.phone:
            row.sealed_phone = _sealed(vault, row.staff_id, "phone", contact.phone)
        if contact.other != before.other:
            row.sealed_other = _sealed(vault, row.staff_id, "other", contact.other)


async def keep_contacts(session: Session, vault: Vault, told: Mapping[str, Told]) -> set[str]:
    """Keep what was told of each person; whose row is another now."""
    rows, changed = await contacts_of(session, told, lock=True), set[str]()
    for staff_id, said in told.items():
        row = rows.get(staff_id)
        before = contact_of(vault, row)
        if not said.changes(row, before):
            continue
        changed.add(staff_id)
        if row is None:
            row = session.new(StaffContact, staff_id=staff_id, languages=[], sealed_phone=None, sealed_other=None)
        said.put(row, before, vault)
    return changed


async def prints_of(session: Session, staff_ids: Sequence[str]) -> dict[str, str]:
    """Digests of what is sealed, of whom anything is."""
    return {
        staff_id: print_of_sealed(row.sealed_phone, row.sealed_other)
        for staff_id, row in (await contacts_of(session, staff_ids, lock=True)).items()
        if row.sealed_phone is not None or row.sealed_other is not None
    }


async def look(session: Session, asked: Request, staff_id: str, reason: str, vault: Vault, most: int) -> ContactOut:
    """How somebody is reached. The look is recorded in the same transaction: no record, no answer.

    Raises NotFound, Forbidden for people of units outside the caller's area, and TooManyLooks when the person has taken
    ``most`` of them within an hour.
    """
    member = session.staff.member(staff_id)
    row = (await contacts_of(session, [staff_id])).get(staff_id)
    if member is None or row is None:
        raise NotFound("Nothing is kept of how to reach this person", "没有此人的联系方式")
    directory = session.packs.current(session.now).directory
    if not has_in_reach(asked.scope, directory, member, session.now):
        raise Forbidden("You may not see how this person is reached", "无权查看此人的联系方式")
    await check_looks(session, StaffLook.__tablename__, asked.actor, most)
    seen = StaffContactRevealed(
        occurred_at=session.now, staff_id=staff_id, look_id=str(uuid_utils.uuid7()), reason=mask_text(reason)
    )
    session.insert(
        StaffLook,
        {
            "look_id": seen.look_id,
            "staff_id": staff_id,
            "who": asked.actor.subject,
            "unit_code": asked.actor.unit_code,
            "by_staff": asked.actor.staff_id,
            "reason": seen.reason,
            "at": session.now,
        },
    )
    session.publish(seen)
    contact = contact_of(vault, row)
    return ContactOut(staff_id=staff_id, phone=contact.phone, other=contact.other, languages=row.languages)


def contact_of(vault: Vault, row: StaffContact | None) -> ContactIn:
    """What is kept, open. Unavailable when the vault's key is not here, or it was changed."""
    if row is None:
        return ContactIn()
    try:
        return ContactIn(
            phone=_open(vault, row.staff_id, "phone", row.sealed_phone),
            other=_open(vault, row.staff_id, "other", row.sealed_other),
        )
    except CannotOpen as error:
        raise Unavailable(
            "What was sealed cannot be opened: its key is not here, or it was changed",
            "密封信息无法打开：缺少密钥或内容已被改动",
        ) from error


def _open(vault: Vault, staff_id: str, column: str, sealed: bytes | None) -> str | None:
    return None if sealed is None else vault.open(sealed, aad=VaultCell("staff_contact", column, staff_id))


def _sealed(vault: Vault, staff_id: str, column: str, plain: str | None) -> bytes | None:
    return None if plain is None else vault.seal(plain, aad=VaultCell("staff_contact", column, staff_id))
