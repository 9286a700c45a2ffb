"""Rounds, each household's place in them, and their numbers, as events make them (I6); that each closes once (I5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.households.histories import BEHIND
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.rows.comparing import Columns, Json, NotBefore, Unseen, WantedRows, by_whom
from huiyin.audit.snapshot import Snapshot
from libs.common.bus.codec import decode_event
from libs.common.errors import Permanent
from libs.common.events.base import Event
from libs.common.events.household_terms import HouseholdFact
from libs.common.events.households import HouseholdEvent, HouseholdRecorded
from libs.common.events.visit_terms import RoundStatus
from libs.common.events.visits import RoundClosed, RoundOpened, VisitEvent, VisitRoundEvent
from libs.common.pack.areas import area_prefix
from libs.common.visits.counting import MEASURES
from libs.common.visits.placing import SeenVisit, TakenStep, Terms, place_in
from libs.common.visits.reading import step_of
from services.intake.rounds.actions.following import columns_of, last_visit

_NEVER = datetime.min.replace(tzinfo=UTC)
TABLES = {"visit_round": ""}
"""The table of intake with a row about each round."""
OF_HOUSEHOLDS = {"round_household": "intake.round_household"}
"""The table with a household's places."""
_ROUNDS = """
    SELECT type, payload::text AS payload FROM intake.ledger
    WHERE stream = 'visits' AND type IN ('cn.huiyin.round.opened', 'cn.huiyin.round.closed') ORDER BY id
"""
_VIEWS = """
    SELECT round_id, household_id, 'then' AS view, area_code, household_class, contact_staff_id, outcome, late, purposes
    FROM intake.round_household WHERE stands
    UNION ALL
    SELECT round_id, household_id, 'now', now_area_code, now_household_class, now_contact_staff_id, outcome, late,
           purposes
    FROM intake.round_household WHERE stands
"""
_COUNTED = ", ".join(
    "count(*) AS households" if name == "households"
    else "count(*) FILTER (WHERE late) AS late" if name == "late"
    else f"count(*) FILTER (WHERE outcome = '{name}') AS {name}"
    for name in MEASURES
)  # fmt: skip
_SERVED = ", ".join("count(*)" if name == "reached" else "0" for name in MEASURES)
_LAST_GIVEN = """
    SELECT DISTINCT ON (round_id, household_id) round_id, household_id, team_id
    FROM intake.planned_household JOIN intake.visit_plan USING (plan_id)
    ORDER BY round_id, household_id, plan_id DESC
"""
_CELL = "round_id, view, cut, member, area_code"
_TALLIES = f"""
    WITH views AS MATERIALIZED ({_VIEWS}), recount AS (
        SELECT round_id, view, 'class' AS cut, household_class AS member, area_code, {_COUNTED}
        FROM views GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT round_id, view, 'person', coalesce(contact_staff_id, ''), area_code, {_COUNTED}
        FROM views GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT round_id, view, 'purpose', purpose, area_code, {_SERVED}
        FROM views CROSS JOIN LATERAL unnest(purposes) AS purpose GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT round_id, view, 'team', team_id, area_code, {_COUNTED}
        FROM views JOIN ({_LAST_GIVEN}) AS given USING (round_id, household_id) GROUP BY 1, 2, 3, 4, 5
    ), kept AS (
        SELECT {_CELL}, {", ".join(MEASURES)} FROM intake.round_tally
        WHERE ({", ".join(MEASURES)}) IS DISTINCT FROM ({", ".join("0" for _ in MEASURES)})
    )
    SELECT {_CELL}, {", ".join(f"coalesce(kept.{name}, 0) AS {name}" for name in MEASURES)},
           {", ".join(f"coalesce(recount.{name}, 0) AS {name}_recount" for name in MEASURES)}
    FROM recount FULL JOIN kept USING ({_CELL})
    WHERE ({", ".join(f"coalesce(kept.{name}, 0)" for name in MEASURES)})
        IS DISTINCT FROM ({", ".join(f"coalesce(recount.{name}, 0)" for name in MEASURES)})
    ORDER BY {_CELL}
"""  # noqa: S608 - names of ours
_TURN = "round_id, day, people, area_code"
_TURNS = f"""
    WITH recount AS (
        SELECT round_id, reached_on AS day, array_to_string(reached_staff, ' ') AS people, place.area_code,
               count(*) AS n
        FROM intake.round_household AS place JOIN intake.visit_round USING (round_id)
        WHERE stands AND reached_on IS NOT NULL AND stages <> '[]' GROUP BY 1, 2, 3, 4
    ), kept AS (SELECT {_TURN}, households FROM intake.round_turn WHERE households <> 0)
    SELECT {_TURN}, coalesce(households, 0) AS kept, coalesce(n, 0) AS recount
    FROM kept FULL JOIN recount USING ({_TURN}) WHERE households IS DISTINCT FROM n ORDER BY {_TURN}
"""  # noqa: S608 - names of ours
_PLANS = """
    SELECT round_id, kept.plan_id, kept.on_day, kept.team_id, kept.households, kept.reached,
           count(planned.household_id) AS households_recount, count(place.reached_on) AS reached_recount
    FROM intake.plan_turn AS kept JOIN intake.visit_plan USING (plan_id)
    LEFT JOIN intake.planned_household AS planned USING (plan_id, on_day, team_id)
    LEFT JOIN intake.round_household AS place USING (round_id, household_id)
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING (kept.households, kept.reached) <> (count(planned.household_id), count(place.reached_on))
    ORDER BY 1, 2, 3, 4
"""
_HOW_MANY = "SELECT count(*) AS many FROM intake.round_tally"


