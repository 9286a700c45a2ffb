"""The clocks on the wall are set, forward and back, while deadlines run: of the whole house, then of a part alone.

Many complaints have limits of an hour or two, so a clock that is set forward an hour, or a day, passes some of them at
once; set back, it comes by the same times once more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bench.drive.database import rows
from bench.drive.house import House
from huiyin.office.errands import CASES
from libs.common.security.principal import Role
from libs.programs.kafka import KafkaBroker
from tests.chaos.crowd import Pace
from tests.chaos.outside.dials import Dials, NoDials
from tests.chaos.outside.watching import AWAY, UNDERSTOOD, only, pids, ready_again, same_processes, watched
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.stage import Kind, Stage, open_ground, open_house
from tests.chaos.verdict import Verdict, expect, none_of, not_run
from tests.support.eventually import eventually

BUSY = Pace(citizens=4, pause=0.3, urgent=0.7)
HOUR, DAY, RIGHT = timedelta(hours=1), timedelta(days=1), timedelta(0)
TOKENS = timedelta(days=3)
"""Enough that a token of the crowd is valid whatever the clocks show."""
GROUND = "postgres"
"""The name of PostgreSQL's clock."""
TIMERS_WITHIN = 120.0
_LATE = """
    SELECT clock_id, next_at FROM followup.clock
    WHERE state = 'pending' AND next_at < clock_timestamp() - interval '5 seconds'
"""
"""By the database's clock, which shows what the house's do when none of these is set alone."""
_FIRED = """
    SELECT case_id, round, what, 'warn' AS step FROM followup.clock WHERE step <> 'warn'
    UNION ALL SELECT case_id, round, what, 'miss' FROM followup.clock WHERE step LIKE 'ladder:%'
        OR (step = 'miss' AND state = 'fired')
"""
_FAILED = "SELECT clock_id, error FROM followup.clock WHERE state = 'failed'"
_KINDS = {"cn.huiyin.case.deadline_warned": "warn", "cn.huiyin.case.deadline_missed": "miss"}
_BACKWARDS = """
    SELECT 'signed' AS what, case_id FROM dispatch.work WHERE signed_at < assigned_at
    UNION ALL SELECT 'assigned', case_id FROM dispatch.work WHERE assigned_at < registered_at
    UNION ALL SELECT 'handled', case_id FROM dispatch.work WHERE handled_at < assigned_at
    UNION ALL SELECT 'asked', c.case_id FROM followup.callback c JOIN followup.attempt a USING (callback_id)
        WHERE a.at < c.opened_at
    UNION ALL SELECT 'asked about', c.case_id FROM followup.callback c JOIN dispatch.work w USING (case_id)
        WHERE c.round = w.round AND c.opened_at < w.handled_at
"""


@dataclass(frozen=True, slots=True)
class Timed:
    """A house whose clocks can be set."""

    stage: Stage
    dials: Dials


@dataclass(frozen=True, slots=True)
class Setting:
    """Whose clocks are set, all when nobody is named, and to what one after the other."""

    name: str
    whose: Collection[str]
    ahead: Sequence[timedelta]


def settings(house: House, *, short: bool) -> list[Setting]:
    """Of the whole house; of one service; of the workers; of one worker; of PostgreSQL."""
    workers = [name for name in house.members if name.endswith("-worker")]
    dispatch = [name for name in house.members if name.startswith("dispatch-")]
    whole = Setting("the house", (), (HOUR, RIGHT, -HOUR, RIGHT, DAY, RIGHT, -DAY, RIGHT))
    if short:
        return [Setting("the house", (), (DAY, RIGHT, -HOUR, RIGHT)), Setting("workers", workers, (DAY, -DAY, RIGHT))]
    apart = (HOUR, -HOUR, DAY, -DAY, RIGHT)
    return [
        whole,
        Setting("dispatch", dispatch, apart),
        Setting("workers", workers, apart),
        Setting("followup-worker", ["followup-worker"], apart),
        Setting("PostgreSQL", [GROUND], apart),
    ]


async def set_clocks(timed: Timed, setting: Setting) -> list[Verdict]:
    """Each in turn, with work done in between. The crowd is at work."""
    stage, dials = timed.stage, timed.dials
    name, before = f"clocks of {setting.name} set, {stage.ground.kind}", pids(stage)
    late, wrong = list[str](), list[str]()
    async with watched(stage) as window:
        for ahead in setting.ahead:
            dials.turn(ahead, *setting.whose)
            stage.trial.tell(f"{name}: {_told(ahead)}")
            await ready_again(stage)
            await stage.crowd.accepted(8, within=120)
            await _a_step(stage)
            wrong += await _wrong(timed)
            if not setting.whose or ahead == RIGHT:
                late += [f"{_told(ahead)}: {one}" for one in await _late(stage)]
    stage.trial.tell(f"{name}: {window}")
    return [
        only(name, window, UNDERSTOOD | AWAY),
        none_of(f"{name}: clocks that do not show it", wrong),
        none_of(f"{name}: timers missed", late),
        same_processes(name, stage, before),
    ]


