"""Many steps of one case at one moment: in simulated time, and behind a clock that was an hour ahead for one step.

Nothing but their places in the ledgers tells such events apart. So what analytics counts is compared with the rows that
dispatch and followup keep of the very same steps, unit by unit.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.drive.complaints import NOT_SATISFIED, RESULT
from bench.drive.database import rows
from huiyin.office import errands
from libs.common.bus.flow import Service, heard
from libs.common.events.terms import DECLARED
from libs.common.security.principal import Role
from tests.chaos.crowd import Crowd, due_callback
from tests.chaos.outside.clock import HOUR, RIGHT, open_timed
from tests.chaos.outside.dials import NoDials
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, none_of, not_run

STEPS = 14
"""Steps of the units and of the dispatcher in each case, all of them at one moment."""
UNITS = ("D-HOUSING", "D-WATER", "D-TRANSPORT")
"""Departments, which may be given any case of the crowd."""
_DISPATCHER = "dispatcher-1"

_BY_UNIT = "SELECT lead_unit AS unit, count(*) AS n FROM dispatch.transition WHERE action = ANY('{{{}}}') GROUP BY 1"
_BY_LEVEL = "SELECT unit_code AS unit, count(*) AS n FROM followup.supervision WHERE level = '{}' GROUP BY 1"
_KEPT = {
    "assigned": _BY_UNIT.format("route,assign,reassign,hand_on,send_back"),
    "triaged": _BY_UNIT.format("queue,take_back,send_back_to_triage"),
    "signed": _BY_UNIT.format("sign"),
    "handled": _BY_UNIT.format("hand_in"),
    "returns_requested": _BY_UNIT.format("ask_return"),
    "returns_refused": _BY_UNIT.format("refuse_return"),
    "sent_back": """
        SELECT handling_unit AS unit, count(*) AS n FROM followup.transition AS step
        JOIN followup.callback USING (case_id) WHERE callback.round = step.round - 1 AND action = 'send_back' GROUP BY 1
    """,
    "reminders": _BY_LEVEL.format("reminder"),
    "supervisions": _BY_LEVEL.format("supervision"),
}
"""What a counter has to be for each unit, by the rows of whoever took the steps."""
_UNLIKE = """
    SELECT case_id, fact.unit_code AS counted, work.lead_unit AS leads, fact.round, work.round AS stands_in,
        fact.version, said
    FROM analytics.fact JOIN dispatch.work USING (case_id) JOIN (
        SELECT key AS case_id, sum(1 + coalesce(jsonb_typeof(one -> 'deadline') = 'object', false)::int) AS said
        FROM (
            SELECT type, key, payload::jsonb FROM intake.ledger WHERE stream = 'cases' UNION ALL
            SELECT type, key, payload::jsonb FROM dispatch.ledger WHERE stream = 'cases' UNION ALL
            SELECT type, key, payload::jsonb FROM followup.ledger WHERE stream = 'cases'
        ) AS everything
        CROSS JOIN jsonb_array_elements(coalesce(payload -> 'deadlines', jsonb_build_array(payload))) AS one
        WHERE type = ANY($1) AND (coalesce(one ->> 'about', '') = '' OR one ->> 'deadline' = ANY($2)) GROUP BY key
    ) AS ledgers USING (case_id)
    WHERE (fact.unit_code, fact.round, fact.version) IS DISTINCT FROM (coalesce(work.lead_unit, ''), work.round, said)
"""
"""Cases of which analytics names another unit or round than dispatch, or knows not once each thing that events tell."""
_HEARD = [event.type_name for event in heard(Service.ANALYTICS)]
_COUNTED = [code for code, deadline in DECLARED.items() if deadline.promise.counted_as]
"""What analytics hears, and which deadlines of something of a case it counts: not the one of a decision on a return."""
_MOMENTS = """
    SELECT count(*) AS events, count(DISTINCT (key, occurred_at)) AS moments FROM dispatch.ledger WHERE stream = 'cases'
"""


@dataclass
class Office:
    """Everybody who works on cases, one step after the other, as the lot falls."""

    lots: random.Random
    crowd: Crowd
    taken: Counter[str] = field(default_factory=Counter)

    async def work_on(self, case_id: str, steps: int) -> None:
        """So many steps, none of which takes any time by the office's clock."""
        for _ in range(steps):
            async with asyncio.timeout(60):
                await self.step(case_id)

    async def step(self, case_id: str) -> None:
        """Whatever somebody may do now."""
        work = await self.crowd.until(f"/dispatch/v1/cases/{case_id}", lambda _: True)
        action = self.lots.choice(_possible(work))
        self.taken[action] += 1
        if action == "call":
            await self._call(case_id, int(work["round"]))
            return
        lead = str(work["lead_unit"])
        by_the_unit = action in ("signature", "progress", "result", "return")
        who = self.crowd.people.person(_DISPATCHER, Role.DISPATCHER)
        if by_the_unit:
            who = self.crowd.people.person(f"unit-{lead}", Role.HANDLER, unit=lead)
        await who.do(errands.on_work(case_id, action.partition(" ")[0], self._body(action, lead)))

    def _body(self, action: str, lead: str) -> object:
        unit = self.lots.choice([unit for unit in UNITS if unit != lead])
        wish = {"lead_unit": unit, "category_code": "0101", "reason": "改派"}
        return {
            "signature": {},
            "progress": {"note": "已到现场查看"},
            "result": RESULT,
            "return": {"reason_code": "not_our_duty", "note": "不属于本单位职责"},
            "reassignment": wish,
            "assignment": wish,
            "return/decision refused": {"approved": False, "note": "属地负责"},
            "return/decision granted": {"approved": True, "note": "同意", "lead_unit": unit},
            "return/decision taken": {"approved": True, "note": "同意退回"},
        }[action]

    async def _call(self, case_id: str, number: int) -> None:
        """The citizen is not satisfied, and the next round opens."""
        case = await self.crowd.until(f"/followup/v1/cases/{case_id}", lambda found: due_callback(found, number))
        errand = errands.call(str(due_callback(case, number)), NOT_SATISFIED)
        await self.crowd.people.person("caller-1", Role.CALLER).do(errand)
        await self.crowd.until(f"/dispatch/v1/cases/{case_id}", lambda work: work["round"] > number)


