"""By whom and with what items are applied: somebody at the door, or the house itself for whoever sent them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from libs.common.database.session import Database, Session
from libs.common.errors import Overtaken, Unavailable
from libs.common.events.base import By
from libs.common.roles import Role
from libs.common.rules.machine import Actor
from libs.common.security.policy import Scope
from libs.common.security.principal import Principal
from libs.common.security.vault import Vault
from libs.common.service.runtime import Runtime
from libs.common.time.clock import Clock
from services.intake.devices.tables import DeviceItem

ResultT = TypeVar("ResultT")
_TRIES = 5


class Alone(Protocol):
    """Does something in a transaction of its own."""

    async def __call__(self, action: Callable[[Session], Awaitable[ResultT]], /) -> ResultT: ...


@dataclass(frozen=True, slots=True)
class Applier:
    """Who acts, over which rows, and how that comes into the database."""

    principal: Principal
    scope: Scope
    vault: Vault
    database: Database
    clock: Clock
    alone: Alone

    @property
    def actor(self) -> Actor:
        """As the steps of an item know it."""
        of = self.principal
        return Actor(of.subject, of.unit_code, of.staff_id, of.units)

    @property
    def by(self) -> By:
        """As events name it."""
        return By(self.principal.subject, self.principal.unit_code, self.principal.staff_id)

    def as_maker(self, row: DeviceItem) -> "Applier":
        """The same for whoever sent the item, as far as the rows go that are reached here."""
        roles = frozenset(Role(role) for role in row.roles)
        maker = Principal(row.account, roles, row.area_code, row.unit_code, row.entry_id, row.staff_id)
        return replace(self, principal=maker)

    async def read(self, query: Callable[[Session], Awaitable[ResultT]]) -> ResultT:
        """What ``query`` finds; nothing it does is kept."""
        async with self.database.reading() as session:
            session.now = self.clock.now()
            return await query(session)

    async def write(self, action: Callable[[Session], Awaitable[ResultT]]) -> ResultT:
        """Do it alone, and anew where somebody else was faster; Unavailable when that goes on."""
        for _ in range(_TRIES):
            try:
                return await self.alone(action)
            except Overtaken:
                continue
        raise Unavailable(
            "Somebody else changes the same just now", "数据正在变更，请稍后再试", headers={"Retry-After": "2"}
        )


def applier_of(runtime: Runtime, principal: Principal, scope: Scope, alone: Alone) -> Applier:
    """Of somebody at the door."""
    return Applier(principal, scope, runtime.vault, runtime.door_database, runtime.clock, alone)
