"""What a replay reads: the records of a file as they stand there, the rows made of them, and the refused ones."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.events.terms import Channel, Kind, ResultKind
from libs.common.security.masking import mask_text


class Reason(StrEnum):
    """Why a row cannot be right, or cannot be read (不予接收的原因)."""

    BROKEN_LINE = "broken_line"
    BROKEN_TEXT = "broken_text"
    NO_TEXT = "no_text"
    NO_OPENED_AT = "no_opened_at"
    UNREADABLE_DATE = "unreadable_date"
    CLOSED_BEFORE_OPENED = "closed_before_opened"
    OPENED_IN_FUTURE = "opened_in_future"
    CLOSED_IN_FUTURE = "closed_in_future"
    NUMBER_REUSED = "number_reused"
    BEFORE_HOUSE_TIME = "before_house_time"
    REFUSED_AT_DOOR = "refused_at_door"


LABELS: Mapping[Reason, tuple[str, str]] = {
    Reason.BROKEN_LINE: ("无法解析的行", "the line cannot be read as a record"),
    Reason.BROKEN_TEXT: ("编码错误", "the line is not in the encoding of the file"),
    Reason.NO_TEXT: ("无诉求内容", "neither a title nor a text"),
    Reason.NO_OPENED_AT: ("无提出时间", "no time at which it was opened"),
    Reason.UNREADABLE_DATE: ("时间无法识别", "a date cannot be read"),
    Reason.CLOSED_BEFORE_OPENED: ("办结早于提出", "closed before it was opened"),
    Reason.OPENED_IN_FUTURE: ("提出时间晚于当前", "opened in the future"),
    Reason.CLOSED_IN_FUTURE: ("办结时间晚于当前", "closed in the future"),
    Reason.NUMBER_REUSED: ("编号重复且内容不同", "the number was given to another content before"),
    Reason.BEFORE_HOUSE_TIME: ("早于系统已到时间", "opened before the time that an earlier run had reached"),
    Reason.REFUSED_AT_DOOR: ("登记被拒", "intake refused to register it"),
}
"""Chinese and English."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """Where a record stands: its file's name and its first line, from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One record as it stands in a file; every value is text, and an absent one is left out."""

    place: FileLine
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no record."""

    place: FileLine
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Row:
    """One complaint of an export, ready to be lived through. Times are in UTC; texts fit the limits of the pack."""

    place: FileLine
    source: str
    """Which kind of export; with ``number`` it finds the case of this row again, also in a later run."""
    number: str
    title: str
    text: str
    opened_at: datetime
    closed_at: datetime | None = None
    """When its real reply came."""
    target_at: datetime | None = None
    """The time that the source itself had promised."""
    reply: str = ""
    result_kind: ResultKind = ResultKind.SUBSTANTIVE
    channel: Channel | None = None
    kind: Kind | None = None
    category_code: str | None = None
    hints: str = ""
    """What else tells of the category: types, reasons, subjects."""
    area: str = ""
    """A code or a name, as the source has it."""
    name: str = ""
    phone: str = ""
    shortened: bool = False
    """Whether a text was cut to the pack's limit."""


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """One row that was not taken, and why. ``detail`` may quote the row: what is shown of it is ``told``."""

    place: FileLine
    number: str
    reason: Reason
    detail: str

    @property
    def told(self) -> "RowRefusal":
        """As it may stand in a list or on a terminal: without anybody's phone or ID number."""
        return replace(self, detail=mask_text(self.detail))


def by_reason(refused: Iterable[RowRefusal]) -> dict[str, int]:
    """How many rows were refused, by the word of the reason, in the order of the list of reasons."""
    found = Counter(refusal.reason for refusal in refused)
    return {reason.value: found[reason] for reason in Reason if found[reason]}
