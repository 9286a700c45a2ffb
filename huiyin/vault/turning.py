"""Going through all sealed rows of a service, a few in each transaction, so that it may be killed and run again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.database.stored_packs import refresh_shelf
from libs.common.database.stored_staff import refresh_staff
from libs.common.events.base import By
from libs.common.rules.turns import LeftAlone, Task, Turn
from libs.common.security.vault import Vault
from services.dispatch.accounts.actions.resealing import reindex_accounts, reseal_second_factors
from services.dispatch.staff.actions.resealing import reseal_contacts
from services.intake.devices.actions.sealing import rewrap_device_keys
from services.intake.households.actions.resealing import reindex_households, rewrap_household_keys
from services.intake.resealing.actions import reindex_phones, reseal_cases, rewrap_keys

AT_ONCE = 100
"""Rows of one transaction: each holds the locks of so many cases for a fraction of a second."""
RESEAL: Mapping[Service, Mapping[str, Task]] = {
    Service.INTAKE: {
        "case keys": rewrap_keys,
        "cases": reseal_cases,
        "household keys": rewrap_household_keys,
        "phone keys": rewrap_device_keys,
    },
    Service.DISPATCH: {"staff contacts": reseal_contacts, "second factors": reseal_second_factors},
}
REINDEX: Mapping[Service, Mapping[str, Task]] = {
    Service.INTAKE: {"requesters' phones": reindex_phones, "households": reindex_households},
    Service.DISPATCH: {"accounts' phones": reindex_accounts},
}
_BY = By("huiyin vault", None)


@dataclass(slots=True)
class Done:
    """What it came to so far."""

    changed: dict[str, int] = field(default_factory=dict)
    """By what was gone through."""
    places: list[LeftAlone] = field(default_factory=list)


class _Undone(Exception):
    """Takes back what was only tried."""


@dataclass(frozen=True, slots=True)
class Turning:
    """One service's vault, and how it is gone through."""

    service: Service
    database: Database
    vault: Vault
    now: Callable[[], datetime]
    dry: bool = False
    at_once: int = AT_ONCE
    told: Callable[[str, int], None] = lambda _what, _changed: None
    """Hears how many rows of one kind were changed so far."""

    async def through(self, tasks: Mapping[str, Task]) -> Done:
        """Every row of every kind. What cannot be done is named at the end, and holds nothing up."""
        await refresh_shelf(self.database)
        await refresh_staff(self.database)
        done = Done()
        for what, task in tasks.items():
            done.changed[what] = 0
            after: str | None = ""
            while after is not None:
                turn = await self._turn(task, after)
                done.changed[what] += turn.changed
                done.places += turn.places
                after = turn.last
                self.told(what, done.changed[what])
        return done

    async def _turn(self, task: Task, after: str) -> Turn:
        turn = Turn(None)
        try:
            async with self.database.transaction(self.now()) as session:
                session.by = _BY
                turn = await task(session, self.vault, after, self.at_once)
                self._undo()
        except _Undone:
            pass
        return turn

    def _undo(self) -> None:
        if self.dry:
            raise _Undone
