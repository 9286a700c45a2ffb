"""A clerk of a village reads for a year all that he may, and cannot tell what came in about his committee."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient

from libs.common.database.session import Database
from libs.common.database.stored_packs import refresh_shelf
from libs.common.events.cases import CaseRegistered
from libs.common.events.terms import Channel, Kind, Urgency
from libs.common.pack.directory import Directory
from libs.common.pack.loader import document, from_document
from libs.common.time.clock import SimulatedClock
from libs.common.time.periods import Period, PeriodKind, period
from services.analytics.main import SPEC
from services.analytics.publications import actions
from services.analytics.publications.domain import CountedArea, PublishedCounts
from services.analytics.publications.queries import registered_by_area, unlisted_registered
from tests.integration.analytics.county import COUNTY, PACK, Tokens, application, hear, in_batches
from tests.support import service
from tests.support.attacker import Attacker
from tests.support.histories import Told, numbered

SMALLEST = 5
RULES = Directory(PACK).period_rules()
TOWNS = tuple(f"9990011{n:02}000" for n in range(1, 7))
VILLAGES = tuple(f"{town[:9]}2{n:02}" for town in TOWNS for n in range(1, 6))
VILLAGE, COMMITTEE = VILLAGES[0], f"V-{VILLAGES[0]}"
FIRST = datetime(2025, 7, 7, 2, tzinfo=UTC)
"""A Monday; a day begins at noon, a month on the 19th."""
WEEKS = 52
CLERK = f"handler/{VILLAGE}/{COMMITTEE}"


def registered(number: int, area_code: str, moment: datetime, **about: Any) -> CaseRegistered:
    return CaseRegistered(
        occurred_at=moment,
        case_id=str(UUID(int=number)),
        case_no=f"NO-{number}",
        channel=Channel.VISIT,
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        category_code="0502",
        area_code=area_code,
        title="账目",
        text="账目不公开",
        pack_version=1,
        registered_at=moment,
        **about,
    )


def year(seed: int, weeks: int, quiet: str = TOWNS[3], least: int = 0) -> Iterator[CaseRegistered]:
    """Some twenty cases a week and town, and in one town hardly any."""
    rng, number = random.Random(seed), 0
    for week in range(weeks):
        for village in VILLAGES:
            most = 1 if village[:9] == quiet[:9] and rng.random() < 0.4 else 9
            for _ in range(rng.randint(least, most)):
                number += 1
                at = FIRST + timedelta(weeks=week, hours=rng.randrange(24 * 7 - 1))
                yield registered(number, village, at)


async def settle(database: Database, kind: str) -> None:
    """A county of six towns with five villages each, that publishes."""
    plain = document(PACK) | {"figures": {"published": kind, "smallest_cell": SMALLEST}}
    have = {area["code"] for area in plain["areas"]}
    plain["areas"] += [
        {"code": code, "name": code, "name_en": "", "level": level, "parent": parent}
        for level, codes in (("town", TOWNS), ("village", VILLAGES))
        for code in codes
        for parent in [COUNTY if level == "town" else f"{code[:9]}000"]
        if code not in have
    ]
    plain["areas"] = [area for area in plain["areas"] if area["level"] == "county" or area["code"] in TOWNS + VILLAGES]
    version = database.packs.newest + 1
    await hear(
        database,
        [Told("dispatch", version, service.published(from_document(plain), version, FIRST - timedelta(days=100)))],
    )
    await refresh_shelf(database)


async def register(database: Database, events: Iterable[CaseRegistered]) -> None:
    for batch in in_batches(numbered(list(events)), 500):
        await hear(database, batch)


async def publish(database: Database, now: datetime) -> None:
    runtime = service.runtime_of(SPEC, database, clock=SimulatedClock(now), verifier=Tokens())
    while await actions.publish_next(runtime):
        pass


def client_at(database: Database, now: datetime, who: str) -> AsyncClient:
    transport, by = ASGITransport(application(database, now)), {"Authorization": f"Bearer {who}"}
    return AsyncClient(transport=transport, base_url="http://test", headers=by)


QUESTIONS = (
    "/analytics/v1/publications?limit=100",
    "/analytics/county",
    "/analytics/county?lang=en",
    f"/analytics/county?area_code={VILLAGE}",
    f"/analytics/county?area_code={TOWNS[0]}",
    f"/analytics/v1/figures?area_code={VILLAGE}&period=year",
    "/analytics/v1/figures/counts?by=area&period=day",
    "/analytics/v1/figures/changes?counter=registered&since_day=2026-01-01",
    "/analytics/v1/figures/cases?counter=registered",
    "/analytics/v1/cases",
    "/analytics/county/cases?counter=registered",
    "/analytics/county/open",
)


async def everything(database: Database, now: datetime) -> dict[str, tuple[int, str]]:
    """All that the clerk gets, whatever he asks."""
    found = {}
    async with client_at(database, now, CLERK) as client:
        for question in QUESTIONS:
            answer = await client.get(question)
            said = answer.text if answer.status_code == 200 else json.dumps(answer.json().get("type"))
            found[question] = answer.status_code, said
    return found


async def publications(database: Database, now: datetime, who: str = CLERK) -> list[dict[str, Any]]:
    async with client_at(database, now, who) as client:
        items: list[dict[str, Any]] = (await client.get(QUESTIONS[0])).json()["items"]
        return items


ABOUT_HIM: tuple[dict[str, Any], ...] = (
    {"accused_unit": COMMITTEE},
    {"confidential": True},
    {"accused_unit": COMMITTEE, "confidential": True},
)
END = FIRST + timedelta(weeks=WEEKS, days=3)


@pytest.mark.parametrize("about", ABOUT_HIM)
async def test_a_complaint_about_his_committee_changes_no_byte_of_what_a_clerk_sees(
    database: Database, about: dict[str, Any]
) -> None:
    """Everything that he can ask in the weeks around it: with the complaint, and as if it had never come in."""
    await settle(database, "week")
    await register(database, year(1, 4))
    seen = []
    for came in (False, True):
        if came:
            await register(database, [registered(10**6, VILLAGE, FIRST + timedelta(weeks=3, days=2), **about)])
        async with database.transaction(END) as session:
            await session.fetch("DELETE FROM publication RETURNING 1")
        seen.append(await everything(database, FIRST + timedelta(weeks=3, days=5)))
        await publish(database, FIRST + timedelta(weeks=5))
        seen.append(await everything(database, FIRST + timedelta(weeks=5)))
    before, published_before, after, published_after = seen
    assert before == after
    assert published_before == published_after
    assert [status for status, _ in published_after.values()] == [200, *[200] * 4, *[403] * 7]
    (newest, *_) = json.loads(published_after[QUESTIONS[0]][1])["items"]
    assert newest["registered"]["count"] > 0


async def test_counting_what_is_not_listed_would_be_seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same look, had nobody thought of it."""

    async def all_of_them(*asked: Any) -> dict[str, int]:
        found = await registered_by_area(*asked)
        return found | {VILLAGE: found.get(VILLAGE, 0) + await unlisted_registered(*asked)}

    monkeypatch.setattr(actions, "registered_by_area", all_of_them)
    await settle(database, "week")
    await register(database, year(1, 4))
    seen = []
    for about in ({}, ABOUT_HIM[2]):
        if about:
            await register(database, [registered(10**6, VILLAGE, FIRST + timedelta(weeks=3, days=2), **about)])
        async with database.transaction(END) as session:
            await session.fetch("DELETE FROM publication RETURNING 1")
        await publish(database, FIRST + timedelta(weeks=5))
        seen.append(await everything(database, FIRST + timedelta(weeks=5)))
    assert seen[0] != seen[1]


