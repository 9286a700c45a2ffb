"""Collection points and occasions as their events make them (I6), and who may follow whom (I5).

Every event tells the whole of it, so what was kept before events told of it is compared from its next step on.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.households.histories import BEHIND
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.rows.comparing import Columns, Json, Unseen, WantedRows, by_whom
from libs.common.events.base import SaidByHand
from libs.common.events.occasion_terms import OccasionStep, PointStep
from libs.common.events.occasions import OccasionKept, PointDutyKept, PointKept, print_of_words
from libs.common.events.people import person_name
from libs.common.rules.machine import Actor

OF_POINTS = {"collection_point": "", "point_change": "version", "point_duty": "on_day, correction"}
OF_OCCASIONS = {"occasion": "", "occasion_change": "version", "occasion_matter": "number"}
"""Every table of intake with rows about one, and the order of its rows."""
_OF_A_POINT = ("code", "kind", "name", "place", "area_code", "days", "from_day", "until_day")
_TOLD_BESIDE = ("opens_at", "closes_at")
_OF_AN_OCCASION = (
    *("kind", "point_id", "area_code", "day", "started_at", "ended_at", "at_hours", "place", "topic"),
    *("citizens", "entered_on"),
)
_CORRECTED = ("started_at", "ended_at", "place", "topic", "staff_ids", "unit_codes", "citizens")
_Kept = PointKept | OccasionKept


def check_points_and_occasions(view: CaseView, findings: Findings) -> None:
    """The steps of one, in order; and of a point who is on duty."""
    steps: Sequence[_Kept] = [*view.of(INTAKE, PointKept), *view.of(INTAKE, OccasionKept)]
    duties = view.of(INTAKE, PointDutyKept)
    findings.checked[Invariant.HISTORY] += bool(steps or duties)
    for problem in (*_of_steps(view, steps), *_of_corrections(view), *_of_duties(view, duties)):
        findings.violated(Invariant.HISTORY, view.case_id, INTAKE, problem)


def rows_wanted(view: CaseView) -> Iterator[WantedRows]:
    """What should stand in each table that has rows about a point or an occasion."""
    yield from _of_a_point(view)
    yield from _of_an_occasion(view)


def _carried_over(view: CaseView, table: str, steps: Sequence[_Kept]) -> int:
    """Up to which version nobody told of it; where something was told, by that, whatever the row says."""
    row = view.row(table)
    return steps[0].version - 1 if steps else 0 if row is None else row["carried_over"]


def _of_a_point(view: CaseView) -> Iterator[WantedRows]:
    steps = view.of(INTAKE, PointKept)
    carried = _carried_over(view, "collection_point", steps)
    yield _whole(view, "collection_point", "point_id", [_point(steps, carried)] if steps else [], carried)
    yield _changes(view, "point_change", [_point_change(one) for one in steps], carried)
    duties = [_duty(event, place) for event in view.of(INTAKE, PointDutyKept) for place in range(len(event.days))]
    yield WantedRows(INTAKE, "point_duty", ("on_day", "correction"), duties, more=carried > 0)


def _of_an_occasion(view: CaseView) -> Iterator[WantedRows]:
    steps = view.of(INTAKE, OccasionKept)
    carried = _carried_over(view, "occasion", steps)
    yield _whole(view, "occasion", "occasion_id", [_occasion(steps, carried)] if steps else [], carried)
    before = (None, *steps)
    changes = [_occasion_change(one, earlier) for one, earlier in zip(steps, before, strict=False)]
    yield _changes(view, "occasion_change", changes, carried)
    raised = [one for event in steps for one in event.matters]
    matters = [_matter(view.case_id, one) for one in raised]
    yield WantedRows(INTAKE, "occasion_matter", ("number",), matters, more=carried > 0)
    words = [{"number": one.number, "words": one.words} for one in raised]
    kept = [{"number": row["number"], "words": _print_of(row)} for row in view.rows["occasion_matter"]]
    yield WantedRows(INTAKE, "occasion_matter", ("number",), words, kept=kept, more=carried > 0)


def _whole(view: CaseView, table: str, key: str, rows: Sequence[Columns], carried: int) -> WantedRows:
    """Of one that was carried over, and about which nothing was said since, nothing is known."""
    kept: list[Columns] | None = None if rows or not carried else []
    return WantedRows(INTAKE, table, (key,), rows, kept=kept)


def _changes(view: CaseView, table: str, rows: Sequence[Columns], carried: int) -> WantedRows:
    kept = [row for row in view.rows[table] if row["version"] > carried] if carried else None
    return WantedRows(INTAKE, table, ("version",), rows, kept=kept)


def _point(steps: Sequence[PointKept], carried: int) -> Columns:
    last = steps[-1]
    return {name: getattr(last, name) for name in ("point_id", *_OF_A_POINT)} | {
        "opens_at": time.fromisoformat(last.opens_at),
        "closes_at": time.fromisoformat(last.closes_at),
        "opened_at": Unseen.OLD if carried else steps[0].occurred_at,
        "updated_at": last.occurred_at,
        "version": last.version,
        "carried_over": carried,
    }


def _point_change(event: PointKept) -> Columns:
    told = {name: _plain(getattr(event, name)) for name in (*_OF_A_POINT, *_TOLD_BESIDE)}
    return {"point_id": event.point_id, "told": Json(told)} | _step(event)


def _duty(event: PointDutyKept, place: int) -> Columns:
    day = event.days[place]
    of = {"point_id": event.point_id, "on_day": day.on_day, "correction": day.correction}
    return of | {"staff_ids": [*event.staff_ids], "why": event.why} | _who(event)


def _occasion(steps: Sequence[OccasionKept], carried: int) -> Columns:
    first, last = steps[0], steps[-1]
    return {name: getattr(last, name) for name in ("occasion_id", *_OF_AN_OCCASION)} | {
        "staff_ids": [*last.staff_ids],
        "unit_codes": [*last.unit_codes],
        "entered_by": Unseen.OLD if carried else _actor(first).person,
        "recorded_at": Unseen.OLD if carried else first.occurred_at,
        "version": last.version,
        "carried_over": carried,
    }


def _occasion_change(event: OccasionKept, earlier: OccasionKept | None) -> Columns:
    before: Any = Unseen.OLD
    if earlier is not None:
        now = {name: getattr(event, name) for name in _CORRECTED}
        was = {name: getattr(earlier, name) for name in _CORRECTED}
        before = Json({name: _plain(was[name]) for name in _CORRECTED if was[name] != now[name]})
    elif event.version == 1:
        before = Json({})
    return {"occasion_id": event.occasion_id, "before": before} | _step(event)


def _matter(occasion_id: str, told: Any) -> Columns:
    same = {name: getattr(told, name) for name in ("number", "kind", "category_code", "case_id")}
    return {"occasion_id": occasion_id, "ended": told.end} | same


def _print_of(row: Columns) -> str | None:
    return None if row["text"] is None and row["answer"] is None else print_of_words(row["text"], row["answer"])


def _step(event: _Kept) -> dict[str, Any]:
    return {"version": event.version, "action": event.step, "why": event.why} | _who(event)


def _who(event: SaidByHand) -> dict[str, Any]:
    who, unit_code, staff_id = by_whom(event)
    return {"who": who, "unit_code": unit_code, "staff_id": staff_id, "at": event.occurred_at}


def _actor(event: SaidByHand) -> Actor:
    return Actor(event.by or "", event.by_unit, event.by_staff)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [*value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _of_steps(view: CaseView, steps: Sequence[_Kept]) -> Iterator[str]:
    for place, event in enumerate(steps):
        name = f"event of version {event.version} ({type(event).__name__})"
        if place and event.version != steps[place - 1].version + 1:
            yield f"{name}: stands behind version {steps[place - 1].version}"
        if (event.version == 1) != (event.step in (PointStep.OPEN, OccasionStep.RECORD)):
            yield f"{name}: {event.step} is step {event.version}"
    row = next(iter([*view.rows["collection_point"], *view.rows["occasion"]]), None)
    if steps and steps[0].version > 1 and row is not None and row["carried_over"] == 0:
        yield "nobody said its first step"


def _of_corrections(view: CaseView) -> Iterator[str]:
    """Who was there or wrote it down corrects it on the day of its entry alone."""
    steps = view.of(INTAKE, OccasionKept)
    for earlier, event in pairwise(steps):
        concerned = {*map(person_name, earlier.staff_ids)}
        if steps[0].step is OccasionStep.RECORD:
            concerned |= _actor(steps[0]).names
        is_over = (event.occurred_at - BEHIND).date() > event.entered_on
        if is_over and not _actor(event).names.isdisjoint(concerned):
            yield f"event of version {event.version} (OccasionKept): who was there or wrote it down corrected it later"


def _of_duties(view: CaseView, duties: Sequence[PointDutyKept]) -> Iterator[str]:
    carried = _carried_over(view, "collection_point", view.of(INTAKE, PointKept))
    known: dict[date, tuple[int, frozenset[str]]] = {}
    for event in duties:
        people = frozenset(event.staff_ids)
        for one in event.days:
            number, before = known.get(one.on_day, (one.correction - 1 if carried else -1, frozenset()))
            if one.correction != number + 1:
                yield f"is word {one.correction} about who is on duty on {one.on_day}, behind {number}"
            is_known = one.on_day in known or one.correction == 0
            if is_known and one.on_day < (event.occurred_at - BEHIND).date() and event.by_staff in before ^ people:
                yield f"said of themself of {one.on_day}, which was over, whether they were on duty"
            known[one.on_day] = one.correction, people
