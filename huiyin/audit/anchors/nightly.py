"""An anchor every night, for a Huiyin that runs in one process: shortly before the audit, which then holds it."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from huiyin.audit.anchors.kept import look
from huiyin.audit.anchors.outcomes import keep_anchoring
from huiyin.audit.anchors.stores import StoreTrouble
from huiyin.audit.anchors.taking import Anchoring, NoKnownKey, NotKept, send_again, take
from huiyin.audit.nightly import AGAIN_AFTER, LOOK_EVERY, next_night, zone_of
from libs.common import ledger_metrics
from libs.common.database.session import DatabaseTrouble
from libs.common.logs import get_logger
from libs.common.time.clock import Clock, SystemClock

if TYPE_CHECKING:
    from huiyin.house import House

log = get_logger(__name__)

AT = time(2, 40)
OLD = timedelta(hours=24)
"""How old the newest may be when the house starts: else one is taken at once."""


async def nightly_anchors(house: "House", anchoring: Anchoring, wall: Clock | None = None) -> None:
    """Take an anchor every night, for ever; at once where the last is old. What a store did not take is sent again."""
    wall = wall or SystemClock()
    failed: tuple[str, ...] = ()
    at = wall.now() if await _is_due(anchoring, wall.now()) else next_night(wall.now(), zone_of(house), AT)
    while True:
        while wall.now() < at:
            await wall.wait_until(at, at_most=LOOK_EVERY)
        try:
            failed = await (_send_again(house.url, anchoring) if failed else _take(house.url, anchoring, wall.now()))
        except (DatabaseTrouble, StoreTrouble, NotKept) as error:
            log.error("anchor put off", error=type(error).__name__)  # noqa: TRY400 - stores and networks go and come
        except NoKnownKey:
            log.exception("anchors of an unknown key are there")
        except Exception:
            log.exception("anchor failed")
        else:
            at = wall.now() + AGAIN_AFTER if failed else next_night(wall.now(), zone_of(house), AT)
            continue
        at = wall.now() + AGAIN_AFTER


async def _is_due(anchoring: Anchoring, now: datetime) -> bool:
    try:
        newest = (await look(anchoring.stores)).newest(anchoring.keys)
    except StoreTrouble:
        return True
    return newest is None or now - newest.anchor.taken_at > OLD


async def _take(url: str, anchoring: Anchoring, now: datetime) -> tuple[str, ...]:
    try:
        taken = await take(url, anchoring, now)
    except (StoreTrouble, NotKept):
        ledger_metrics.LEDGER_ANCHOR_STORES_BEHIND.set(len(anchoring.stores))
        await keep_anchoring(url, None, len(anchoring.stores))
        raise
    await keep_anchoring(url, taken.file.anchor, len(taken.failed))
    ledger_metrics.LEDGER_ANCHOR_LAST_TIMESTAMP_SECONDS.set(taken.file.anchor.taken_at.timestamp())
    _tell(taken.failed)
    return taken.failed


async def _send_again(url: str, anchoring: Anchoring) -> tuple[str, ...]:
    failed = tuple(await send_again(anchoring.stores))
    await keep_anchoring(url, None, len(failed))
    _tell(failed)
    return failed


def _tell(failed: tuple[str, ...]) -> None:
    ledger_metrics.LEDGER_ANCHOR_STORES_BEHIND.set(len(failed))
    for store in failed:
        log.error("anchor not kept", store=store)
