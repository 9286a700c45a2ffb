"""Gaps that were waited for long enough are passed over (缺号放行): a phone may be lost with what stood in them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from libs.common import visit_metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Problem
from libs.common.events.base import By
from libs.common.logs import get_logger
from libs.common.security.policy import Scope
from libs.common.security.principal import Principal
from libs.common.service.runtime import Runtime
from services.intake.devices.actions.finding import phone_rules
from services.intake.devices.actions.pushing import advance
from services.intake.devices.actions.working import Applier
from services.intake.devices.queries import lags, open_everywhere, with_due_gaps

ResultT = TypeVar("ResultT")
log = get_logger(__name__)
LAG_DAYS = ("1", "3", "7", "14", "30", "inf")
"""Days since a phone synced, as `queries.lags` counts them."""
_NOWHERE = "000000000000"
"""The house acts for others, each with an area of its own."""


async def pass_gaps(runtime: Runtime) -> None:
    """What has waited for the pack's `wait_days` is applied without what never came, as whoever brought it, or held."""
    async with runtime.work_database.reading() as session:
        if not session.packs.usable:
            return
        session.now = runtime.clock.now()
        device_ids = await with_due_gaps(session, session.now - timedelta(days=phone_rules(session).wait_days))
    for device_id in device_ids:
        try:
            await advance(_house(runtime), device_id)
        except Problem as problem:
            # Such as the day's numbers used up, or a key that is not here: the next round tries again.
            log.warning("a gap of a phone was not passed", problem=problem.type)


async def measure(session: Session) -> None:
    """How many items wait and are held or refused, and how long ago phones synced."""
    found = await open_everywhere(session)
    for outcome in ("waiting", "held", "refused"):
        visit_metrics.DEVICE_ITEMS_OPEN.labels(Service.INTAKE, outcome).set(getattr(found, outcome))
    silent = await lags(session)
    for bucket, days in enumerate(LAG_DAYS):
        visit_metrics.DEVICES_SYNCED.labels(Service.INTAKE, days).set(silent.get(bucket, 0))


def _house(runtime: Runtime) -> Applier:
    """The house itself, with the whole register in reach: each item is applied as whoever brought it."""
    principal = Principal("system", frozenset(), _NOWHERE, None, "pass gaps")
    by = By(principal.subject, None)

    async def alone(action: Callable[[Session], Awaitable[ResultT]], /) -> ResultT:
        async with runtime.work_database.transaction(runtime.clock.now()) as session:
            session.by = by
            return await action(session)

    return Applier(principal, Scope(""), runtime.vault, runtime.work_database, runtime.clock, alone)
