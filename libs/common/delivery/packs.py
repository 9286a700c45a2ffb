"""A pack version that an event needs is a cause of it: it is waited for, and asked for at once.

Cases and packs travel on topics of their own, so a case may come before its pack. It must not keep the reader from it.
"""

from collections.abc import Collection, Iterable

import orjson

from libs.common.bus.codec import Envelope
from libs.common.bus.flow import ROUTES, Stream
from libs.common.database.session import Session
from libs.common.database.stored_packs import read_stored_packs
from libs.common.delivery.handlers import Reactions
from libs.common.events.directory import PackPublished
from libs.common.events.ops import ResendRequested

(PUBLISHER,) = (str(service) for service in ROUTES[PackPublished].said_by)

_ASKED_LATELY = """
    SELECT DISTINCT needs_pack FROM parked
    WHERE needs_pack = ANY($1::int[])
      AND asked_at BETWEEN now() - interval '30 seconds' AND now() + interval '30 seconds'
"""
_HEARD = """
    SELECT key, seq FROM watermark
    WHERE stream = $1 AND source = $2 AND key IN (SELECT place_code FROM pack)
"""


async def lacking_packs(session: Session, reactions: Reactions, envelopes: Iterable[Envelope]) -> dict[str, int]:
    """By event id the pack version that it needs and that is not here, or cannot be read by this release."""
    needed = {one.event_id: version for one in envelopes if (version := _needed(reactions, one)) is not None}
    if not all(map(session.packs.has, set(needed.values()))):
        # A twin process may have stored it a moment ago.
        await read_stored_packs(session)
    return {event_id: version for event_id, version in needed.items() if not session.packs.has(version)}


async def ask_for_packs(session: Session, versions: Collection[int]) -> None:
    """Ask for those that nobody asked for in the last half minute."""
    missing = sorted(version for version in versions if not session.packs.has_arrived(version))
    if not missing or session.service == PUBLISHER:
        return
    lately = {row.needs_pack for row in await session.fetch(_ASKED_LATELY, missing)}
    if lately.issuperset(missing):
        return
    await ask_for_all_packs(session)


async def ask_for_all_packs(session: Session) -> None:
    """Ask the publisher for every version after the last one that was heard of here."""
    heard = [(row.key, row.seq) for row in await session.fetch(_HEARD, str(Stream.DIRECTORY), PUBLISHER)]
    for place, seq in heard or [("", 0)]:
        session.publish(
            ResendRequested(
                occurred_at=session.now,
                source=PUBLISHER,
                stream=str(Stream.DIRECTORY),
                about=place,
                from_seq=seq + 1,
            )
        )


def _needed(reactions: Reactions, envelope: Envelope) -> int | None:
    if envelope.type_name not in reactions.under_pack:
        return None
    try:
        version = orjson.loads(envelope.value)["pack_version"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        # It does not decode, which is found when it is applied.
        return None
    return version if isinstance(version, int) else None
