"""How PostgreSQL finds the households of a table: through indexes, of forty thousand."""

import pytest

from services.intake.households.queries import KEPT
from tests.integration.intake.door import NOW, IntakeDoor
from tests.support.plans import plan_of

_FILL = """
    INSERT INTO household (household_id, household_no, status, area_code, area_since, household_class, class_since,
                           kinds, kinds_since, resources, resources_since, every_since, contact_since, muted_since,
                           registered_at, updated_at, version)
    SELECT lpad(n::text, 36, '0'), 'H-' || n, 'registered', '999001' || lpad((100 + n % 20)::text, 3, '0') || '201',
           day, 'resident', day, '{}', day, '{}', day, day, day, day, day, day, 1
    FROM generate_series(1, 40000) AS n, (SELECT date '2026-01-01' AS day) AS days
"""
_FILL_IDENTITIES = """
    INSERT INTO household_identity (household_id, wrapped, phone_index, door_index)
    SELECT lpad(n::text, 36, '0'), '', decode(lpad(to_hex(n), 32, '0'), 'hex'),
           decode(lpad(to_hex(n), 31, '0') || 'd', 'hex')
    FROM generate_series(1, 40000) AS n
"""
ASKED = range(1, 201)


@pytest.fixture
async def filled(intake: IntakeDoor) -> IntakeDoor:
    """Forty thousand households."""
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(_FILL)
        await session.fetch(_FILL_IDENTITIES)
        for table in ("household", "household_identity"):
            await session.fetch(f"ANALYZE {table}")
    return intake


async def test_the_households_of_a_table_are_found_by_their_marks(filled: IntakeDoor) -> None:
    ids = [f"{number:036}" for number in ASKED[:50]]
    numbers = [f"H-{number}" for number in ASKED[50:100]]
    phones = [number.to_bytes(16) for number in ASKED[100:150]]
    doors = [bytes.fromhex(f"{number:031x}d") for number in ASKED[150:]]
    plan = await plan_of(filled.service.runtime.door_database, KEPT, ids, numbers, phones, doors)
    assert plan.rows == len(ASKED)
    assert not plan.walked
    assert plan.rows_read < 6 * len(ASKED)
    assert {"household_no_key", "household_identity_phone_idx", "household_identity_door_idx"} <= plan.indexes
