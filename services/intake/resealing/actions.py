"""Sealing anew what is kept of cases, beside a running system: each case under its lock, and told by digests.

A case that has a key of its own is sealed once and for all: of another key of the vault its cells know nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from libs.common.database.session import Session
from libs.common.events.door import CaseResealed, SealedAnew
from libs.common.rules.turns import LeftAlone, Turn
from libs.common.security.envelopes import KeyEnvelope, is_own
from libs.common.security.phones import NotAPhone
from libs.common.security.vault import CannotOpen, Vault, VaultCell, print_of_sealed
from services.intake.cases.actions.drafts import wording_cell
from services.intake.cases.actions.steps import supplement_cell
from services.intake.cases.queries.locking import lock_cases
from services.intake.requesters.actions import key_cell, new_envelope, requester_cell
from services.intake.requesters.tables import CaseKey
from services.intake.resealing import queries

_WORDS = ("title", "text")
_WHO = ("name", "phone", "id_no", "home")
_Cells = dict[str, bytes | None]
Anew = Callable[[bytes, VaultCell], bytes]
"""What stands for a sealed value from now on. CannotOpen."""


@dataclass(slots=True)
class SealedCase:
    """All that is sealed of one case, which is locked."""

    row: Any
    words: _Cells
    who: _Cells
    phone_index: bytes | None
    supplements: dict[str, bytes]
    envelope: KeyEnvelope

    @property
    def case_id(self) -> str:
        """Of the row."""
        return str(self.row.case_id)

    def prints(self) -> list[str]:
        """Digests as events told them: of all that was sealed with the registration, then of each supplement."""
        first = print_of_sealed(*self.words.values(), *self.who.values(), self.phone_index)
        return [first, *map(print_of_sealed, self.supplements.values())]


async def rewrap_keys(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """Wrap keys of cases under the vault's current key; no cell changes."""
    rows = await queries.keys_of_before(session, after, size, vault.header)
    wrapped, places = dict[str, bytes](), []
    for row in rows:
        try:
            again = KeyEnvelope(vault, key_cell(row.case_id), row.wrapped).rewrapped()
        except CannotOpen:
            places.append(LeftAlone("case_key", row.case_id))
            continue
        if again is not None:
            wrapped[row.case_id] = again
    await queries.rewrap(session, wrapped)
    return Turn(rows[-1].case_id if rows else None, len(wrapped), tuple(places))


async def reseal_cases(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """Seal what was sealed under the vault's keys under a key of each case's own."""
    case_ids, changed = await queries.cases_of_before(session, after, size), 0
    places: list[LeftAlone] = []
    for case in await load_sealed(session, vault, case_ids):
        before = case.prints()
        places += seal_anew(case, partial(_under_own, case.envelope))
        changed += await keep(session, case, before)
    return Turn(max(case_ids, default=None), changed, tuple(places))


async def reindex_phones(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """Find phones by the index's newest key."""
    case_ids, changed = await queries.cases_with_phone(session, after, size), 0
    places: list[LeftAlone] = []
    for case in await load_sealed(session, vault, case_ids):
        before = case.prints()
        sealed = case.who["phone"]
        if sealed is None or case.phone_index is None:
            continue
        try:
            phone = case.envelope.open(sealed, aad=requester_cell("phone", case.case_id))
            case.phone_index = vault.phone_index(phone)
        except (CannotOpen, NotAPhone):
            places.append(LeftAlone("requester", case.case_id))
            continue
        changed += await keep(session, case, before)
    return Turn(max(case_ids, default=None), changed, tuple(places))


async def load_sealed(session: Session, vault: Vault, case_ids: Sequence[str]) -> list[SealedCase]:
    """All that is sealed of these cases, locked as everybody does who changes one; and read behind the lock."""
    await lock_cases(session, case_ids)
    supplements: dict[str, dict[str, bytes]] = {}
    for one in await queries.supplements_of(session, case_ids):
        supplements.setdefault(one.case_id, {})[one.supplement_id] = one.sealed_text
    return [
        SealedCase(
            row,
            {column: row[f"sealed_{column}"] for column in _WORDS},
            {column: row[f"sealed_{column}"] for column in _WHO},
            row.phone_index,
            supplements.get(row.case_id, {}),
            _envelope(vault, row),
        )
        for row in await queries.cells_of(session, case_ids)
    ]


def seal_anew(case: SealedCase, anew: Anew) -> list[LeftAlone]:
    """Put other values for those that are not sealed under the case's own key; which could not be opened."""
    places = []
    for table, cells, cell_of in (
        ("wording", case.words, wording_cell),
        ("requester", case.who, requester_cell),
    ):
        for column, sealed in cells.items():
            try:
                cells[column] = _anew(anew, sealed, cell_of(column, case.case_id))
            except CannotOpen:
                places.append(LeftAlone(table, case.case_id))
    for supplement_id, sealed in case.supplements.items():
        try:
            again = _anew(anew, sealed, supplement_cell(case.case_id, supplement_id))
            case.supplements[supplement_id] = again or sealed
        except CannotOpen:
            places.append(LeftAlone("supplement", supplement_id))
    return places


def changes_of(case: SealedCase, before: Sequence[str]) -> tuple[SealedAnew, ...]:
    """By their digests, what is another than ``before``."""
    pairs = zip(before, case.prints(), strict=True)
    return tuple(SealedAnew(was=was, now=now) for was, now in pairs if was != now)


async def write(session: Session, case: SealedCase) -> None:
    """Keep what is sealed as it is now; the key is the caller's."""
    await queries.keep_words(session, case.case_id, case.words.values())
    if case.row.named is not None:
        await queries.keep_requester(session, case.case_id, (*case.who.values(), case.phone_index))
    for supplement_id, sealed in case.supplements.items():
        await queries.keep_supplement(session, supplement_id, sealed)


async def keep(session: Session, case: SealedCase, before: Sequence[str]) -> bool:
    """Write and tell what is another than before, if anything is."""
    changed = changes_of(case, before)
    if changed:
        if case.row.keyed is None:
            session.insert(CaseKey, {"case_id": case.case_id, "wrapped": case.envelope.wrapped, "destroyed_at": None})
        await write(session, case)
        at = max(session.now, case.row.registered_at)
        session.publish(CaseResealed(occurred_at=at, case_id=case.case_id, changed=changed))
    return bool(changed)


def _envelope(vault: Vault, row: Any) -> KeyEnvelope:
    if row.keyed is None:
        return new_envelope(vault, row.case_id)
    return KeyEnvelope(vault, key_cell(row.case_id), row.wrapped, destroyed=row.destroyed_at is not None)


def _under_own(envelope: KeyEnvelope, sealed: bytes, cell: VaultCell) -> bytes:
    return envelope.seal(envelope.open(sealed, aad=cell), aad=cell)


def _anew(anew: Anew, sealed: bytes | None, cell: VaultCell) -> bytes | None:
    return sealed if sealed is None or is_own(sealed) else anew(sealed, cell)
