"""Sealing second factors anew, and finding phones of accounts by the index's newest key."""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.rules.turns import LeftAlone, Turn
from libs.common.security.phones import NotAPhone
from libs.common.security.vault import CannotOpen, Vault
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions.second_factor import totp_cell
from services.dispatch.accounts.tables import StaffAccount
from services.dispatch.staff.actions.contacts import contact_of
from services.dispatch.staff.queries import contacts_of
from services.dispatch.staff.tables import StaffContact

_UNKNOWN = "is found by an older key of the index: its phone is kept nowhere; it is found anew when it signs in by it"


async def reseal_second_factors(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """Secrets that are under another key than the current one."""
    accounts, places = await queries.accounts_sealed_before(session, after, size, vault.header), []
    for account in accounts:
        cell, sealed = totp_cell(account.staff_id), account.sealed_totp
        try:
            account.sealed_totp = None if sealed is None else vault.seal(vault.open(sealed, aad=cell), aad=cell)
        except CannotOpen:
            places.append(LeftAlone("staff_account", account.staff_id))
    return Turn(_last(accounts), len(accounts) - len(places), tuple(places))


async def reindex_accounts(session: Session, vault: Vault, after: str, size: int) -> Turn:
    """An account keeps no phone: where the register of people knows it, it is the one that gives the present index."""
    accounts = await queries.accounts_indexed_before(session, after, size, vault.index_key_id)
    contacts = await contacts_of(session, [account.staff_id for account in accounts])
    changed, places = 0, []
    for account in accounts:
        if found_anew(vault, account, _indexes(vault, contacts.get(account.staff_id))):
            changed += 1
        else:
            places.append(LeftAlone("staff_account", account.staff_id, _UNKNOWN))
    return Turn(_last(accounts), changed, tuple(places))


def found_anew(vault: Vault, account: StaffAccount, indexes: Sequence[bytes]) -> bool:
    """Find the account by the newest key of the index from now on, when these are those of its phone."""
    if account.phone_index not in indexes:
        return False
    account.phone_index, account.phone_index_key = indexes[0], vault.index_key_id
    return True


def _indexes(vault: Vault, row: StaffContact | None) -> tuple[bytes, ...]:
    try:
        phone = contact_of(vault, row).phone
        return () if phone is None else vault.phone_indexes(phone)
    except (NotAPhone, CannotOpen):
        return ()


def _last(accounts: list[StaffAccount]) -> str | None:
    return max((account.staff_id for account in accounts), default=None)
