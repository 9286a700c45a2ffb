"""The tables are sound by their own constraints."""

import pytest
from asyncpg import IntegrityConstraintViolationError

from tests.integration.intake.door import NOW, IntakeDoor


async def test_the_database_refuses_what_the_code_would_never_write(intake: IntakeDoor) -> None:
    await intake.register()
    for change in (
        "status = 'closed'",
        "closing = 'substantive'",
        "area_code = '999'",
        "round = 0",
        "occurred_at = registered_at + interval '1 s'",
        "source_no = 'x'",
        "title = ''",
    ):
        with pytest.raises(IntegrityConstraintViolationError):
            async with intake.service.runtime.work_database.transaction(NOW) as session:
                await session.fetch(f"UPDATE cases SET {change}")  # noqa: S608
