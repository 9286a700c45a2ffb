"""What the unit that works may ask for (申请事项): one table of kinds, the bounds of each, and who may decide. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from libs.common.errors import invalid
from libs.common.events.asking_terms import KINDS_ZH, RequestKind
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit, due
from libs.common.time.moments import day_end, day_start, last_day, local_day
from services.dispatch.asks.domain import NO_REASONS, RequestState, UnitAsk
from services.dispatch.cases.domain.state import State, Wanted
from services.dispatch.cases.domain.terms import Status

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the pack of the place says of one kind of request."""

    reasons: frozenset[str]
    times: int
    """How often one may be granted in a round."""
    longest: Limit | None
    superior_up_to: int
    """Up to so many days a unit above the one that asked decides, too."""
    calendar: WorkCalendar
    offices: frozenset[str]
    """The units of the hotline and the supervisors, who decide any."""
    cut_off: time | None = None
    """On the last day it is asked for before this local time."""


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What somebody asks for: more ``days`` (延期), or a day on which it comes back (挂账)."""

    reason_code: str
    note: str
    days: int | None = None
    review_on: date | None = None
    evidence: str | None = None
    """Of a termination (终止办理) what proves its reason."""
    answer: str | None = None
    """Of a staged answer (阶段性答复) what the citizen is answered by now."""


@dataclass(frozen=True, slots=True)
class KindOfRequest:
    """One kind of request: what a wish comes to within the bounds of the pack.

    ``until`` gives when the case would be due, or come back; it raises OutOfTurn or Invalid for what is out of bounds.
    """

    until: Callable[[State, RequestDraft, Bounds, datetime], datetime | None]


def _more_time(state: State, wish: RequestDraft, bounds: Bounds, now: datetime) -> datetime:
    """延期: asked before the time is over, on its last day before the hour of the pack."""
    due_at = _handle_due(state, now)
    zone, cut_off = bounds.calendar.time_zone, bounds.cut_off
    last = last_day(due_at, zone)
    if cut_off is not None and now >= day_start(last, zone, cut_off):
        raise OutOfTurn(
            f"On the last day more time is asked for before {cut_off:%H:%M}, as the county pack says",
            f"按县包规定，延期申请须于到期当日 {cut_off:%H:%M} 前提出",
        )
    days, longest = wish.days or 0, _longest(bounds)
    if not 1 <= days <= longest.value:
        raise invalid("days", f"must be 1 to {longest.value}, as the county pack says", f"须为 1 至 {longest.value}")
    return later(due_at, days, longest.unit, bounds.calendar)


def _until_day(state: State, wish: RequestDraft, bounds: Bounds, now: datetime) -> datetime:
    """挂账: until the beginning of the day on which it comes back, which is not too far away."""
    _handle_due(state, now)
    zone = bounds.calendar.time_zone
    farthest = last_day(due(now, _longest(bounds), bounds.calendar), zone)
    day = wish.review_on or local_day(now, zone)
    if not local_day(now, zone) < day <= farthest:
        raise invalid(
            "review_on",
            f"must be a day after today, up to {farthest}, as the county pack says",
            f"须为明日起至 {farthest} 之间的日期",
        )
    return day_start(day, zone)


def _answered_for_now(state: State, wish: RequestDraft, bounds: Bounds, now: datetime) -> datetime:
    """阶段性答复: by a unit that has taken it on, until the beginning of the day on which it comes back."""
    if state.status is not Status.SIGNED:
        raise OutOfTurn("Only what was signed can be answered so", "签收后方可作阶段性答复")
    return _until_day(state, wish, bounds, now)


def later(due_at: datetime, days: int, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """So many days after a due time, at the end of a day."""
    return due(due_at - _INSTANT, Limit(days, unit), calendar)


def _handle_due(state: State, now: datetime) -> datetime:
    if state.handle_due_at is None:
        raise OutOfTurn("Nobody has said yet until when it is to be handled", "该件尚无办理时限")
    if now >= state.handle_due_at:
        raise OutOfTurn(
            f"The time to handle it was over at {state.handle_due_at.isoformat()}; this is asked for before",
            f"办理时限已于 {state.handle_due_at.isoformat()} 届满，应在届满前申请",
        )
    return state.handle_due_at


def _longest(bounds: Bounds) -> Limit:
    if bounds.longest is None:
        raise ValueError("what is asked for in days has a longest in the pack")
    return bounds.longest


def _at_once(state: State, _wish: RequestDraft, _bounds: Bounds, _now: datetime) -> None:
    """终止办理: by a unit that has taken it on."""
    if state.status is not Status.SIGNED:
        raise OutOfTurn("Only what was signed can be ended so", "签收后方可申请终止办理")


KINDS: Mapping[RequestKind, KindOfRequest] = {
    RequestKind.EXTENSION: KindOfRequest(_more_time),
    RequestKind.SUSPENSION: KindOfRequest(_until_day),
    RequestKind.TERMINATION: KindOfRequest(_at_once),
    RequestKind.STAGED: KindOfRequest(_answered_for_now),
}
"""Who asks and who decides is the same for all; what a grant does, its services do when they hear of it."""


def in_force(kind: RequestKind, bounds: Bounds | None) -> Bounds:
    """What the pack says of it; OutOfTurn where the place has no such thing."""
    if bounds is None:
        raise OutOfTurn(
            f"The county pack has no rules for this ({kind.value}): it cannot be asked for here",
            f"县包未规定“{KINDS_ZH[kind]}”，不能申请",
        )
    return bounds


def wanted(
    kind: RequestKind, state: State, wish: RequestDraft, before: Iterable[UnitAsk], bounds: Bounds, now: datetime
) -> Wanted:
    """What is asked for, within the bounds of the pack.

    Raises:
        OutOfTurn: it is too late, or was granted as often as the pack allows.
        Invalid: names the field.
    """
    place = kind, state.round, RequestState.GRANTED
    granted = [one for one in before if (one.kind, one.round, one.state) == place]
    if len(granted) >= bounds.times:
        raise OutOfTurn(
            f"This is granted {bounds.times} time(s) in a round at most, as the county pack says",
            f"按县包规定，每轮“{KINDS_ZH[kind]}”不超过 {bounds.times} 次",
        )
    no_reason = kind is RequestKind.TERMINATION and wish.reason_code in NO_REASONS
    if no_reason or wish.reason_code not in bounds.reasons:
        raise invalid("reason_code", "is not one of the pack's reasons for this", "不是县包规定的申请原因")
    until = KINDS[kind].until(state, wish, bounds, now)
    unit = None if wish.days is None else _longest(bounds).unit
    return Wanted(kind, wish.reason_code, wish.note, until, wish.days, unit, wish.evidence, wish.answer)


def check_level(asked: UnitAsk, bounds: Bounds, actor: Actor, *, above: bool) -> None:
    """NotTheirs unless it is somebody of the hotline or of the supervisors, or, of few days, of a unit ``above``.

    Who acts for no unit is of the hotline of the whole place.
    """
    if not actor.units or not actor.units.isdisjoint(bounds.offices):
        return
    if not above or bounds.superior_up_to <= 0 or days_of(asked, bounds) > bounds.superior_up_to:
        most = bounds.superior_up_to
        if most <= 0:
            raise NotTheirs("The hotline alone decides this", "应由热线机构审批")
        raise NotTheirs(
            f"The hotline decides this; up to {most} days, a unit above the one that asked may, too",
            f"应由热线机构审批；{most} 日以内的，申请单位的上级单位也可审批",
        )


def check_raised(raised_at: datetime | None, *, above: bool) -> None:
    """NotTheirs once it went up, but for whoever stands above (``above``): the supervisors."""
    if raised_at is not None and not above:
        raise NotTheirs(
            f"Nobody decided it in time, so it went up at {raised_at.isoformat()}: the supervisors decide it",
            f"该申请逾期未审，已于 {raised_at.isoformat()} 提级，应由督查机构审核",
        )


def days_of(asked: UnitAsk, bounds: Bounds) -> int:
    """How many days it would be, in the unit of the pack; of a suspension those whose end it covers."""
    if asked.days is not None or asked.until is None:
        return asked.days or 0
    calendar, days, day = bounds.calendar, 0, local_day(asked.asked_at, bounds.calendar.time_zone)
    while day_end(day, calendar.time_zone) <= asked.until:
        days += _longest(bounds).unit is not LimitUnit.WORK_DAY or calendar.is_workday(day)
        day += timedelta(days=1)
    return days
