"""Signing in (登录): a name and a password, then what else is to be shown or chosen, until a token may be given.

Each step is a transaction of its own, and no password is checked inside one. Whatever is wrong with a name and its
password, the answer is the same, and takes as long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Self

from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, Unauthenticated, Unavailable, invalid
from libs.common.events.directory import AccountStep
from libs.common.security.own_accounts import ACCESS_LASTS, OwnAccounts
from libs.common.security.phones import NotAPhone
from libs.common.service.runtime import Runtime
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions import second_factor, sessions
from services.dispatch.accounts.actions.origins import Origin
from services.dispatch.accounts.actions.passwords import keep
from services.dispatch.accounts.actions.resealing import found_anew
from services.dispatch.accounts.actions.sessions import Recognised, session_ended
from services.dispatch.accounts.actions.telling import count, tell
from services.dispatch.accounts.actions.throttling import TooManyTries, charge, forget, give_back, tries_name
from services.dispatch.accounts.actions.tokens import SessionToken
from services.dispatch.accounts.domain.passwords import normal
from services.dispatch.accounts.domain.steps import Proven, Step, next_step
from services.dispatch.accounts.domain.waiting import ACCOUNT, ADDRESS, CODE, WaitRule
from services.dispatch.accounts.queries import Office
from services.dispatch.accounts.tables import StaffAccount

MARK_LASTS = timedelta(days=180)
"""A device that signed in is known for so long: an attacker elsewhere makes its owner wait no more."""


class AccountsElsewhere(Conflict):
    """This place has no accounts of its own, or this process not the key that signs for them."""

    type = "accounts-elsewhere"
    title, title_zh = "Staff sign in with the place's identity provider", "本地未启用账号，请通过统一身份认证登录"


class WrongPassword(Unauthenticated):
    """There is no such account, it is disabled, or the password is wrong: nobody is told which."""

    type = "wrong-password"
    title, title_zh = "The name or the password is wrong", "账号或密码不正确"


class NotInOffice(Forbidden):
    """The password was right, and the person holds no post with a role just now."""

    type = "not-in-office"
    title, title_zh = "You hold no post in office; ask your administrator", "您目前没有在任岗位，请联系管理员"


class FirstPasswordEnded(Forbidden):
    """It was not used in time."""

    type = "first-password-ended"
    title, title_zh = "The first password has ended; ask for a new one", "初始密码已过期，请联系管理员重新发放"


@dataclass(frozen=True, slots=True)
class Entered:
    """How far somebody got. ``token`` is the session's next one, ``access`` there when nothing is left to do."""

    staff_id: str
    session_id: str
    step: Step
    offices: tuple[Office, ...]
    unit_code: str | None
    token: SessionToken | None
    ends_at: datetime
    access: str | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Entrance:
    """The entrance of a process that has the key."""

    runtime: Runtime
    accounts: OwnAccounts

    @classmethod
    def of(cls, runtime: Runtime) -> Self:
        """AccountsElsewhere when staff do not sign in here."""
        if not runtime.startup.done:
            raise Unavailable("This process is still starting", "服务正在启动", headers={"Retry-After": "2"})
        if runtime.accounts is None:
            raise AccountsElsewhere
        return cls(runtime, runtime.accounts)

    @property
    def now(self) -> datetime:
        """The machine's time: a simulated clock must end no session, and phones show codes of the real time."""
        return self.accounts.issuer.now()

    async def sign_in(self, who: str, password: str, origin: Origin) -> Entered:
        """The first step. WrongPassword, TooManyTries, Unavailable when too many are at it, NotInOffice."""
        now, name = self.now, who.strip()
        try:
            async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
                account = await queries.find_account(session, name, self._phone_indexes(name))
                tries = self._tries_of(account, name, origin, now)
                waits = await charge(session, tries, now)
        except TooManyTries:
            count("waits")
            raise
        kept = None if account is None or account.disabled_at is not None else account.password_hash
        right = await self.accounts.passwords.matches(kept, normal(password))
        if account is None or not right:
            count("wrong")
            await self._tell_of_waiting(account if ACCOUNT in {tries[name] for name in waits} else None)
            raise WrongPassword
        renewed = await self._renewed(account, normal(password))
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            entered = await self._let_in(session, account.staff_id, kept, renewed, tries, origin)
            row = await session.one(StaffAccount, "staff_id", account.staff_id)
            if row is not None and row.phone_index is not None:
                found_anew(self.runtime.vault, row, self._phone_indexes(name))
            return entered

    async def show_code(self, token: SessionToken, code: str) -> Entered:
        """A code of the second factor, or a recovery code. Invalid when it is none; TooManyTries."""
        now = self.now
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            found = await self._at(session, token, Step.CODE)
        if found is None:
            raise session_ended()
        await self.charge_code(found.row.staff_id)
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            again = await self._at(session, token, Step.CODE)
            account = None if again is None else await session.one(StaffAccount, "staff_id", again.row.staff_id)
            if again is None or account is None:
                raise session_ended()
            if not second_factor.accept(self.runtime, account, code, now):
                count("wrong")
                raise invalid("code", "is not the present code", "不正确或已使用")
            await forget(session, self.code_name(account.staff_id))
            again.row.code_shown = True
            return self._advance(session, account, again, None)

    async def change_first(self, token: SessionToken, password: str) -> Entered:
        """A password of one's own in place of the first one. Invalid when it may not be one."""
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            found = await self._at(session, token, Step.PASSWORD)
            account = None if found is None else await queries.find_account(session, found.row.staff_id)
        if found is None or account is None:
            raise session_ended()
        hashed = await keep(self.accounts.passwords, account, password)
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            again = await self._at(session, token, Step.PASSWORD)
            row = None if again is None else await session.one(StaffAccount, "staff_id", again.row.staff_id)
            if again is None or row is None:
                raise session_ended()
            row.password_hash, row.password_at, row.first_until = hashed, self.now, None
            tell(session, row.staff_id, AccountStep.PASSWORD_CHANGED, session_id=again.row.session_id)
            await sessions.end_all(session, row.staff_id, self.now, but=[again.row.session_id])
            return self._advance(session, row, again, None)

    async def go_on(self, token: SessionToken, unit_code: str | None = None) -> Entered:
        """Renew: the next token of the session and what follows from the posts in office now; perhaps for another unit.

        Raises:
            Unauthenticated: the session has ended.
            NotInOffice: the person holds no post any more.
            Invalid: it holds none of that unit.
        """
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            found = await sessions.recognised(session, token, self.now)
            if found is not None:
                account = await session.one(StaffAccount, "staff_id", found.row.staff_id)
                if account is not None and account.disabled_at is None:
                    return self._advance(session, account, found, unit_code)
        raise session_ended()

    async def propose(self, token: SessionToken) -> second_factor.Secret:
        """At the step at which a second factor is asked for: a secret to put into an app."""
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            found = await self._at(session, token, Step.ENROL)
            account = None if found is None else await session.one(StaffAccount, "staff_id", found.row.staff_id)
            if account is not None:
                return second_factor.propose(self.runtime, account)
        raise session_ended()

    async def enrol(self, token: SessionToken, code: str) -> tuple[Entered, tuple[str, ...]]:
        """A code of that secret: how it goes on, and the recovery codes. Invalid when it is none."""
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            found = await self._at(session, token, Step.ENROL)
            account = None if found is None else await session.one(StaffAccount, "staff_id", found.row.staff_id)
            if found is not None and account is not None:
                codes = second_factor.confirm(self.runtime, session, account, code, self.now)
                found.row.code_shown = True
                return self._advance(session, account, found, None), codes
        raise session_ended()

    async def sign_out(self, token: SessionToken) -> None:
        """End the session of a token, if it has one."""
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            found = await sessions.recognised(session, token, self.now)
            if found is not None:
                sessions.end(session, found.row, self.now)

    async def session_of(self, token: SessionToken) -> Recognised | None:
        """The open session of a token, which is not turned by it."""
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            return await sessions.recognised(session, token, self.now)

    async def charge_code(self, staff_id: str) -> None:
        """Count a try to show a code, before it is looked at. TooManyTries when there were too many."""
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            await charge(session, {self.code_name(staff_id): CODE}, self.now)

    def code_name(self, staff_id: str) -> str:
        """Under what tries of codes are counted."""
        return self.name(f"code {staff_id}")

    def name(self, what: str) -> str:
        """What stands for a name in a table of tries."""
        return tries_name(self.runtime.fingerprints, what)

    def _phone_indexes(self, name: str) -> tuple[bytes, ...]:
        try:
            return self.runtime.vault.phone_indexes(name)
        except NotAPhone:
            return ()

    def _tries_of(self, account: StaffAccount | None, name: str, origin: Origin, now: datetime) -> dict[str, WaitRule]:
        """What a try counts as: one of this name and of this address, or of a device that is known, and of no other."""
        if account is not None and origin.mark is not None:
            device = self.runtime.fingerprints.links.name(_mark_of(account.staff_id), origin.mark, now)
            if device is not None:
                return {self.name(f"device {device}"): ACCOUNT}
        phones = self._phone_indexes(name)
        phone = next(iter(phones), None)
        if account is not None and account.phone_index in phones:
            # By what the account is found, so that who unlocks it takes these tries away, too.
            phone = account.phone_index
        whose = name if phone is None else phone.hex()
        return {self.name(f"account {whose}"): ACCOUNT, self.name(f"address {origin.counted_as}"): ADDRESS}

    async def _renewed(self, account: StaffAccount, password: str) -> str | None:
        """The password under the parameters of today, when it was kept under others."""
        if not self.accounts.passwords.outdated(account.password_hash):
            return None
        return await self.accounts.passwords.hash(password)

    async def _tell_of_waiting(self, account: StaffAccount | None) -> None:
        """Once in a row of wrong passwords an account begins to wait: auditors see that, and not each of them."""
        async with self.runtime.door_database.transaction(self.runtime.clock.now()) as session:
            if account is not None:
                tell(session, account.staff_id, AccountStep.LOCKED)

    async def _let_in(
        self,
        session: Session,
        staff_id: str,
        kept: str | None,
        renewed: str | None,
        tries: dict[str, WaitRule],
        origin: Origin,
    ) -> Entered:
        for name, rule in tries.items():
            await (give_back(session, name) if rule is ADDRESS else forget(session, name))
        account = await session.one(StaffAccount, "staff_id", staff_id)
        if account is None or account.password_hash != kept or account.disabled_at is not None:
            # It was changed while the password was checked.
            raise WrongPassword
        if account.first_until is not None and account.first_until <= self.now:
            count("refused")
            raise FirstPasswordEnded
        account.password_hash = renewed or account.password_hash
        return self._advance(session, account, sessions.begin(session, account, origin, self.now), None)

    async def _at(self, session: Session, token: SessionToken, step: Step) -> Recognised | None:
        found = await sessions.recognised(session, token, self.now)
        return found if found is not None and found.row.step is step else None

    def _advance(self, session: Session, account: StaffAccount, found: Recognised, unit: str | None) -> Entered:
        """What comes next in a session, and what its holder is given for it."""
        row, now, offices = found.row, self.now, queries.offices_of(session, account.staff_id)
        if not offices:
            count("refused")
            raise NotInOffice
        units = tuple(office.unit_code for office in offices)
        if unit is not None and unit not in units:
            raise invalid("unit_code", "is none of your units", "不是您任职的单位")
        chosen = unit or (row.unit_code if row.unit_code in units else None)
        step = next_step(
            Proven(
                has_totp=account.totp_since is not None,
                code_shown=row.code_shown,
                first_password=account.first_until is not None,
                totp_demanded=bool(self.accounts.totp_roles & queries.roles_of(offices)),
                units=units,
                unit=chosen,
            )
        )
        token = sessions.turn(found, now)
        row.unit_code = chosen or (units[0] if step is Step.DONE else None)
        if step is Step.DONE:
            self._done(session, account, found)
        row.step = step
        access = self._access(found, offices) if step is Step.DONE else None
        mark = self._mark(account) if step is Step.DONE else None
        return Entered(account.staff_id, row.session_id, step, offices, row.unit_code, token, row.ends_at, access, mark)

    def _done(self, session: Session, account: StaffAccount, found: Recognised) -> None:
        row = found.row
        sessions.prolong(row, self.now)
        if row.step is not Step.DONE:
            count("done")
            account.signed_in_at = self.now
            tell(session, row.staff_id, AccountStep.SIGNED_IN, session_id=row.session_id, unit_code=row.unit_code)

    def _access(self, found: Recognised, offices: tuple[Office, ...]) -> str:
        row = found.row
        office = next(office for office in offices if office.unit_code == row.unit_code)
        return self.accounts.issuer.issue(
            row.staff_id,
            office.roles,
            office.area_code,
            office.unit_code,
            ACCESS_LASTS,
            row.staff_id,
            f"{row.session_id}.{token_hex(8)}",
        )

    def _mark(self, account: StaffAccount) -> str:
        return self.runtime.fingerprints.links.make(_mark_of(account.staff_id), self.now + MARK_LASTS)


def _mark_of(staff_id: str) -> str:
    return f"known device {staff_id}"
