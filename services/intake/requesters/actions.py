"""Sealing who spoke, and showing it masked or open."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from libs.common.database.session import Session
from libs.common.errors import Problem, Unavailable, invalid
from libs.common.security.envelopes import Destroyed, KeyEnvelope
from libs.common.security.identifiers.signs import STAR
from libs.common.security.masking import masked_name, masked_phone
from libs.common.security.phones import NotAPhone
from libs.common.security.vault import CannotOpen, Vault, VaultCell
from services.intake.requesters.domain import NOTHING_KNOWN, Own, own_of
from services.intake.requesters.queries import KnownRequester, find_known
from services.intake.requesters.schemas import RequesterIn, RequesterOut
from services.intake.requesters.tables import CaseKey, Requester

_HIDDEN = STAR * 4
_INFO = "intake.requesters"


class SealedRequester(NamedTuple):
    """A requester as it is stored."""

    name: bytes | None
    phone: bytes | None
    id_no: bytes | None
    home: bytes | None
    phone_index: bytes | None


NOBODY = SealedRequester(None, None, None, None, None)


class WhoSpokeErased(Problem):
    """Who spoke was erased (已删除): nobody opens it again."""

    status, type = 410, "requester-erased"
    title, title_zh = "Who spoke in this case was erased", "该件的诉求人信息已删除"


def new_envelope(vault: Vault, case_id: str) -> KeyEnvelope:
    """What seals of a case that begins. Its key has to be kept in `CaseKey`."""
    return KeyEnvelope.new(vault, key_cell(case_id))


def envelope_of(vault: Vault, case_id: str, key: CaseKey | None) -> KeyEnvelope:
    """What seals and opens of a case that is there."""
    wrapped, destroyed = (None, False) if key is None else (key.wrapped, key.destroyed_at is not None)
    return KeyEnvelope(vault, key_cell(case_id), wrapped, destroyed=destroyed)


async def envelope_in(session: Session, vault: Vault, case_id: str) -> KeyEnvelope:
    """The same, of which nothing was read yet."""
    return envelope_of(vault, case_id, (await _known(session, case_id)).key)


async def envelope_to_seal(session: Session, vault: Vault, case_id: str) -> KeyEnvelope:
    """The same, with a key in any case, made where there is none yet. The case is locked. WhoSpokeErased."""
    known = await _known(session, case_id)
    key = known.key
    if key is None:
        envelope = new_envelope(vault, case_id)
        key = session.new(CaseKey, case_id=case_id, wrapped=envelope.wrapped, destroyed_at=None)
        session.info[_INFO][case_id] = known._replace(key=key)
        return envelope
    if key.destroyed_at is not None:
        raise WhoSpokeErased
    return envelope_of(vault, case_id, key)


def key_cell(case_id: str) -> VaultCell:
    """Where the key of a case belongs."""
    return VaultCell("case_key", "key", case_id)


def seal_requester(
    vault: Vault, envelope: KeyEnvelope, case_id: str, requester: RequesterIn | None
) -> SealedRequester | None:
    """What is stored of a requester; None when nothing was said of it. Invalid when the phone is none."""
    if requester is None or not any((requester.name, requester.phone, requester.id_no, requester.home)):
        return None

    def seal(column: str, plain: str | None) -> bytes | None:
        return None if plain is None else envelope.seal(plain, aad=requester_cell(column, case_id))

    return SealedRequester(
        name=seal("name", requester.name),
        phone=seal("phone", requester.phone),
        id_no=seal("id_no", requester.id_no),
        home=seal("home", requester.home),
        phone_index=_phone_index(vault, requester.phone),
    )


def own_words(requester: RequesterIn | None, *, keeps_places: bool) -> Own:
    """What of a requester has to be hidden in the words that come with it."""
    return NOTHING_KNOWN if requester is None else own_of(**requester.model_dump(), keeps_places=keeps_places)


async def own_words_of(session: Session, vault: Vault, case_id: str, *, keeps_places: bool) -> Own:
    """The same of a case that is there. Unavailable as ``opened``: what may be hidden in part only is not taken."""
    known = await _known(session, case_id)
    envelope = envelope_of(vault, case_id, known.key)
    if known.requester is None or envelope.destroyed:
        return NOTHING_KNOWN
    found = open_requester(envelope, known.requester, ("name", "phone", "id_no", "home"))
    return own_of(**found, keeps_places=keeps_places)


async def _known(session: Session, case_id: str) -> KnownRequester:
    """Read once in a transaction."""
    known: dict[str, KnownRequester] = session.info.setdefault(_INFO, {})
    if case_id not in known:
        known[case_id] = await find_known(session, case_id)
    return known[case_id]


def masked_requester(envelope: KeyEnvelope, row: Requester) -> RequesterOut:
    """``张*`` and ``138****1234``."""
    return RequesterOut(
        name=_masked(envelope, row.sealed_name, requester_cell("name", row.case_id), masked_name),
        phone=_masked(envelope, row.sealed_phone, requester_cell("phone", row.case_id), masked_phone),
        id_no=None if row.sealed_id_no is None else _HIDDEN,
        home=None if row.sealed_home is None else _HIDDEN,
    )


def open_requester(envelope: KeyEnvelope, row: Requester, wanted: Collection[str]) -> dict[str, str | None]:
    """Those of ``name``, ``phone``, ``id_no`` and ``home`` that are wanted, unmasked. Unavailable as `opened`."""
    sealed = {"name": row.sealed_name, "phone": row.sealed_phone, "id_no": row.sealed_id_no, "home": row.sealed_home}
    return {
        field: opened(envelope, value, requester_cell(field, row.case_id))
        for field, value in sealed.items()
        if field in wanted
    }


def opened(envelope: KeyEnvelope, sealed: bytes | None, cell: VaultCell) -> str | None:
    """What was sealed in a cell; Unavailable when its key is not here or it was changed, WhoSpokeErased."""
    if sealed is None:
        return None
    try:
        return envelope.open(sealed, aad=cell)
    except Destroyed as error:
        raise WhoSpokeErased from error
    except CannotOpen as error:
        raise Unavailable(
            "What was sealed cannot be opened: its key is not here, or it was changed",
            "密封信息无法打开：缺少密钥或内容已被改动",
        ) from error


def requester_cell(column: str, case_id: str) -> VaultCell:
    """Where something of a requester belongs."""
    return VaultCell("requester", column, case_id)


def _masked(envelope: KeyEnvelope, sealed: bytes | None, cell: VaultCell, mask: Callable[[str], str]) -> str | None:
    if sealed is None:
        return None
    try:
        return mask(envelope.open(sealed, aad=cell))
    except CannotOpen:
        # The case itself can be read all the same.
        return _HIDDEN


def _phone_index(vault: Vault, phone: str | None) -> bytes | None:
    if phone is None:
        return None
    try:
        return vault.phone_index(phone)
    except NotAPhone:
        raise invalid("requester/phone", "must be a phone number", "须为电话号码") from None
