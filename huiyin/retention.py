"""What has been kept as long as it is set goes: one by one, so that it may be stopped and run again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.common.database.session import Database, Session
from libs.common.errors import Problem
from libs.common.events.base import By
from libs.common.retention import KeptClass
from libs.common.security.vault import Vault
from services.intake.erasures import queries
from services.intake.erasures.actions.households import erase_household, night_of
from services.intake.erasures.actions.requesters import drop_files, erase
from services.intake.erasures.domain import Order
from services.intake.erasures.queries import Due

BY = "huiyin retention"
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept, by the settings."""

    database: Database
    vault: Vault
    days: Mapping[KeptClass, int]
    now: Callable[[], datetime]

    async def due(self) -> dict[KeptClass, Due]:
        """What would go now. Nothing changes."""
        async with self.database.reading() as session:
            return {kept: await self._due(session, kept) for kept in self.days}

    async def apply(self, told: Callable[[KeptClass, int], None]) -> dict[KeptClass, int]:
        """Let it go, each case or household in a transaction of its own; of how many. ``told`` hears it on the way."""
        gone = dict.fromkeys(self.days, 0)
        for kept in self.days:
            after, before = "", self._before(kept)
            while ids := await self._next(kept, before, after):
                for key in ids:
                    gone[kept] += await self._let_go(kept, key)
                after = ids[-1]
                told(kept, gone[kept])
        return gone

    async def _next(self, kept: KeptClass, before: datetime, after: str) -> list[str]:
        async with self.database.reading() as session:
            if kept is KeptClass.HOUSEHOLDS:
                return await queries.next_due_households(session, before, night_of(self.now()), after, _AT_ONCE)
            return await queries.next_due(session, kept, before, after, _AT_ONCE)

    async def _due(self, session: Session, kept: KeptClass) -> Due:
        if kept is KeptClass.HOUSEHOLDS:
            return await queries.due_households(session, self._before(kept), night_of(self.now()))
        return await queries.due(session, kept, self._before(kept))

    async def _let_go(self, kept: KeptClass, key: str) -> bool:
        reason = f"保管期满 kept for {self.days[kept]} days"
        try:
            async with self.database.transaction(self.now()) as session:
                session.by = By(BY, None)
                order = Order(BY, "HUIYIN_RETENTION", reason)
                match kept:
                    case KeptClass.REQUESTERS:
                        await erase(session, self.vault, key, order)
                    case KeptClass.HOUSEHOLDS:
                        await erase_household(session, self.vault, key, order)
                    case KeptClass.FILES:
                        await drop_files(session, key, BY, reason)
        except Problem:
            # Somebody erased it by hand, or needs it, since it was found.
            return False
        return True

    def _before(self, kept: KeptClass) -> datetime:
        return self.now() - timedelta(days=self.days[kept])
