"""Passwords given and changed. None is ever told, kept or logged; a first one is shown once to whoever gives it."""

from libs.common.errors import FieldError, Invalid
from libs.common.security.passwords import Passwords
from services.dispatch.accounts.domain.passwords import PasswordFault, fault_of, normal
from services.dispatch.accounts.tables import StaffAccount


async def keep(passwords: Passwords, account: StaffAccount, password: str, field: str = "new_password") -> str:
    """What is kept of a new password. Invalid, naming the field, when it may not be one."""
    chosen = normal(password)
    wrong = fault_of(chosen, account.staff_id)
    if wrong is None and await passwords.matches(account.password_hash, chosen):
        wrong = PasswordFault.SAME
    if wrong is not None:
        english, chinese = wrong.value
        raise Invalid(english, chinese, fields=[FieldError(field, english, chinese)])
    return await passwords.hash(chosen)
