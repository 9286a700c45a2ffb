"""Clocks that are set, in short: of the whole house and of its workers, on the embedded bus."""

from pathlib import Path

import pytest

from tests.chaos.outside.clock import accounts, open_timed, set_clocks, settings, tokens_end_when_they_should
from tests.chaos.outside.dials import NoDials, library
from tests.chaos.scenario import Trial
from tests.chaos.stage import Kind
from tests.chaos.verdict import table, untimed


@pytest.mark.timeout(300)
async def test_clocks_that_are_set_miss_no_timer_and_fire_none_twice(tmp_path: Path) -> None:
    try:
        library()
    except NoDials as error:
        pytest.skip(str(error))
    async with open_timed(Trial("short", 1, 0.0, tmp_path), Kind.EIGHT_EMBEDDED) as timed:
        stage, verdicts = timed.stage, []
        async with stage.crowd.at_work():
            await stage.crowd.accepted(10)
            for setting in settings(stage.house, short=True):
                verdicts += await set_clocks(timed, setting)
        verdicts += [*await stage.check("clocks"), *await accounts(timed, "clocks")]
        verdicts.append(await tokens_end_when_they_should(timed))
    print(table(verdicts))  # noqa: T201 - told when a test fails
    assert all(one.passed for one in untimed(verdicts))
