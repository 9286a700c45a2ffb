"""What analytics had heard of one key, read key by key."""

from huiyin.audit.case import CaseView, LedgerSaid, causes_of
from huiyin.audit.merge import Group
from huiyin.audit.queries import events_of, marks_of
from huiyin.audit.snapshot import Snapshot
from libs.common.bus.codec import decode_event
from libs.common.bus.flow import Stream

AT_ONCE = 1_000
"""Rows that are put into a scratch table in one go."""
_DROPPED = "SELECT 'dropped' AS place, 'analytics' AS reader, key, source, seq FROM analytics.parked_dropped"


def heard_streams(cut: Snapshot, stream: Stream) -> dict[str, str]:
    """All events of a topic, how far each was applied, and what was given up."""
    return {
        "events": events_of(cut, stream),
        "marks": marks_of(cut, stream),
        "transit": f"{_DROPPED} WHERE stream = '{stream}' ORDER BY key{cut.collation}",
    }


def heard_of(key: str, group: Group) -> CaseView:
    """One key of these."""
    view = CaseView.begin(key, group)
    for row in group["events"]:
        event = decode_event(row["type"], row["payload"].encode())
        if event is not None:
            view.said[row["service"]].append(
                LedgerSaid(row["service"], row["seq"], causes_of(row), event, row["recorded_at"])
            )
    return view
