"""Sealing who spoke, and showing it masked or open."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from libs.common.errors import Unavailable, invalid
from libs.common.security.masking import STAR, masked_name, masked_phone
from libs.common.security.phones import NotAPhone
from libs.common.security.vault import CannotOpen, Vault, VaultCell
from services.intake.requesters.schemas import RequesterIn, RequesterOut
from services.intake.requesters.tables import Requester

_HIDDEN = STAR * 4


class SealedRequester(NamedTuple):
    """A requester as it is stored."""

    name: bytes | None
    phone: bytes | None
    id_no: bytes | None
    home: bytes | None
    phone_index: bytes | None


NOBODY = SealedRequester(None, None, None, None, None)


def seal_requester(vault: Vault, case_id: str, requester: RequesterIn | None) -> SealedRequester | None:
    """What is stored of a requester; None when nothing was said of it. Invalid when the phone is none."""
    if requester is None or not any((requester.name, requester.phone, requester.id_no, requester.home)):
        return None

    def seal(column: str, plain: str | None) -> bytes | None:
        return None if plain is None else vault.seal(plain, aad=_cell(column, case_id))

    return SealedRequester(
        name=seal("name", requester.name),
        phone=seal("phone", requester.phone),
        id_no=seal("id_no", requester.id_no),
        home=seal("home", requester.home),
        phone_index=_phone_index(vault, requester.phone),
    )


def masked_requester(vault: Vault, row: Requester) -> RequesterOut:
    """``张*`` and ``138****1234``."""
    return RequesterOut(
        name=_masked(vault, row.sealed_name, _cell("name", row.case_id), masked_name),
        phone=_masked(vault, row.sealed_phone, _cell("phone", row.case_id), masked_phone),
        id_no=None if row.sealed_id_no is None else _HIDDEN,
        home=None if row.sealed_home is None else _HIDDEN,
    )


def open_requester(vault: Vault, row: Requester, wanted: Collection[str]) -> dict[str, str | None]:
    """Those of ``name``, ``phone``, ``id_no`` and ``home`` that are wanted, unmasked. Unavailable as `opened`."""
    sealed = {"name": row.sealed_name, "phone": row.sealed_phone, "id_no": row.sealed_id_no, "home": row.sealed_home}
    return {
        field: opened(vault, value, _cell(field, row.case_id)) for field, value in sealed.items() if field in wanted
    }


def opened(vault: Vault, sealed: bytes | None, cell: VaultCell) -> str | None:
    """What was sealed in a cell; Unavailable when its key is not here or it was changed."""
    if sealed is None:
        return None
    try:
        return vault.open(sealed, aad=cell)
    except CannotOpen as error:
        raise Unavailable(
            "What was sealed cannot be opened: its key is not here, or it was changed",
            "密封信息无法打开：缺少密钥或内容已被改动",
        ) from error


def _cell(column: str, case_id: str) -> VaultCell:
    """Where something of a requester belongs."""
    return VaultCell("requester", column, case_id)


def _masked(vault: Vault, sealed: bytes | None, cell: VaultCell, mask: Callable[[str], str]) -> str | None:
    if sealed is None:
        return None
    try:
        return mask(vault.open(sealed, aad=cell))
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
