"""A full disk under PostgreSQL, in short: that of its data and that of its log, in the house of one process."""

from pathlib import Path

import pytest

from tests.chaos.outside.disk import fill, open_filled
from tests.chaos.outside.room import can_mount
from tests.chaos.scenario import Trial
from tests.chaos.stage import Kind
from tests.chaos.verdict import table, untimed


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", ["data", "log"])
async def test_a_full_disk_refuses_clearly_loses_nothing_and_needs_nobody(tmp_path: Path, what: str) -> None:
    why_not = can_mount(tmp_path / "room")
    if why_not is not None:
        pytest.skip(why_not)
    async with open_filled(Trial("short", 1, 0.0, tmp_path), Kind.ONE, what) as filled:
        async with filled.stage.crowd.at_work():
            await filled.stage.crowd.accepted(3)
            verdicts = await fill(filled, 1.0)
        verdicts += await filled.stage.check(filled.name)
    print(table(verdicts))  # noqa: T201 - told when a test fails
    assert all(one.passed for one in untimed(verdicts))
