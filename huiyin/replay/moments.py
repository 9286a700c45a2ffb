"""Reads the many ways in which exports write a moment."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EARLIEST_YEAR, LATEST_YEAR = 1970, 2199
"""What the APIs take."""

_ISO, _UNIX = "iso", "unix"
_COMMON = (
    _ISO,
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
)
"""Tried in this order when a mapping names none. Day before month is never guessed."""

_digits_only = re.compile(r"[0-9]{8,14}").fullmatch
_seconds = re.compile(r"-?[0-9]{9,10}(\.[0-9]+)?").fullmatch
_milliseconds = re.compile(r"[0-9]{12,13}").fullmatch


def moment(text: str, zone: ZoneInfo, formats: Sequence[str] = ()) -> datetime:
    """The instant in UTC. A text without an offset is the wall clock of ``zone``.

    ``formats`` are those of ``strptime``, or ``iso`` (RFC 3339, with or without an offset), or ``unix`` (seconds, or
    milliseconds when it has 12 or 13 digits).

    Raises:
        ValueError: no format fits, or the year is not one that can be registered.
    """
    wanted = text.strip()
    for each in formats or _COMMON:
        found = _try(wanted, each)
        if found is not None:
            aware = found if found.utcoffset() is not None else found.replace(tzinfo=zone)
            return _registrable(aware, wanted)
    raise ValueError(f"{_short(wanted)} is not a time in any of the formats known here")


def _try(text: str, form: str) -> datetime | None:
    try:
        match form:
            case "iso":
                # Python reads a bare run of digits as a date of its own kind; such a number is no ISO text here.
                return None if _digits_only(text) else datetime.fromisoformat(text)
            case "unix":
                return _unix(text)
            case _:
                return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
    except (ValueError, OverflowError, OSError):
        return None


def _unix(text: str) -> datetime | None:
    if _milliseconds(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return datetime.fromtimestamp(float(text), UTC) if _seconds(text) else None


def _registrable(aware: datetime, text: str) -> datetime:
    try:
        found = aware.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{_short(text)} is too far away") from None
    # A day of margin: the other end of the world may have another year.
    if not EARLIEST_YEAR < found.year < LATEST_YEAR:
        raise ValueError(f"{_short(text)} is not between {EARLIEST_YEAR} and {LATEST_YEAR}")
    return found


def _short(text: str, longest: int = 60) -> str:
    return repr(text if len(text) <= longest else f"{text[:longest]}…")