@dataclass(slots=True)
class _Round:
    terms: Terms
    opened_at: datetime
    in_stages: bool


@dataclass(frozen=True, slots=True)
class OpenedRounds:
    """All rounds that were opened, by the area that each takes in."""

    by_area: Mapping[str, Mapping[str, _Round]] = field(default_factory=dict)

    @classmethod
    async def of(cls, cut: Snapshot) -> "OpenedRounds":
        """Of a cut, by the events of rounds alone."""
        found: dict[str, _Round] = {}
        async for rows in cut.stream(_ROUNDS):
            for row in rows:
                event = _decoded(row["type"], row["payload"])
                if isinstance(event, RoundOpened):
                    found[event.round_id] = _Round(_terms(event), event.occurred_at, bool(event.stages))
                elif isinstance(event, RoundClosed) and event.round_id in found:
                    known = found[event.round_id]
                    known.terms = replace(known.terms, closed_at=event.closed_at)
        by_area: dict[str, dict[str, _Round]] = {}
        for round_id, one in found.items():
            by_area.setdefault(one.terms.area_prefix, {})[round_id] = one
        return cls(by_area)

    def around(self, area_codes: Sequence[str]) -> Iterator[tuple[str, _Round]]:
        """Those that take in one of these places."""
        for prefix in {code[:digits] for code in area_codes for digits in range(len(code) + 1)}:
            yield from self.by_area.get(prefix, {}).items()


def check_round(view: CaseView, findings: Findings) -> None:
    """It was opened once, and closed once, by somebody, after that."""
    opened, closed = view.of(INTAKE, RoundOpened), view.of(INTAKE, RoundClosed)
    for problem in _of_its_course(view, opened, closed):
        findings.violated(Invariant.HISTORY, view.case_id, INTAKE, problem)
    findings.checked[Invariant.HISTORY] += bool(opened)


def rows_wanted(view: CaseView) -> Iterator[WantedRows]:
    """What should stand in the row of a round."""
    opened, closed = view.of(INTAKE, RoundOpened), view.of(INTAKE, RoundClosed)
    rows = [_round(opened[0], closed[-1] if closed else None)] if opened else []
    yield WantedRows(INTAKE, "visit_round", ("round_id",), rows)


def places_wanted(view: CaseView, rounds: OpenedRounds, visits: Sequence[SeenVisit]) -> WantedRows:
    """Where a household should stand in each round that it is in, or was and took a step, or was visited, since.

    What it left before anybody looked is entered when something becomes of it, and may be there.
    """
    steps = [_step(event) for event in view.of(INTAKE, HouseholdRecorded)]
    area_codes = [str(step.facts[HouseholdFact.AREA_CODE]) for step in steps if HouseholdFact.AREA_CODE in step.facts]
    last = max((one.occurred_at for one in view.of(INTAKE, HouseholdEvent) if _moves(one)), default=_NEVER)
    kept = {row["round_id"] for row in view.rows["round_household"]}
    wanted = []
    for round_id, one in rounds.around(area_codes):
        made = [visit for visit in visits if round_id in visit.rounds]
        place = place_in(one.terms, steps, made)
        looked_at = place is not None and place.was_in and last > one.opened_at
        if place is not None and (place.stands or looked_at or (round_id in kept and _was_there(one, steps, made))):
            of = {"round_id": round_id, "household_id": view.case_id, "last_visited_on": last_visit(visits)}
            wanted.append(columns_of(place, in_stages=one.in_stages) | of | {"updated_at": NotBefore(one.opened_at)})
    return WantedRows(INTAKE, "round_household", ("round_id",), wanted)


