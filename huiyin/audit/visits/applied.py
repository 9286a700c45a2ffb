"""What analytics had applied of the events about rounds and teams, which surround every household."""

from collections.abc import AsyncIterator

from huiyin.audit.merge import by_key
from huiyin.audit.snapshot import Snapshot
from libs.common.bus.codec import decode_event
from libs.common.bus.flow import Stream
from libs.common.errors import Permanent
from libs.common.events.base import Event
from services.analytics.visits.actions.events import OF_ROUNDS, OF_TEAMS

_TYPES = ", ".join(f"'{event.type_name}'" for event in (*OF_ROUNDS, *OF_TEAMS))
_DROPPED = """
    SELECT FROM analytics.parked_dropped AS gone WHERE gone.stream = said.stream AND gone.key = said.key
        AND gone.source = 'intake' AND gone.seq = said.seq
"""
_APPLIED = f"""
    SELECT said.key, said.type, said.payload::text AS payload FROM intake.ledger AS said
    JOIN analytics.watermark AS mark ON mark.stream = said.stream AND mark.key = said.key AND mark.source = 'intake'
    WHERE said.stream = '{Stream.VISITS}' AND said.type IN ({_TYPES}) AND said.seq <= mark.seq
        AND NOT EXISTS ({_DROPPED})
"""  # noqa: S608 - names of ours


async def applied_around(cut: Snapshot) -> AsyncIterator[Event]:
    """These events, round by round and team by team, each in its order."""
    sql = f"{_APPLIED} ORDER BY said.key{cut.collation}, said.seq"
    async for _, group in by_key(cut, {"events": sql}):
        for row in group["events"]:
            try:
                event = decode_event(row["type"], row["payload"].encode())
            except Permanent:
                # That it is no event is told where all rows of the ledger are read.
                continue
            if event is not None:
                yield event
