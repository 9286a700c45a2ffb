"""How PostgreSQL answers what phones ask, with 3,000 phones and 300,000 items: through an index, whatever is asked."""

from datetime import date, timedelta
from typing import Any

import pytest

from libs.common.security.policy import Scope
from libs.common.web.cursors import PageQuery
from services.intake.devices.domain.items import ItemOutcome
from services.intake.devices.queries import (
    _COUNTS,
    _DUE,
    _GAUGES,
    _KNOWN,
    _OWN,
    _SAME_ITEMS,
    _WAITING,
    _WITH_THOSE_THEY_ARE_PART_OF,
    DeviceFilter,
    devices_statement,
    items_statement,
    receipts_statement,
)
from tests.integration.intake.door import NOW, IntakeDoor
from tests.integration.intake.homes import fill
from tests.support.plans import plan_of

_FILL = (
    """
    INSERT INTO device (device_id, name, staff_id, account, area_code, wrapped, registered_at, last_sync_at, unsent,
                        mark, receipts, version)
    SELECT lpad(n::text, 36, '0'), 'x', 'S-' || n, 'x', '999001101201', '\\x00', '2026-01-01',
           timestamptz '2026-03-01' + n * interval '1 minute', 0, 100, 100, 1 FROM generate_series(1, 3000) AS n
    """,
    """
    INSERT INTO device_item (entry_id, device_id, seq, item_id, holds_place, kind, staff_id, account, area_code, roles,
        begun_at, made_at, base_version, came_at, outcome, code, waits, ended, text_en, text_zh, case_ids, differences,
        receipt, version)
    SELECT lpad(n::text, 36, '0'), lpad((n % 3000 + 1)::text, 36, '0'), n / 3000 + 1, lpad(n::text, 36, '1'), true,
           'visit', 'S-' || n % 3000 + 1, 'x', '999001101201', '{}', '2026-03-01', '2026-03-01', 1,
           timestamptz '2026-01-01' + n * interval '10 seconds',
           CASE WHEN n % 500 = 1 THEN 'held' WHEN n % 500 = 2 THEN 'refused' ELSE 'applied' END, 'x',
           n % 5000 = 1, n % 500 NOT IN (1, 2), '', '', '{}', '[]', n / 3000 + 1, 1
    FROM generate_series(0, 299999) AS n
    """,
    "ANALYZE device, device_item",
)
COUNTY, ONE = Scope("999001"), "0" * 33 + "777"


@pytest.fixture
async def filled(intake: IntakeDoor) -> IntakeDoor:
    await fill(intake, 100, 200, 1000)
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        for statement in _FILL:
            await session.fetch(statement)
    return intake


async def test_whatever_is_asked_goes_through_an_index(filled: IntakeDoor) -> None:
    asked: dict[str, tuple[Any, ...]] = {
        "own": (_OWN, "S-77", "999001", date(2026, 3, 4), date(2026, 3, 11)),
        "known": (_KNOWN, ONE, ["1" * 36], [5]),
        "waiting": (_WAITING, ONE),
        "same": (_SAME_ITEMS, ONE, ["1" * 36]),
        "concerned": (_WITH_THOSE_THEY_ARE_PART_OF, ["0" * 33 + "777"], ["1" * 36]),
        "counts": (_COUNTS, [ONE, "0" * 32 + "1777"]),
        "due": (_DUE, NOW - timedelta(days=5)),
        "receipts": (receipts_statement(ONE, "S-777", 90),),
        "devices": (devices_statement(COUNTY, DeviceFilter(), PageQuery()),),
        "silent": (devices_statement(COUNTY, DeviceFilter(NOW - timedelta(days=2), False, False), PageQuery()),),
        "items": (items_statement(COUNTY, None, PageQuery()),),
        "held": (items_statement(COUNTY, ItemOutcome.HELD, PageQuery()),),
        "gauges": (_GAUGES,),
    }
    costs = {}
    for name, (statement, *parameters) in asked.items():
        plan = await plan_of(filled.service.runtime.work_database, statement, *parameters)
        walked = plan.walked & {"device", "device_item", "household", "visit"}
        assert walked <= ({"device"} if name == "due" else set()), f"{name}\n{plan}"
        costs[name] = plan.rows_read
    assert max(costs.values()) < 5_000, costs
    few = ("known", "waiting", "same", "concerned", "receipts", "devices", "items")
    assert max(costs[name] for name in few) < 300, costs
