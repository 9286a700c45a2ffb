"""The settings that clocks read: limits, calendar, assessment periods, returns."""

from datetime import date, time
from typing import Literal

from pydantic import Field

from libs.common.events.terms import Deadline, Kind, Urgency
from libs.common.pack.schema.base import Ascending, CodedReason, Model, PackLimit

ANY: Literal["any"] = "any"
LimitTable = dict[Kind | Literal["any"], dict[Urgency | Literal["any"], PackLimit]]
"""kind -> urgency -> limit; 'any' stands for every kind or urgency that has no line of its own."""


def _is_none(value: object) -> bool:
    return value is None


class Limits(Model):
    """时限. Most telling cell first: (kind, urgency), (any, urgency), (kind, any), (any, any)."""

    triage: LimitTable
    """How long a case may wait for a unit (派单时限)."""
    sign: LimitTable
    """How long a unit may take to sign (签收时限)."""
    handle: LimitTable
    """How long a unit may take to give its result (办理时限), from assignment."""
    callback: LimitTable
    """How long the hotline may take to ask the citizen (回访时限), from the result."""
    reply: LimitTable | None = Field(default=None, exclude_if=_is_none)
    """How long a unit may take to answer an order that names no day (督办回复时限); without it, as long as it likes."""

    def tables(self) -> dict[Deadline, LimitTable]:
        """The table of each deadline whose limit the pack sets: those of a case, and what else it names."""
        tables = {
            Deadline.TRIAGE: self.triage,
            Deadline.SIGN: self.sign,
            Deadline.HANDLE: self.handle,
            Deadline.CALLBACK: self.callback,
            Deadline.REPLY: self.reply,
        }
        return {deadline: table for deadline, table in tables.items() if table is not None}

    def find(self, deadline: Deadline, kind: Kind, urgency: Urgency) -> PackLimit | None:
        """The limit of a case, or None when the tables leave a hole there."""
        table = self.tables().get(deadline, {})
        cells = ((kind, urgency), (ANY, urgency), (kind, ANY), (ANY, ANY))
        found = (table.get(row, {}).get(column) for row, column in cells)
        return next((limit for limit in found if limit is not None), None)


class CalendarSettings(Model):
    """日历: what this place has beside the national days off and make-up working days (调休)."""

    extra_holidays: Ascending[date] = ()
    extra_workdays: Ascending[date] = ()
    confirmed_years: Ascending[int] = ()
    """Years whose whole State Council notice stands in the two lists above, when it is newer than the software."""


class Assessment(Model):
    """考核周期. A day or month that starts off the calendar is named after the day or month that it ends in.

    So with ``day_starts_at`` 12:00, day D is [D-1 12:00, D 12:00); with ``month_starts_on`` 19, March is the
    assessment days from 19 February to 18 March.
    """

    day_starts_at: time = time(0, 0)
    month_starts_on: int = Field(default=1, ge=1, le=28)


class ReturnRules(Model):
    """退单: within what time of assignment, and for which reasons."""

    within: PackLimit
    reasons: tuple[CodedReason, ...] = Field(min_length=1)