def learn(attacker: Attacker, items: Iterable[dict[str, Any]]) -> int:
    """All sums that publications tell, over days and towns; gives how many had rows."""
    with_rows = 0
    for one in items:
        first, last = (date.fromisoformat(one[day]) for day in ("first_day", "last_day"))
        days = [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]
        if one["registered"]["count"] is not None:
            attacker.learn([(day, town) for day in days for town in TOWNS], one["registered"]["count"])
        for row in one["rows"] or ():
            attacker.learn([(day, row["key"]) for day in days], row["count"])
        with_rows += bool(one["rows"])
    return with_rows


async def test_a_year_of_weeks_tells_no_small_number(database: Database) -> None:
    await settle(database, "week")
    await register(database, year(2, WEEKS))
    attacker, shown = Attacker(), set()
    for week in range(2, WEEKS + 2):
        now = FIRST + timedelta(weeks=week)
        await publish(database, now)
        items = await publications(database, now)
        shown |= {json.dumps(one, sort_keys=True) for one in items}
    assert len(shown) == len(items) >= WEEKS - 1, "what was published once never changes"
    with_rows = learn(attacker, items)
    assert 0 < with_rows < len(items)
    assert list(attacker.small(SMALLEST)) == []


def cell_by_cell(place: CountedArea, smallest_cell: int) -> PublishedCounts:
    rows = {part.code: part.count for part in place.parts if part.count >= smallest_cell}
    return PublishedCounts(place.count, rows)


async def test_leaving_out_small_rows_alone_would_be_worked_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "published", cell_by_cell)
    await settle(database, "week")
    await register(database, year(2, 12))
    await publish(database, FIRST + timedelta(weeks=14))
    attacker = Attacker()
    learn(attacker, await publications(database, FIRST + timedelta(weeks=14)))
    assert any({town for _, town in one.cells} == {TOWNS[3]} for one in attacker.small(SMALLEST))


async def test_periods_that_overlap_would_be_worked_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight days less the week in them are a Sunday of a town."""

    def next_one(_kind: PeriodKind, _last: date, _rules: object) -> Period:
        return spans.pop(0)

    monkeypatch.setattr(actions, "following", next_one)
    await settle(database, "week")
    await register(database, year(2, 12, quiet="nowhere", least=4))
    weeks = [period(PeriodKind.WEEK, date(2025, 7, 14) + timedelta(weeks=n), RULES) for n in range(1, 11)]
    longer = [replace(week, first=week.first - timedelta(days=1)) for week in weeks]
    spans = [one for span in (*weeks, *longer) for one in (span, span)]
    spans.append(period(PeriodKind.WEEK, date(2027, 1, 1), RULES))
    await publish(database, FIRST + timedelta(weeks=20))
    attacker = Attacker()
    assert learn(attacker, await publications(database, FIRST + timedelta(weeks=20))) > len(weeks)
    assert any(len({town for _, town in one.cells}) == 1 for one in attacker.small(SMALLEST))
