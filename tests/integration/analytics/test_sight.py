"""Figures of now: for the place everything, for a town all but what no row below the place shows, for others none."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient

from libs.common.database.session import Database
from libs.common.events import cases
from libs.common.events.base import Event
from tests.integration.analytics.county import NOW, application, hear
from tests.integration.analytics.test_county_page import seen
from tests.integration.analytics.test_figures import TANG_WU, called_back, get
from tests.support.histories import numbered

TOWN, OTHER_TOWN = "999001101000", "999001102000"
Ask = Callable[[str], AsyncClient]


@pytest.fixture
async def ask(database: Database) -> AsyncIterator[Ask]:
    """A client of whoever a token says."""
    async with AsyncExitStack() as opened:
        clients = {}
        app = application(database)
        for who in (
            *("leader", "supervisor", "auditor", f"leader/{TOWN}", f"supervisor/{TOWN}", f"leader/{TANG_WU}"),
            *(f"handler/{TANG_WU}/V-{TANG_WU}", "integrator", f"leader/{TOWN}/T-999001101", f"leader/{OTHER_TOWN}"),
        ):
            transport, by = ASGITransport(app), {"Authorization": f"Bearer {who}"}
            client = AsyncClient(transport=transport, base_url="http://test", headers=by)
            clients[who] = await opened.enter_async_context(client)
        yield clients.__getitem__


def unlisted(events: list[Event], **about: Any) -> list[Event]:
    return [event.model_copy(update=about) if isinstance(event, cases.CaseRegistered) else event for event in events]


@pytest.fixture
async def told(database: Database) -> list[Event]:
    """Ten cases of one village; of the last three one is confidential, one is about its committee, one is both."""
    events: list[Event] = []
    for n in range(10):
        life = called_back(n, TANG_WU, "T-999001101", solved=n % 2 == 0)
        about: dict[str, Any] = {"confidential": n in (7, 9)} | (
            {"accused_unit": f"V-{TANG_WU}"} if n in (8, 9) else {}
        )
        events += unlisted(life, **about)
    await hear(database, numbered(events))
    return events


async def counted(client: AsyncClient, **query: str) -> dict[str, int]:
    found = await get(client, "figures/counts", period="year", basis="registered", **query)
    return {row["key"]: row["counts"]["registered"] for row in found["rows"]} | {"": found["total"]["registered"]}


@pytest.mark.usefixtures("told")
async def test_the_place_sees_all_and_a_town_all_but_what_is_unlisted(ask: Ask) -> None:
    for who in ("leader", "supervisor", "auditor"):
        assert await counted(ask(who), by="area") == {TOWN: 10, "": 10}
        assert (await get(ask(who), "figures"))["suppressed"] is False
    for who in (f"leader/{TOWN}", f"supervisor/{TOWN}", f"leader/{TOWN}/T-999001101"):
        for by in ("area", "unit", "category", "kind", "day"):
            assert set((await counted(ask(who), by=by)).values()) == {7}, (who, by)
        answer = await get(ask(who), "figures", measure="resolution", period="year")
        assert answer["rates"][0]["micro"]["denominator"] == 7
        assert (answer["suppressed"], answer["reason_zh"][:6]) == (True, "不含不分列件")
    assert await counted(ask(f"leader/{OTHER_TOWN}"), by="area") == {"": 0}


@pytest.mark.usefixtures("told")
async def test_lists_cases_durations_and_changes_leave_out_the_same(ask: Ask) -> None:
    town, place = ask(f"leader/{TOWN}"), ask("leader")
    for path, query in (
        ("figures/cases", {"counter": "registered", "period": "year"}),
        ("cases", {}),
    ):
        whole, part = [(await get(client, path, **query))["items"] for client in (place, town)]
        ids = {UUID(case["case_id"]).int for case in whole}
        assert {UUID(case["case_id"]).int for case in part} == ids - {7, 8, 9}
    for n, status in ((1, 200), (7, 404), (8, 404), (9, 404)):
        assert (await town.get(f"/analytics/v1/cases/{UUID(int=n)}")).status_code == status
        assert (await place.get(f"/analytics/v1/cases/{UUID(int=n)}")).status_code == 200
    changes = {"counter": "registered", "period": "year", "basis": "registered", "since_day": "2026-06-01"}
    found = await get(town, "figures/changes", **changes)
    assert (found["before"], found["after"], len(found["items"])) == (0, 7, 7)
    durations = await get(town, "figures", measure="hours_to_close", period="year")
    assert durations["durations"][0]["total"]["entries"] == 4
    assert (await get(place, "figures", measure="hours_to_close", period="year"))["durations"][0]["total"][
        "entries"
    ] == 5


@pytest.mark.usefixtures("told")
async def test_an_answer_of_the_past_leaves_out_the_same(ask: Ask) -> None:
    town = ask(f"leader/{TOWN}")
    cut = (await get(town, "figures/counts", period="year", basis="registered"))["cut"]
    assert (await counted(town, cut=cut))[""] == 7
    assert (await counted(ask("leader"), cut=cut))[""] == 10


@pytest.mark.usefixtures("told")
async def test_a_village_leader_is_shown_no_more_than_its_clerk(ask: Ask) -> None:
    for who in (f"leader/{TANG_WU}", f"handler/{TANG_WU}/V-{TANG_WU}", "integrator"):
        for path in ("figures", "figures/counts", "figures/cases?counter=registered", "cases", f"cases/{UUID(int=1)}"):
            answer = await ask(who).get(f"/analytics/v1/{path}")
            assert answer.status_code == 403, (who, path)
        published = await ask(who).get("/analytics/v1/publications")
        assert published.status_code == (403 if who == "integrator" else 200)
        page = await ask(who).get("/analytics/county")
        assert page.status_code == (403 if who == "integrator" else 200)
    assert "尚无公布数据" in seen((await ask(f"leader/{TANG_WU}").get("/analytics/county")).text)


@pytest.mark.usefixtures("told")
async def test_whoever_may_not_open_a_case_is_told_its_days(ask: Ask) -> None:
    for path in ("cases", "figures/cases?counter=registered&period=year", f"cases/{UUID(int=1)}"):
        by_leader, by_supervisor = [
            (await ask(who).get(f"/analytics/v1/{path}")).json() for who in ("leader", "supervisor")
        ]
        days = [one["registered_at"] for one in by_leader.get("items", [by_leader])]
        moments = {one["registered_at"] for one in by_supervisor.get("items", [by_supervisor])}
        assert set(days) == {"2026-06-07T16:00:00Z"}
        assert {datetime.fromisoformat(moment) for moment in moments} == {NOW - timedelta(days=2)}
