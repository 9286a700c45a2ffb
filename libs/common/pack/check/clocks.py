"""Checks how long things may take: limits, calendar, and what a unit may send back."""

from collections.abc import Iterator
from itertools import pairwise

from libs.common.events.terms import Deadline, Kind, Urgency
from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import ANY, Pack
from libs.common.time.due import LimitUnit


def limits(pack: Pack) -> Iterator[Finding]:
    """Every deadline has a limit for every kind and urgency, and what is more urgent is never given more time."""
    for deadline in pack.limits.root:
        for kind in Kind:
            yield from _limits_of(pack, deadline, kind)


def _limits_of(pack: Pack, deadline: Deadline, kind: Kind) -> Iterator[Finding]:
    path: DocPath = ("limits", str(deadline))
    found = {urgency: pack.limits.find(deadline, kind, urgency) for urgency in Urgency}
    for urgency, limit in found.items():
        if limit is None:
            message = f"no {deadline} limit for a case of kind {kind} and urgency {urgency}"
            yield Finding(path, message, f"add '{kind}: {{{urgency}: 3 work_day}}' or a line under 'any'")
    for (calmer, longer), (hotter, shorter) in pairwise(found.items()):
        if longer and shorter and shorter.nominal_hours > longer.nominal_hours:
            row = kind if hotter in (pack.limits.root[deadline] or {}).get(kind, {}) else ANY
            message = f"the {deadline} limit of {kind} is longer when {hotter} than when {calmer}"
            yield Finding((*path, str(row), hotter.value), message, f"shorten that of {hotter}")


def calendar(pack: Pack) -> Iterator[Finding]:
    """No day is both off and worked."""
    for day in sorted({*pack.calendar.extra_holidays} & {*pack.calendar.extra_workdays}):
        message = f"{day} is both an extra holiday and an extra working day"
        yield Finding(("calendar", "extra_workdays"), message, "keep it in one of the two lists")


def returns(pack: Pack) -> Iterator[Finding]:
    """Return reasons have codes of their own."""
    yield from double_codes(("returns", "reasons"), pack.returns.reasons)
    if pack.exclusions is not None:
        yield from double_codes(("exclusions", "reasons"), pack.exclusions.reasons)


def objections(pack: Pack) -> Iterator[Finding]:
    """Whoever was told of a closing has whole days to object to it."""
    within = pack.objections.within
    if within.unit is LimitUnit.HOUR:
        message = f"an objection has to come within {within.value} hours, so at some hour of a day"
        yield Finding(("objections", "within"), message, "say it in days, such as '15 work_day'")


def upper_orders(pack: Pack) -> Iterator[Finding]:
    """A margin is counted back from a deadline: it has no day of its start."""
    if pack.upper_orders.margin.counts_first_day:
        message = "the margin ahead of an order from above is counted back, and has no first day"
        yield Finding(("upper_orders", "margin"), message, "leave out first_day")
