"""The fail points of the timers, in simulated time: killed while deadlines pass, and each of them is missed once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from signal import SIGKILL

from bench.drive.client import Unanswered
from bench.drive.house import ONE
from huiyin.office.people import Person
from libs.common.security.principal import Role
from tests.chaos.crowd import Pace
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_stage
from tests.chaos.verdict import Verdict, none_of

POINTS = ("timers.before_fire", "timers.before_commit")
CASES = 60
STRIDE = timedelta(hours=8)
LIMITS = timedelta(days=40)
"""After that every limit of signing and handling has passed, and every step of the ladder behind it."""


async def kill_while_timers_fire(trial: Trial) -> list[Verdict]:
    """The whole house in one process, since time moves at will only there."""
    pace, settings = Pace(citizens=3, pause=0.1, whole=0.0), {"HUIYIN_CLOCK": "simulated"}
    async with open_stage(trial, Kind.ONE, name="timers", pace=pace, settings=settings) as stage:
        async with stage.crowd.at_work():
            await stage.crowd.accepted(CASES)
        end = await _now(stage) + LIMITS
        survived = []
        tries = [(point, trial.lots.randint(1, 4)) for point in POINTS for _ in range(trial.times(whole=4, short=1))]
        for point, turn in tries:
            if not await _dies_at(stage, point, turn, end):
                survived.append(f"{point}, turn {turn}")
        await _advance(stage, end)
        said = await stage.oracle.said()
        registered = sum(one.type_name == "cn.huiyin.case.registered" for one in said)
        passed = [one.payload["deadline"] for one in said if one.type_name == "cn.huiyin.case.deadline_missed"]
        missed = Counter(passed)
        wrong = [f"{limit}: {missed[limit]} times" for limit in ("sign", "handle") if missed[limit] != registered]
        return [
            none_of("timers: points at which the house did not die", survived, of=len(tries)),
            none_of("timers: limits not missed once a case", wrong, of=2 * registered),
            *await stage.check("timers", simulated=True),
        ]


async def _dies_at(stage: Stage, point: str, turn: int, end: datetime) -> bool:
    """Start the house with the point armed and let time pass until it dies there; then start it without."""
    member = stage.house.members[ONE]
    await asyncio.to_thread(stage.house.stop, ONE)
    said = member.log.stat().st_size
    await stage.restart(ONE, HUIYIN_FAILPOINTS=f"{point}:kill:{turn}")
    moment = await _now(stage)
    try:
        while moment < end:
            moment = min(end, moment + STRIDE)
            await _advance(stage, moment)
    except Unanswered:
        code = await asyncio.to_thread(member.process.wait, 30) if member.process else None
        words = member.log.read_bytes()[said:].decode(errors="replace")
        died = code == -SIGKILL and f"killed at fail point {point}\n" in words
    else:
        stage.house.kill(ONE)
        died = False
    stage.trial.tell(f"{point}, turn {turn}: {'died' if died else 'survived'} on the way to {moment:%Y-%m-%d %H:%M}")
    await stage.restart(ONE)
    return died


async def _now(stage: Stage) -> datetime:
    with _admin(stage) as admin:
        return datetime.fromisoformat((await admin.ask("/followup/ops/clock"))["now"])


async def _advance(stage: Stage, moment: datetime) -> None:
    with _admin(stage) as admin:
        await admin.do("/followup/ops/clock/advance", {"to": moment.isoformat()})


@contextmanager
def _admin(stage: Stage) -> Iterator[Person]:
    with stage.house.people(timeout=120.0) as people:
        yield people.person("admin-1", Role.ADMIN)


TIMERS = Scenario("timers", kill_while_timers_fire, "killed while deadlines pass, in simulated time")
