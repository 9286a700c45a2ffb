"""Names what an answer is the recount of (口径时点), and finds again what such a name, or a past day, stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from libs.common.database.session import Session
from libs.common.errors import Invalid, invalid
from libs.common.ledger.schema import PARTS
from libs.common.time.periods import PeriodKind, assessment_day, period, window
from libs.common.web.cursors import decode_cursor, encode_cursor
from services.analytics.facts.queries import Known, known_now, known_on

_NAME = "analytics.cut"
_TYPES: Sequence[type[str | int | datetime]] = (datetime, int, datetime, datetime, datetime, *(int,) * PARTS)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cut:
    """What was known when a question was asked, and all else that its answer depends on."""

    at: datetime
    """When it was asked: the present day of its periods is that of this moment."""
    pack_version: int
    known: Known
    field: str = "cut"
    """By what the caller named it."""

    @property
    def text(self) -> str:
        """The name that answers bear; opaque to the caller, and no secret."""
        known = self.known
        moments = (self.at, self.pack_version, known.as_of, known.folded_at, known.since)
        return encode_cursor(_NAME, [*moments, *known.positions])


async def present_cut(session: Session, pack_version: int) -> Cut:
    """All that is committed now, for an answer by this pack version."""
    return Cut(session.now, pack_version, await known_now(session))


async def cut_asked_for(
    session: Session, name: str | None, day: date | None, *, fields: tuple[str, str] = ("cut", "known_on")
) -> Cut | None:
    """What a name or a past day stands for; None when neither is given.

    Raises:
        Invalid: naming one of the two ``fields``: no answer bears that name, the day is not over, or nobody noted what
            was known on it.
    """
    if name is not None:
        return _named(session, name, fields[0])
    return None if day is None else await _end_of(session, day, fields[1])


def _named(session: Session, name: str, field: str) -> Cut:
    try:
        at, pack_version, as_of, folded_at, since, *positions = decode_cursor(_NAME, name, _TYPES)
    except Invalid:
        raise invalid(field, "no answer bears this cut", "没有这个口径时点") from None
    known = Known(tuple(map(_integer, positions)), _moment(since), _moment(as_of), _moment(folded_at))
    cut = Cut(_moment(at), _integer(pack_version), known, field)
    if not session.packs.has(cut.pack_version):
        raise invalid(field, f"pack version {pack_version} is not here", f"配置包版本 {pack_version} 不存在")
    return cut


def _integer(value: object) -> int:
    return int(str(value))


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(str(value))


async def _end_of(session: Session, day: date, field: str) -> Cut:
    rules = session.packs.current(session.now).directory.period_rules()
    if day >= assessment_day(session.now, rules.time_zone, rules.day_starts_at):
        raise invalid(field, "this day is not over; leave it out for the figures of now", "该考核日尚未结束")
    known = await known_on(session, day)
    if known is None:
        raise invalid(field, "nobody noted what was known on this day", "该日的已知情况没有留存")
    at = window(period(PeriodKind.DAY, day, rules), rules)[1] - _INSTANT
    return Cut(at, session.packs.current(at).version, known, field)