async def check_numbers(cut: Snapshot, findings: Findings) -> None:
    """The numbers that are kept ready of each round are those of its households' places."""
    findings.checked[Invariant.STATE] += int((await cut.fetch(_HOW_MANY))[0]["many"])
    async for rows in cut.stream(_TALLIES):
        for row in rows:
            cell = " ".join(str(row[name]) for name in ("view", "cut", "member", "area_code"))
            for name in MEASURES:
                kept, recount = row[name], row[f"{name}_recount"]
                if kept != recount:
                    message = f"round_tally {cell}: {name} is {kept}, the recount says {recount}"
                    findings.violated(Invariant.STATE, row["round_id"], INTAKE, message)
    async for rows in cut.stream(_TURNS):
        for row in rows:
            turn = " ".join(str(row[name]) for name in ("day", "people", "area_code"))
            message = f"round_turn {turn}: households is {row['kept']}, the recount says {row['recount']}"
            findings.violated(Invariant.STATE, row["round_id"], INTAKE, message)
    await _check_plans(cut, findings)


async def _check_plans(cut: Snapshot, findings: Findings) -> None:
    async for rows in cut.stream(_PLANS):
        for row in rows:
            for name in ("households", "reached"):
                kept, recount = row[name], row[f"{name}_recount"]
                if kept != recount:
                    message = (
                        f"plan_turn {row['on_day']} {row['team_id']}: {name} is {kept}, the recount says {recount}"
                    )
                    findings.violated(Invariant.STATE, row["round_id"], INTAKE, message)


def _was_there(one: _Round, steps: Sequence[TakenStep], visits: Sequence[SeenVisit]) -> bool:
    """Whether it stood in the round since that was opened, be it before its first day."""
    opened_on = (one.opened_at - BEHIND).date()
    place = place_in(replace(one.terms, begins_on=min(one.terms.begins_on, opened_on)), steps, visits)
    return place is not None and place.was_in


def _moves(event: HouseholdEvent) -> bool:
    return isinstance(event, HouseholdRecorded | VisitEvent)


def _of_its_course(view: CaseView, opened: Sequence[RoundOpened], closed: Sequence[RoundClosed]) -> Iterator[str]:
    if not view.of(INTAKE, VisitRoundEvent):
        return
    if len(opened) != 1:
        yield f"a round was opened {len(opened)} times"
    if len(closed) > 1:
        yield f"a round was closed {len(closed)} times"
    for event in (*opened, *closed):
        if event.by is None:
            yield f"nobody said it ({type(event).__name__})"
    if opened and closed and closed[0].closed_at < opened[0].occurred_at:
        yield "a round was closed before it was opened"


def _decoded(name: str, payload: str) -> Event | None:
    """That an event cannot be read is told where its chain is looked at."""
    try:
        return decode_event(name, payload.encode())
    except Permanent:
        return None


def _terms(event: RoundOpened) -> Terms:
    return Terms(
        area_prefix=area_prefix(event.area_code),
        begins_on=event.begins_on,
        ends_on=event.ends_on,
        classes=frozenset(event.classes),
        kinds=frozenset(event.kinds),
        visit_every=event.visit_every,
        slots=event.slots,
        purposes=event.purposes,
    )


def _step(event: HouseholdRecorded) -> TakenStep:
    facts = {fact: getattr(event, fact.value) for fact in event.changed}
    split_off = event.version == 1 and event.split_from is not None
    return step_of(event.version, event.step, event.holds_from, event.occurred_at, facts, split_off=split_off)


def _round(opened: RoundOpened, closed: RoundClosed | None) -> Columns:
    """While it is open nobody tells whether all households are entered."""
    opening = frozenset((RoundStatus.OPENING.value, RoundStatus.OPEN.value))
    return {
        "round_id": opened.round_id,
        "name": opened.name,
        "status": opening if closed is None else RoundStatus.CLOSED,
        "area_code": opened.area_code,
        "begins_on": opened.begins_on,
        "ends_on": opened.ends_on,
        "classes": [word.value for word in opened.classes],
        "kinds": list(opened.kinds),
        "visit_every": opened.visit_every,
        "purposes": list(opened.purposes),
        "gap_days": opened.gap_days,
        "slots": opened.slots,
        "visit_order": opened.visit_order,
        "stages": Json([stage.model_dump(mode="json") for stage in opened.stages]),
        "entered_to": Unseen.HERE,
        "opened_at": opened.occurred_at,
        "opened_by": by_whom(opened)[0],
        "closed_at": None if closed is None else closed.closed_at,
        "closed_by": None if closed is None else by_whom(closed)[0],
        "version": frozenset((1, 2)) if closed is None else 3,
    }
