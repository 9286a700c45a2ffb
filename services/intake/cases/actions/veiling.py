"""A confidential case as its own units see it: without where it came from, who told it, the minute and the grid."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol, TypeVar

from libs.common.pack.versions import PackVersions
from libs.common.security.principal import Principal
from libs.common.security.veil import Veil, veil_over
from services.intake.cases.schemas import CaseItem, RepeatOut, TimelineItem
from services.intake.cases.tables import Case

ItemT = TypeVar("ItemT", bound=CaseItem)

_OF_UNITS = frozenset(
    (
        *("assigned", "reassigned", "delegated", "raised", "signed", "progress_reported", "handled"),
        *("callback_due", "callback_tried", "withdrawal_tried", "sent_back", "closed"),
        *("objection_decided", "reopened"),
    )
)
"""What of the timeline is from after it was given to a unit, and of nobody who spoke with the citizen at a door."""
_MOMENTS = ("occurred_at", "registered_at", "updated_at", "callback_declined_at", "words_due_at")
"""The last change may be what somebody told a door."""


class Doorway(Protocol):
    """What is known of who asks, and of the packs."""

    @property
    def principal(self) -> Principal: ...

    @property
    def packs(self) -> PackVersions: ...

    now: datetime


def veil_of(door: Doorway, case: Case) -> Veil | None:
    """What is over a case for whoever asks."""
    if not case.confidential:
        return None
    zone = door.packs.current(door.now).directory.calendar().time_zone
    return veil_over(door.principal.own_units, (case.lead_unit, case.delegate_unit), zone, confidential=True)


def veiled(item: ItemT, veil: Veil | None) -> ItemT:
    """The case in an answer."""
    if veil is None:
        return item
    days: dict[str, Any] = {name: veil.day(getattr(item, name)) for name in _MOMENTS}
    # The id of an objection holds the millisecond at which it was made.
    hidden = {"source_system": None, "source_no": None, "objection_id": None, "area_code": veil.area(item.area_code)}
    return item.model_copy(update=days | hidden)


def veiled_entry(entry: TimelineItem, veil: Veil | None, own: Collection[str]) -> TimelineItem:
    """An entry of its timeline: of what a door wrote down the day alone, of its units' own steps all."""
    if veil is None or entry.what in _OF_UNITS or (entry.what == "deadline_set" and entry.unit_code in own):
        return entry
    hidden: dict[str, Any] = {"at": veil.day(entry.at), "by": None, "unit_code": None}
    if entry.what == "deadline_set":
        hidden["note"] = ""
    return entry.model_copy(update=hidden)


def veiled_repeat(entry: RepeatOut, veil: Veil | None) -> RepeatOut:
    """What somebody at a door said of a repeat."""
    if veil is None:
        return entry
    return entry.model_copy(update={"who": None, "unit_code": None, "at": veil.day(entry.at)})