async def tokens_end_when_they_should(timed: Timed) -> Verdict:
    """A token for twelve hours is no good a day later, and good again once the clock is right."""
    stage, dials = timed.stage, timed.dials
    stage.house.token_age = RIGHT
    statuses = []
    with stage.house.people() as people:
        operator = people.person("office-9", Role.OPERATOR)
        stage.house.token_age = TOKENS
        for ahead in (RIGHT, DAY, -DAY, RIGHT):
            dials.turn(ahead)
            statuses.append((await operator.get(CASES)).status_code)
    wanted = [200, 401, 401, 200]
    return expect("a token of 12 h, now, a day later, a day before, now", str(wanted), statuses, statuses == wanted)


async def accounts(timed: Timed, name: str) -> list[Verdict]:
    """What the timers did, against what was said; and whether anything took less than no time."""
    stage = timed.stage
    fired = await rows(stage.oracle.url, _FIRED)
    failed = [f"{row['clock_id']}: {row['error']}" for row in await rows(stage.oracle.url, _FAILED)]
    backwards = [f"{row['what']} {row['case_id']}" for row in await rows(stage.oracle.url, _BACKWARDS)]
    said = Counter(
        (one.key, one.payload["round"], one.payload["deadline"], _KINDS[one.type_name])
        for one in await stage.oracle.said()
        if one.type_name in _KINDS
    )
    done = Counter((row["case_id"], row["round"], row["what"], row["step"]) for row in fired)
    places = done.keys() | said.keys()
    wrong = [f"{place}: fired {done[place]}, said {said[place]}" for place in places if done[place] != said[place]]
    return [
        none_of(f"{name}: timers not said once each", wrong, of=len(fired)),
        expect(f"{name}: timers that fired", "> 0", len(fired), len(fired) > 0),
        none_of(f"{name}: timers that failed", failed),
        none_of(f"{name}: steps before what they follow", backwards),
    ]


async def _a_step(stage: Stage) -> None:
    steps = stage.crowd.tally.steps
    await eventually(lambda: stage.crowd.tally.steps > steps, within=120, what="a step of the staff")


async def _wrong(timed: Timed) -> list[str]:
    """Whether the database lives by its dial; that the processes do, the tokens show."""
    (row,) = await rows(timed.stage.oracle.url, "SELECT clock_timestamp() AS now")
    shown = row["now"] - datetime.now(UTC)
    wanted = timed.dials.shown[GROUND]
    return [] if abs(shown - wanted) < timedelta(minutes=5) else [f"PostgreSQL {shown}, asked {wanted}"]


async def _late(stage: Stage) -> list[str]:
    """Timers that the house did not fire although their time is past. While people come without end they may wait."""
    left: list[str] = []

    async def none_left() -> bool:
        left[:] = [f"{row['clock_id']} due {row['next_at']}" for row in await rows(stage.oracle.url, _LATE)]
        return not left

    stage.crowd.pausing = True
    try:
        await eventually(none_left, within=TIMERS_WITHIN, what="all that is due has fired")
    except AssertionError:
        return left
    finally:
        stage.crowd.pausing = False
    return []


def _told(ahead: timedelta) -> str:
    hours = round(ahead.total_seconds() / 3600)
    return f"{hours:+d} h" if hours else "right"


@asynccontextmanager
async def open_timed(trial: Trial, kind: Kind) -> AsyncIterator[Timed]:
    """A house in which every process has a clock of its own. Raises NoDials."""
    name = f"clock-{kind}"
    dials = Dials(trial.folder / name / "clocks")

    def hang(house: House) -> None:
        house.token_age = TOKENS
        for member in house.members.values():
            member.environment.update(dials.environment(member.name))

    async with AsyncExitStack() as held:
        if kind is Kind.EIGHT_KAFKA:
            # Java does not start behind libfaketime. So the broker has the right time, whatever the house's clocks say.
            broker = KafkaBroker(trial.folder / name / "kafka")
            held.push_async_callback(asyncio.to_thread, broker.stop)
            await asyncio.to_thread(broker.start)
            trial = replace(trial, broker=broker)
        with dials.worn(GROUND):
            ground = await held.enter_async_context(open_ground(trial, kind, name))
        stage = await held.enter_async_context(open_house(trial, ground, pace=BUSY, prepare=hang))
        yield Timed(stage, dials)


async def _set_all(trial: Trial) -> list[Verdict]:
    kinds = [Kind.EIGHT_EMBEDDED] if trial.short else [Kind.EIGHT_EMBEDDED, Kind.EIGHT_KAFKA]
    verdicts = []
    for kind in kinds:
        name = f"clocks, {kind}"
        try:
            async with open_timed(trial, kind) as timed:
                async with timed.stage.crowd.at_work():
                    await timed.stage.crowd.accepted(20)
                    for setting in settings(timed.stage.house, short=trial.short):
                        verdicts += await set_clocks(timed, setting)
                verdicts += await timed.stage.check(name)
                verdicts += await accounts(timed, name)
                verdicts.append(await tokens_end_when_they_should(timed))
        except NoDials as error:
            return [not_run("clocks set forward and back", str(error))]
    return verdicts


CLOCK = Scenario("clock", _set_all, "clocks set an hour and a day forward and back, of all and of a part alone")
