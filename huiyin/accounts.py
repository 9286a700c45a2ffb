"""Accounts of staff by whoever has the machine: as an administrator's over HTTP, and without a token."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from huiyin.house import House
from libs.common.bus.flow import Service
from libs.common.database.session import Database, Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.database.stored_staff import refresh_staff
from libs.common.events.base import By
from libs.common.security.fingerprints import Fingerprints
from libs.common.security.keyfile import read_or_create
from libs.common.security.passwords import Passwords
from libs.common.security.principal import Role
from libs.common.security.vault import Vault
from libs.common.time.clock import system_now
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions import managing
from services.dispatch.accounts.actions.throttling import tries_name
from services.dispatch.accounts.domain.passwords import first_password
from services.dispatch.accounts.tables import StaffAccount

SAMPLE_FILE = "sample-passwords.json"
"""First passwords of the sample accounts of ``huiyin run``, in the data directory, readable by its owner only."""
BY_HAND = By("huiyin accounts", None)
"""Who changes an account from the machine itself, in its history."""
_SAMPLED = tuple(role for role in Role if role is not Role.INTEGRATOR)

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class AccountBook:
    """What it takes to keep accounts."""

    database: Database
    vault: Vault
    fingerprints: Fingerprints
    clock: Callable[[], datetime]

    @classmethod
    def of(cls, house: House) -> "AccountBook":
        """That of a house which runs in this process."""
        runtime = house.services[Service.DISPATCH].runtime
        return cls(runtime.work_database, runtime.vault, runtime.fingerprints, house.clock.now)

    async def look_around(self) -> None:
        """Learn the packs and the people that are stored."""
        await refresh_shelf(self.database)
        await refresh_staff(self.database)

    async def create(self, staff_id: str, phone: str | None, password: str | None = None) -> str:
        """A new account; gives its first password. Raises as ``managing.make``."""
        given = password or first_password()
        hashed = await Passwords().hash(given)
        await self._act(lambda session: managing.make(session, self.vault, staff_id, phone, hashed, system_now()))
        return given

    async def reset(self, staff_id: str, *, without_second_factor: bool) -> str:
        """A new first password. NotFound."""
        given = first_password()
        hashed = await Passwords().hash(given)
        await self._act(
            lambda session: managing.give_password(
                session, staff_id, hashed, system_now(), self._name_of, without_second_factor=without_second_factor
            )
        )
        return given

    async def unlock(self, staff_id: str) -> None:
        """Nobody waits any more. NotFound."""
        await self._act(lambda session: managing.unlock(session, staff_id, self._name_of))

    async def disable(self, staff_id: str) -> None:
        """Nobody signs in by it. NotFound."""
        await self._act(lambda session: managing.disable(session, staff_id, system_now()))

    async def enable(self, staff_id: str) -> None:
        """As before. NotFound."""
        await self._act(lambda session: managing.enable(session, staff_id))

    async def list(self) -> list[tuple[StaffAccount, str | None, tuple[queries.Office, ...]]]:
        """Every account with the person's name, and the units for which it may act now."""
        async with self.database.reading() as session:
            session.now = self.clock()
            found = []
            for row in await queries.all_accounts(session):
                member = session.staff.member(row.staff_id)
                offices = queries.offices_of(session, row.staff_id)
                found.append((row, None if member is None else member.name, offices))
            return found

    def _name_of(self, what: str) -> str:
        return tries_name(self.fingerprints, what)

    async def _act(self, action: Callable[[Session], Awaitable[ResultT]]) -> ResultT:
        async with self.database.transaction(self.clock()) as session:
            session.by = BY_HAND
            return await action(session)


@dataclass(frozen=True, slots=True)
class Sample:
    """Somebody to sign in as; without a password where it was changed, or has ended."""

    staff_id: str
    name: str
    unit: str
    roles: frozenset[Role]
    password: str | None


async def sample_accounts(book: AccountBook, data_dir: Path) -> list[Sample]:
    """One person of the register for each role, with an account, for a first look: made when nobody has one yet.

    Their first passwords are random, and kept in the data directory alone. Who is chosen is written there before any
    account is made, so whatever ends the program in between, the next start makes those that are missing.
    """
    known = await book.list()
    file = data_dir / SAMPLE_FILE
    if known and not file.exists():
        return []
    passwords = _passwords(file, [] if file.exists() else await _one_for_each_role(book))
    await _make_missing(book, passwords, {row.staff_id for row, _, _ in known})
    return [
        Sample(
            row.staff_id,
            name or "",
            offices[0].unit_name,
            queries.roles_of(offices),
            passwords[row.staff_id] if row.first_until is not None and row.first_until > system_now() else None,
        )
        for row, name, offices in await book.list()
        if row.staff_id in passwords and offices
    ]


async def _make_missing(book: AccountBook, passwords: Mapping[str, str], have: Collection[str]) -> None:
    async with book.database.reading() as session:
        known = [staff_id for staff_id in passwords if session.staff.member(staff_id) is not None]
    for staff_id in known:
        if staff_id not in have:
            await book.create(staff_id, None, passwords[staff_id])


async def _one_for_each_role(book: AccountBook) -> list[str]:
    """Who has fewest roles beside, the first by number: together they show all that an office does."""
    async with book.database.reading() as session:
        session.now = book.clock()
        people = sorted(member.staff_id for member in session.staff.members())
        held = {staff_id: queries.roles_of(queries.offices_of(session, staff_id)) for staff_id in people}
    chosen = []
    for role in _SAMPLED:
        fit = [staff_id for staff_id in people if role in held[staff_id]]
        if fit:
            chosen.append(min(fit, key=lambda staff_id: (len(held[staff_id]), staff_id)))
    return list(dict.fromkeys(chosen))


def _passwords(file: Path, staff_ids: list[str]) -> Mapping[str, str]:
    made = {staff_id: first_password() for staff_id in staff_ids}
    kept: Mapping[str, str] = json.loads(read_or_create(file, lambda: json.dumps(made, indent=2).encode()))
    return kept
