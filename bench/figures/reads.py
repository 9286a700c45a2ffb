"""How long lists, work queues and figures take at a stock, through HTTP, asked one after the other.

Each question is asked many times with other places, units, days and pages; the slowest question's p95 is what is said.
All are asked once of a database that was copied a moment before, of which little is in memory, and then, with others
again, in each run, of a house that was asked before. The first is told; what is promised is the second, and of a
question's p95s in all runs the median.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random

from bench.drive.database import rows
from bench.drive.house import DEMO_PACK, House, Kind
from bench.figure import Context, Figure, FigureOptions, below, median
from bench.questions import Gaps, Group, Question, all_questions
from huiyin.office.people import People
from libs.common.pack.loader import load_pack

_ASKED_MS = 50.0
_SHARE = 0.95
_WORST_TOLD = 3
# Spread over the whole time of a stock, whatever order the table is in.
_SOME_CASES = "SELECT case_id FROM intake.cases TABLESAMPLE SYSTEM (0.2) LIMIT 1000"


async def run(context: Context) -> list[Figure]:
    """``lists_p95_ms``, ``queues_p95_ms`` and ``figures_p95_ms``; the same as ``..._from_disk_p95_ms``."""
    cases = max(context.stocks)
    if not cases:
        raise ValueError("reads asks about cases that are there: give it a stock, for example --stocks 20000")
    url = await context.ground.database(cases)
    try:
        async with context.ground.house(Kind.EIGHT_EMBEDDED, url) as house:
            chance = Random(context.seed)  # noqa: S311 - nothing here is secret
            gaps = Gaps(load_pack(DEMO_PACK), datetime.now(UTC), await some_cases(url), chance)
            often = 6 if context.quick else 40
            first = p95s([await ask_all(house, gaps, often)])
            then = p95s([await ask_all(house, gaps, often) for _ in range(context.runs)])
    finally:
        await context.ground.drop(url)
    return [
        *(_figure(f"{group}_p95_ms", below(_ASKED_MS), _worst(group, then), cases) for group in Group),
        *(_figure(f"{group}_from_disk_p95_ms", None, _worst(group, first), cases) for group in Group),
    ]


async def some_cases(url: str) -> list[str]:
    """Ids of cases of any age."""
    return [row["case_id"] for row in await rows(url, _SOME_CASES)]


async def ask_all(house: House, gaps: Gaps, times: int) -> dict[Question, list[float]]:
    """Milliseconds that each answer took, by question."""
    with house.people() as people:
        return {question: await _ask(people, question, gaps, times) for question in all_questions()}


async def _ask(people: People, question: Question, gaps: Gaps, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        asker = gaps.asker(question)
        reader = people.person(f"reader-{asker.role}", asker.role, unit=asker.unit, area=asker.area)
        path = gaps.fill(question)
        began = time.perf_counter()
        answer = await reader.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        if not answer.is_success:
            raise ValueError(f"{path}: {answer.status_code} {answer.text[:200]}")
    return taken


def p95(times: Sequence[float]) -> float:
    """The time within which 95 of 100 answers came."""
    return sorted(times)[int(_SHARE * (len(times) - 1))]


def p95s(runs: Sequence[Mapping[Question, Sequence[float]]]) -> dict[Question, float]:
    """By question, the median of the runs."""
    return {question: median([p95(run[question]) for run in runs]) for question in runs[0]}


def _worst(group: Group, times: Mapping[Question, float]) -> list[tuple[float, str]]:
    """Every question's p95, the slowest first."""
    return sorted(
        ((taken, str(question)) for question, taken in times.items() if question.group is group), reverse=True
    )


def _figure(name: str, asked: FigureOptions | None, worst: Sequence[tuple[float, str]], cases: int) -> Figure:
    told = "; ".join(f"{milliseconds:.0f} ms {question}" for milliseconds, question in worst[:_WORST_TOLD])
    baseline = f"{len(worst)} questions at {cases} cases, the slowest counts"
    return Figure(name, asked, worst[0][0], "ms", baseline, told)
