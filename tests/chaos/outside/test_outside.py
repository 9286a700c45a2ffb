"""What is outside the house, in short, on one house of eight processes whose every line can be spoiled.

The tests follow each other on the same house. How fast it recovers is asked by ``make chaos`` alone.
"""

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from tests.chaos.outside.broker import broker_away, broker_wiped
from tests.chaos.outside.network import FAULTS, Wired, open_wired, spoil
from tests.chaos.outside.postgres import stop_and_start
from tests.chaos.outside.tail import cut_while_away
from tests.chaos.scenario import Trial
from tests.chaos.verdict import Verdict, table, untimed

SEED = 1
SHORT = [fault for fault in FAULTS if fault.name in ("black hole", "cut")]
"""One in which nothing answers, one in which all breaks in the middle."""

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wired(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Wired]:
    async with open_wired(Trial("short", SEED, 0.0, tmp_path_factory.mktemp("outside"))) as wired:
        yield wired


def _all_pass(verdicts: Sequence[Verdict]) -> bool:
    print(table(verdicts))  # noqa: T201 - told when a test fails
    return bool(verdicts) and all(one.passed for one in untimed(verdicts))


async def test_a_postgresql_that_goes_away_under_load_loses_nothing_and_doubles_nothing(wired: Wired) -> None:
    async with wired.stage.crowd.at_work():
        await wired.stage.crowd.accepted(3)
        verdicts = await stop_and_start(wired.stage, rounds=1)
    assert _all_pass([*verdicts, *await wired.stage.check("PostgreSQL away")])


async def test_a_broker_that_goes_away_under_load_loses_nothing_and_doubles_nothing(wired: Wired) -> None:
    async with wired.stage.crowd.at_work():
        await wired.stage.crowd.accepted(3)
        verdicts = await broker_away(wired.stage, 1.0)
    assert _all_pass([*verdicts, *await wired.stage.check("Kafka away")])


async def test_lines_that_are_held_and_cut_lose_nothing_and_double_nothing(wired: Wired) -> None:
    verdicts: list[Verdict] = []
    async with wired.stage.crowd.at_work():
        await wired.stage.crowd.accepted(3)
        for lines in wired.lines:
            verdicts += await spoil(wired.stage, lines, SHORT, short=True)
    assert _all_pass([*verdicts, *await wired.stage.check("lines")])


async def test_a_log_without_its_tail_that_others_fill_again_loses_nothing(wired: Wired) -> None:
    assert _all_pass(await cut_while_away(wired.stage, rounds=1))


async def test_a_broker_that_comes_back_empty_is_filled_again(wired: Wired) -> None:
    async with wired.stage.crowd.at_work():
        await wired.stage.crowd.accepted(3)
        verdicts = await broker_wiped(wired.stage)
    assert _all_pass([*verdicts, *await wired.stage.check("Kafka wiped", in_order=False)])
