"""Packs come at the wrong moment: while workers are away, and dropping the unit that open cases have.

Cases and packs travel on topics of their own. Who comes back to both of them must read the pack however many cases that
need it lie before it; and what a pack takes from a unit must reach another one once, whoever is killed meanwhile.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial

from bench.drive.database import rows
from bench.drive.house import DEMO_PACK
from libs.common.bus.flow import Service
from libs.common.events.terms import Deadline
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import ANY, Limits, LimitSetting, Merged, MergedUnit, Pack
from libs.common.time.due import LimitUnit
from tests.chaos.crowd import Pace
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, expect, in_time, none_of
from tests.support.eventually import eventually

AWAY = ("followup-worker", "analytics-worker")
"""Both need the pack of a case, and hear of it over the bus alone."""
LEFT, HEIR = "D-WATER", "D-AGRI"
"""A bureau that goes up in another."""
OF_THE_BUREAU = {"area_code": "999001101000", "category_code": "1003"}
CAUGHT_UP = 60.0
"""Seconds from the start of a worker until it knows every case that was registered while it was away."""


async def packs_at_the_wrong_moment(trial: Trial) -> list[Verdict]:
    """On both buses; in the short form on the embedded one."""
    kinds = (Kind.EIGHT_EMBEDDED,) if trial.short else (Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA)
    return [verdict for kind in kinds for verdict in await packs_in(trial, kind)]


async def packs_in(trial: Trial, kind: Kind) -> list[Verdict]:
    """One house: a pack for each time that the workers are away, and one more that drops a unit."""
    async with open_stage(trial, kind, name=f"packs-{kind}", pace=Pace(citizens=4)) as stage:
        return await packs_on(stage, f"packs, {kind}", absences=trial.times(whole=5, short=1), cases=40)


async def packs_on(stage: Stage, what: str, *, absences: int, cases: int) -> list[Verdict]:
    """On a house that is there: each time ``cases`` are registered while nobody of ``AWAY`` listens."""
    waits: list[float] = []
    async with stage.crowd.at_work():
        await stage.crowd.accepted(5)
        for number in range(absences):
            waits.append(await publish_while_away(stage, edition(number), cases))
            stage.trial.tell(f"caught up after {waits[-1]:.1f} s")
        moved = await merge_under_fire(stage, cases)
    surprises = stage.crowd.tally.surprises
    return [
        in_time(
            f"{what}: workers know every case after an absence",
            max(waits),
            CAUGHT_UP,
            f"each: {', '.join(f'{wait:.1f}' for wait in waits)} s, with {cases} cases under the new pack",
        ),
        none_of(f"{what}: cases of a merged unit not handed over once", moved, of=cases),
        expect(f"{what}: requests refused", "0", len(surprises), not surprises, str(surprises[:3])),
        *await stage.check(what),
    ]


def edition(number: int) -> Pack:
    """The demo pack with another limit for triage."""
    pack = load_pack(DEMO_PACK)
    limits = Limits(
        {**pack.limits.root, Deadline.TRIAGE: {ANY: {ANY: LimitSetting(value=30 + number, unit=LimitUnit.HOUR)}}}
    )
    return pack.model_copy(update={"version": f"chaos {number}", "limits": limits})


def merged() -> Pack:
    """The same without one bureau, whose work and duties another has."""
    pack = edition(500)
    duties = [
        duty.model_copy(
            update={
                "lead": HEIR if duty.lead == LEFT else duty.lead,
                "support": tuple(code for code in duty.support if code not in (LEFT, HEIR)),
            }
        )
        for duty in pack.duties
    ]
    gone = MergedUnit(code=LEFT, name="水利局", successor=HEIR)
    units = tuple(unit for unit in pack.units if unit.code != LEFT)
    return pack.model_copy(update={"units": units, "duties": tuple(duties), "merged": Merged(units=(gone,))})


async def publish_while_away(stage: Stage, pack: Pack, cases: int) -> float:
    """Seconds that the workers took, once they were back, to know all that was registered under a new pack."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(asyncio.to_thread(stage.house.stop, name) for name in AWAY))
    before = await _newest_used(stage)
    await stage.house.publish(pack)
    await eventually(partial(_is_used, stage, before), within=60.0, what="a case under the new pack")
    await stage.crowd.accepted(cases)
    registered = [row["case_id"] for row in await rows(stage.oracle.url, "SELECT case_id FROM intake.cases")]
    began = loop.time()
    await asyncio.gather(*(stage.restart(name) for name in AWAY))
    await eventually(partial(_know_all, stage, registered), within=3 * CAUGHT_UP, what="all cases known to all")
    return loop.time() - began


async def merge_under_fire(stage: Stage, cases: int) -> list[str]:
    """The open cases of the bureau that its heir did not get exactly once, the worker killed while it hands them over.

    Nobody else is about: who stood before a unit that is gone would be refused, rightly.
    """
    stage.crowd.pausing = True
    spoken = [await stage.crowd.speak(OF_THE_BUREAU) for _ in range(cases)]
    await stage.crowd.known_everywhere(spoken[-1], within=120.0)
    await stage.house.publish(merged())
    await asyncio.sleep(stage.trial.lots.uniform(0.0, 1.5))
    stage.house.kill("dispatch-worker")
    await stage.restart("dispatch-worker")
    await eventually(
        partial(_led_by, stage, spoken, HEIR), within=120.0, what="every case at the heir, for all services"
    )
    stage.crowd.pausing = False
    said = Counter(one.key for one in await stage.oracle.said() if one.type_name == "cn.huiyin.case.reassigned")
    gave_up = await rows(stage.oracle.url, "SELECT case_id FROM followup.matter WHERE left_units <> '{}'")
    return [f"{case_id}: x{said[case_id]}" for case_id in spoken if said[case_id] != 1] + [
        f"{row['case_id']}: counted as given up" for row in gave_up
    ]


async def _newest_used(stage: Stage) -> int:
    return int((await rows(stage.oracle.url, "SELECT max(pack_version) AS newest FROM intake.cases"))[0]["newest"])


async def _is_used(stage: Stage, before: int) -> bool:
    return await _newest_used(stage) > before


async def _know_all(stage: Stage, case_ids: Sequence[str]) -> bool:
    """Whether followup and analytics have all of these cases, and followup those that are assigned with their unit."""
    sql = """
        SELECT (SELECT count(*) FROM followup.matter WHERE case_id = ANY($1::text[])) AS matters,
               (SELECT count(*) FROM analytics.fact WHERE case_id = ANY($1::text[])) AS facts,
               (SELECT count(*) FROM dispatch.work LEFT JOIN followup.matter USING (case_id)
                WHERE work.case_id = ANY($1::text[]) AND matter.lead_unit IS NULL AND work.status = 'assigned') AS lost
    """
    row = (await rows(stage.oracle.url, sql, list(case_ids)))[0]
    return (row["matters"], row["facts"], row["lost"]) == (len(case_ids), len(case_ids), 0)


async def _led_by(stage: Stage, case_ids: Sequence[str], unit_code: str) -> bool:
    tables = (("work", Service.DISPATCH), ("matter", Service.FOLLOWUP), ("cases", Service.INTAKE))
    for table, service in tables:
        sql = f"SELECT count(*) AS n FROM {service}.{table} WHERE case_id = ANY($1::text[]) AND lead_unit = $2"  # noqa: S608
        if (await rows(stage.oracle.url, sql, list(case_ids), unit_code))[0]["n"] != len(case_ids):
            return False
    return True


PACKS = Scenario(
    "packs", packs_at_the_wrong_moment, "packs published while workers are away, and without a unit of open cases"
)
