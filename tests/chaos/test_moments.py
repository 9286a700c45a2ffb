"""Many steps of a case at one moment, in short: in simulated time, in one process."""

from pathlib import Path

import pytest

from tests.chaos.moments import in_one_moment
from tests.chaos.scenario import Trial
from tests.chaos.verdict import table, untimed


@pytest.mark.timeout(300)
async def test_steps_that_share_a_moment_are_each_counted(tmp_path: Path) -> None:
    verdicts = await in_one_moment(Trial("short", 1, 0.0, tmp_path))
    print(table(verdicts))  # noqa: T201 - told when a test fails
    assert all(one.passed for one in untimed(verdicts))