def _possible(work: Any) -> Sequence[str]:
    if work["return_pending"]:
        return (
            "return/decision refused",
            "return/decision refused",
            "return/decision granted",
            "return/decision taken",
        )
    return {
        "triage": ("assignment",),
        "assigned": ("signature", "return", "reassignment"),
        "signed": ("progress", "return", "reassignment", "result"),
        "handled": ("call",),
    }[work["status"]]


@asynccontextmanager
async def at_the_office(stage: Stage) -> AsyncIterator[Office]:
    """People who take steps; the crowd registers cases when it is asked to."""
    stage.crowd.pausing = True
    async with stage.crowd.at_work():
        yield Office(random.Random(stage.trial.lots.getrandbits(64)), stage.crowd)


async def in_one_moment(trial: Trial) -> list[Verdict]:
    """Time stands still from the first registration to the last step."""
    name, settings = "moments in simulated time", {"HUIYIN_CLOCK": "simulated"}
    async with open_stage(trial, Kind.ONE, name="moments", settings=settings) as stage:
        async with at_the_office(stage) as office:
            for _ in range(trial.times(whole=60, short=4)):
                await office.work_on(await stage.crowd.speak(), STEPS)
        stage.trial.tell(f"{name}: {dict(office.taken)}")
        return [*await stage.check(name, simulated=True, by_hand=True), *await compared(stage, name, most_moments=1)]


async def ahead_for_one_step(trial: Trial) -> list[Verdict]:
    """One step under a clock that is an hour ahead: it takes all that follow it, for an hour, to the same moment."""
    name = "moments behind a clock that was ahead"
    try:
        async with open_timed(trial, Kind.EIGHT_EMBEDDED) as timed:
            stage = timed.stage
            async with at_the_office(stage) as office:
                for _ in range(trial.times(whole=20, short=2)):
                    case_id = await stage.crowd.speak()
                    await stage.crowd.known_everywhere(case_id, within=60)
                    timed.dials.turn(HOUR, "dispatch-api")
                    await office.step(case_id)
                    timed.dials.turn(RIGHT, "dispatch-api")
                    await office.work_on(case_id, STEPS - 1)
            stage.trial.tell(f"{name}: {dict(office.taken)}")
            return [*await stage.check(name, by_hand=True), *await compared(stage, name, most_moments=3)]
    except NoDials as error:
        return [not_run(name, str(error))]


async def compared(stage: Stage, name: str, *, most_moments: int) -> list[Verdict]:
    """What analytics counts and names, against the rows of dispatch and followup; the house is quiet."""
    counted = await stage.oracle.served("unit")
    wrong, kept, url = list[str](), 0, stage.oracle.url
    for counter, sql in _KEPT.items():
        of_unit = {row["unit"] or "": row["n"] for row in await rows(url, sql)}
        kept += sum(of_unit.values())
        for unit in sorted(counted.keys() | of_unit.keys()):
            served = counted[unit][counter] if unit in counted else 0
            if served != of_unit.get(unit, 0):
                wrong.append(f"{counter} of {unit or 'nobody'}: counted {served}, kept {of_unit.get(unit, 0)}")
    unlike = [str(dict(row)) for row in await rows(url, _UNLIKE, _HEARD, _COUNTED)]
    (told,) = await rows(url, _MOMENTS)
    cases = (await rows(url, "SELECT count(*) AS n FROM dispatch.work"))[0]["n"]
    apart = [] if told["moments"] <= most_moments * cases else [f"{told['events']} events at {told['moments']} moments"]
    return [
        none_of(f"{name}: counts unlike the rows of the steps", wrong, of=kept),
        none_of(f"{name}: cases whose unit, round or events differ", unlike, of=cases),
        none_of(f"{name}: steps that did not share their moments", apart, of=told["events"]),
    ]


async def _run(trial: Trial) -> list[Verdict]:
    return [*await in_one_moment(trial), *await ahead_for_one_step(trial)]


MOMENTS = Scenario("moments", _run, "many steps of a case at one moment, and after a clock that was ahead for one step")
