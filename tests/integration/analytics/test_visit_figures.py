"""Figures of visits as they are asked: those counted by hand, the same for the worker as in the official list."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from libs.common.counters import VisitCounter
from libs.common.database.session import Database
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep
from libs.common.events.households import HouseholdRecorded
from libs.common.events.visit_terms import SlotRule, VisitOutcome, VisitSlot
from libs.common.events.visits import RoundOpened, VisitRecorded
from services.analytics.visits.actions.refold import refold_household
from services.analytics.visits.domain.fact import CountedVisit
from services.analytics.visits.schemas import ShownAs
from tests.integration.analytics.county import application
from tests.integration.analytics.visited import hear_county, hear_visits
from tests.support.histories.visits import PEOPLE, VILLAGES, VisitCounty, at

NOW = datetime(2026, 4, 20, 2, 0, tzinfo=UTC)
MARCH, APRIL = ("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-30")
TOWN = "999001101000"
ROUND = "00000000-0000-4000-8000-00000000000a"
Ask = Callable[[str], AsyncClient]


@pytest.fixture
async def ask(database: Database) -> AsyncIterator[Ask]:
    """A client of whoever a token says."""
    async with AsyncExitStack() as opened:
        app, clients = application(database, NOW), dict[str, AsyncClient]()
        workers = [f"visitor/{TOWN}//{staff_id}" for staff_id in (*PEOPLE, "staff-99")]
        for who in ("leader", "visitor", "integrator", "handler", f"leader/{TOWN}", *workers):
            transport, by = ASGITransport(app), {"Authorization": f"Bearer {who}"}
            client = AsyncClient(transport=transport, base_url="http://test", headers=by)
            clients[who] = await opened.enter_async_context(client)
        yield clients.__getitem__


async def get(client: AsyncClient, what: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/analytics/v1/visits/{what}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def every(client: AsyncClient, what: str, of: str = "items", **query: Any) -> list[dict[str, Any]]:
    """All pages."""
    found, cursor = list[dict[str, Any]](), dict[str, str]()
    while True:
        page = await get(client, what, **query, **cursor, limit=3)
        found += page[of]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def made_in(county: VisitCounty) -> list[tuple[str, CountedVisit]]:
    """By household each visit that is not void."""
    return [
        (household_id, visit)
        for household_id, history in county.households.items()
        if (fact := refold_household(household_id, history)) is not None
        for _, visit in fact.made()
    ]


def days(month: tuple[str, str]) -> dict[str, str]:
    return {"from_day": month[0], "until_day": month[1]}


@pytest.mark.parametrize("seed", [4, 11, 12])
async def test_the_workers_figure_is_the_official_figure(database: Database, ask: Ask, seed: int) -> None:
    """With households that change hands, corrections, duplicates and voids in it; and both are those of the records."""
    county = await hear_county(database, seed, households=8)
    made = made_in(county)
    compared = 0
    for staff_id in PEOPLE:
        mine = await get(ask(f"visitor/{TOWN}//{staff_id}"), "mine", staff_id="staff-99")
        assert mine["staff_id"] == staff_id
        assert [month["month"] for month in mine["months"]] == ["2026-05", "2026-04"], "the place's begin on the 19th"
        for told in mine["months"]:
            first, last = (date.fromisoformat(told[name]) for name in ("from_day", "until_day"))
            theirs = [
                (household_id, visit)
                for household_id, visit in made
                if staff_id in visit.staff_ids and first <= visit.day <= last and not visit.duplicate
            ]
            assert told["visits"] == len(theirs)
            reached = {one for one, visit in theirs if visit.outcome in (VisitOutcome.REACHED, VisitOutcome.REFUSED)}
            assert told["households_reached"] == len(reached)
            span = days((told["from_day"], told["until_day"]))
            rows = {row["staff_id"]: row for row in await every(ask("leader"), "people", "rows", **span)}
            row = rows.get(staff_id)
            if row is None:
                assert (told["visits"], told["duplicates"]) == (0, 0)
                continue
            for name in ("visits", "households_reached", "duplicates", "on_the_spot", "coverage"):
                assert told[name] == row[name]
            compared += 1
    assert compared


async def test_each_number_opens_into_what_it_is_made_of(database: Database, ask: Ask) -> None:
    await hear_county(database, 11, households=8)
    leader, both = ask("leader"), {"from_day": MARCH[0], "until_day": APRIL[1]}
    filters: list[dict[str, str]] = [{}, {"area_code": TOWN}, {"staff_id": PEOPLE[0]}, {"staff_id": PEOPLE[1]}]
    teams = [row["of"] for row in (await get(leader, "counts", by="team", **both))["rows"]]
    filters += [{"team_id": team_id} for team_id in teams]
    filters += [{"round_id": "00000000-0000-4000-8000-000000000000"}]
    for narrowed in filters:
        whole = (await get(leader, "counts", **both, **narrowed))["whole"]["counts"]
        for counter in VisitCounter:
            opened = await every(leader, "behind", counter=counter.value, **both, **narrowed)
            assert sum(int(one["amount"]) for one in opened) == whole[counter.value]
            assert len({one["visit_id"] for one in opened}) == len(opened)
    for thing in ("material", "topic", "finding", "quantity"):
        rows = await every(leader, "things", "rows", thing=thing, **both)
        assert rows
        for row in rows:
            number = {"thing": thing, "code": row["code"], "unit": row["unit"]}
            opened = await every(leader, "behind", **number, **both)
            assert round(sum(float(one["amount"]) for one in opened), 3) == float(row["amount"])


async def test_rows_add_up_and_pages_hold_each_once(database: Database, ask: Ask) -> None:
    await hear_county(database, 12, households=8)
    leader, both = ask("leader"), {"from_day": MARCH[0], "until_day": APRIL[1]}
    whole = (await get(leader, "counts", **both))["whole"]["counts"]
    for by in ("area", "day"):
        rows = await every(leader, "counts", "rows", by=by, **both)
        assert {name: sum(row["counts"][name] for row in rows) for name in whole} == whole
        assert len({row["of"] for row in rows}) == len(rows)
    found = await get(leader, "people", **both)
    assert found["visits"] == whole["visits"]
    assert found["visits_each"]["numerator"] == whole["visits"]
    assert found["visits_each"]["denominator"] == found["people"]


@pytest.mark.parametrize("view", ["then", "now"])
async def test_coverage_opens_into_households(database: Database, ask: Ask, view: str) -> None:
    county = await hear_county(database, 4, households=12)
    leader = ask("leader")
    for round_id in county.rounds:
        about = {"round_id": round_id, "view": view}
        whole = (await get(leader, "coverage", **about))["whole"]
        for shown_as in ShownAs:
            opened = await every(leader, "coverage/households", shown_as=shown_as.value, **about)
            assert len(opened) == whole[shown_as.value]
        for by in ("area", "class", "person"):
            rows = await every(leader, "coverage", "rows", by=by, **about)
            for name in ("households", "visited", "reached", "refused", "by_phone", "untried", "late"):
                assert sum(row[name] for row in rows) == whole[name]
        for row in await every(leader, "coverage", "rows", by="person", **about):
            who = {"without_contact": True} if row["of"] is None else {"staff_id": row["of"]}
            assert len(await every(leader, "coverage/households", **who, **about)) == row["households"]
        for row in await every(leader, "coverage", "parts", by="team", **about):
            opened = await every(leader, "coverage/households", team_id=row["of"], **about)
            assert len(opened) == row["share"]["numerator"]
            assert row["share"]["denominator"] == whole["households"]
        for row in await every(leader, "coverage", "parts", by="purpose", **about):
            opened = await every(leader, "coverage/households", purpose=row["of"], **about)
            assert len(opened) == row["share"]["numerator"]


def small_round(households: int, visited: int) -> list[Any]:
    """A round of so many households, of which so many were visited."""
    day = date(2026, 4, 2)
    opened = RoundOpened(
        occurred_at=at(day, 1),
        round_id=ROUND,
        name="二季度走访",
        area_code=TOWN,
        begins_on=day,
        ends_on=date(2026, 4, 30),
        classes=(HouseholdClass.RESIDENT,),
        gap_days=0,
        slots=SlotRule.ANY,
    )
    told: list[Any] = [opened]
    for number in range(households):
        household_id = f"household-{number:05}"
        told.append(
            HouseholdRecorded(
                occurred_at=at(day, 0),
                household_id=household_id,
                version=1,
                step=HouseholdStep.REGISTER,
                holds_from=day,
                changed=(HouseholdFact.AREA_CODE, HouseholdFact.HOUSEHOLD_CLASS),
                area_code=VILLAGES[0],
                household_class=HouseholdClass.RESIDENT,
            )
        )
        if number < visited:
            told.append(
                VisitRecorded(
                    occurred_at=at(day, 9),
                    household_id=household_id,
                    visit_id=f"visit-{number:05}",
                    version=1,
                    day=day,
                    started_at=at(day, 8),
                    ended_at=at(day, 8),
                    recorded_at=at(day, 9),
                    slot=VisitSlot.DAY,
                    outcome=VisitOutcome.REACHED,
                    area_code=VILLAGES[0],
                    staff_ids=(PEOPLE[number % 3],),
                    rounds=(ROUND,),
                )
            )
    return told


async def test_a_share_below_the_whole_never_prints_as_all(database: Database, ask: Ask) -> None:
    told = small_round(1_300, 1_299)
    await hear_visits(database, [told])
    found = await get(ask("leader"), "coverage", round_id=ROUND)
    assert found["whole"]["visited_share"] == {"numerator": 1_299, "denominator": 1_300, "text": "99.9 %"}
    people = await get(ask("leader"), "people", from_day="2026-04-01", until_day="2026-04-30")
    assert people["visits_each"] == {"numerator": 1_299, "denominator": 3, "text": "433.00"}


async def test_who_may_ask_what(database: Database, ask: Ask) -> None:
    await hear_visits(database, [small_round(3, 2)])

    async def status(who: str, what: str, **query: str) -> int:
        return (await ask(who).get(f"/analytics/v1/visits/{what}", params=query)).status_code

    for what in ("people", "counts", "things", "behind"):
        assert await status("leader", what) == 200
        assert await status("visitor", what) == 403
    assert await status("leader", "coverage", round_id=ROUND) == 200
    assert await status(f"leader/{TOWN}", "coverage", round_id=ROUND) == 200
    assert await status(f"leader/{TOWN}", "people", area_code="999001102000") == 404
    assert await status("leader", "coverage", round_id=ROUND.replace("a", "b")) == 404
    assert await status("visitor", "mine") == 403
    assert await status("integrator", "mine") == 403
    found = await get(ask(f"visitor/{TOWN}//staff-99"), "mine")
    assert [month["visits"] for month in found["months"]] == [0, 0]


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("people", {"from_day": "2026-04-02", "until_day": "2026-04-01"}),
        ("people", {"from_day": "2024-04-02", "until_day": "2026-04-01"}),
        ("counts", {"staff_id": "staff-1", "team_id": ROUND}),
        ("counts", {"by": "team", "staff_id": "staff-1"}),
        ("coverage", {"round_id": ROUND, "by": "class", "staff_id": "staff-1"}),
        ("coverage", {"round_id": "round"}),
        ("coverage", {"round_id": ROUND, "cursor": "abc"}),
        ("behind", {"thing": "material"}),
        ("behind", {"counter": "visits", "thing": "material", "code": "leaflet"}),
        ("things", {"thing": "gift"}),
    ],
)
async def test_what_makes_no_sense_is_refused(database: Database, ask: Ask, what: str, query: dict[str, str]) -> None:
    await hear_visits(database, [small_round(1, 1)])
    answer = await ask("leader").get(f"/analytics/v1/visits/{what}", params=query)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
