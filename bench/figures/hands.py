"""What it costs where several hands are on one matter: lists, boards, letters, requests and sums at 50,000 open tasks.

They are laid beside the largest stock of cases, in a database that stays in a folder that is kept: the next run finds
them there. Where the folder holds the county of the visits beside as many cases, they are laid there. One connection,
one question after the other, of other units and cases each time; the slowest question's p95 is what is said. Beside
each stands the best that was seen of it, with the processor time of the door and of PostgreSQL; beside all what a bare
route with one row takes in the same run.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from bench.drive.database import rows
from bench.drive.house import House, Kind
from bench.drive.made_up import villages_of
from bench.figure import Context, Figure
from bench.figures.visits import VISITED_COUNTY, home_of, pack_of
from bench.hand_questions import Accounts, Hands, Known, all_questions
from bench.stock.hands import lay_hands
from bench.timing import ask_all, beside, slowest
from libs.common.pack.schema import UnitLevel

OPEN_TASKS = 50_000
_QUICK_CASES, _QUICK_TASKS = 2_000, 60
_KNOWN = """
    SELECT case_id, call.unit_code AS unit, call.street_unit AS street, call.responsible_staff AS staff_id, letter_id
    FROM dispatch.call JOIN dispatch.letter USING (case_id)
    WHERE call.status IN ('called', 'on_the_way', 'arrived') AND letter.ended_at IS NULL
        AND letter.to_unit = call.unit_code
    ORDER BY md5(case_id) LIMIT 1000
"""
_OPEN = """
    SELECT (SELECT count(*) FROM dispatch.task WHERE status IN ('given', 'signed'))
        + (SELECT count(*) FROM dispatch.call WHERE status IN ('called', 'on_the_way', 'arrived'))
        + (SELECT count(*) FROM dispatch.letter WHERE status NOT IN ('accepted', 'withdrawn')) AS tasks,
        (SELECT count(DISTINCT unit_code) FROM dispatch.call) AS units,
        (SELECT count(*) FROM dispatch.request WHERE state = 'pending') AS requests
"""


async def run(context: Context) -> list[Figure]:
    """``hands_lists_p95_ms`` and ``hands_figures_p95_ms``."""
    cases = _QUICK_CASES if context.quick else max(context.stocks)
    if not cases:
        raise ValueError("hands lays tasks on cases that are there: give it a stock, for example --stocks 20000")
    url = await context.ground.lived_in(f"hands_{cases}", cases, home_of(VISITED_COUNTY, cases))
    pack = pack_of(villages_of(VISITED_COUNTY))
    async with context.ground.house(Kind.EIGHT_EMBEDDED, url, pack) as house:
        towns = [unit.code for unit in pack.units if unit.level is UnitLevel.TOWN]
        others = [unit.code for unit in pack.units if unit.level is UnitLevel.DEPARTMENT]
        await lay_hands(url, [*others, *towns], towns, _QUICK_TASKS if context.quick else OPEN_TASKS)
        (there,) = await rows(url, _OPEN)
        at = f"{cases} cases, {there['tasks']} open tasks of {there['units']} units, {there['requests']} requests"
        context.say(at)
        return await _measure(context, house, [Known(**row) for row in await rows(url, _KNOWN)], at)


async def _measure(context: Context, house: House, known: Sequence[Known], at: str) -> list[Figure]:
    often = 5 if context.quick else 40
    chance = Random(context.seed)  # noqa: S311 - nothing here is secret
    with house.people(timeout=120.0) as people:
        accounts = Accounts(people.person("nobody").send, house.token)
        hands = Hands(accounts, known, datetime.now(UTC), chance)
        taken = {
            name: await ask_all(house, questions, often, context.say)
            for name, questions in all_questions(hands).items()
        }
    one = await beside(house, known[0].case_id, often)
    return [slowest(f"hands_{name}_p95_ms", told, at, one) for name, told in taken.items()]
