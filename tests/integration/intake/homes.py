"""What the tests of households do: people in office, households, and what is told of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from libs.common.events.base import Event
from libs.common.events.directory import PackPublished, RecordedTerm, StaffRecorded
from libs.common.events.households import HouseholdRecorded
from libs.common.pack.schema import PhoneRules
from libs.common.security.principal import Role
from libs.common.sheets import csv_of
from tests.integration.intake.door import COUNTY, NOW, VILLAGE, IntakeDoor
from tests.support.service import PACK, published

HOUSEHOLDS = "/intake/v1/households"
HEADINGS = (
    *("户编号", "区域", "户类别", "重点户", "群众资源", "走访频次", "包保人"),
    *("户主", "电话", "门牌", "家庭成员", "自", "另户", "户编码"),
)
WHY = "核实今晚走访的住户地址"
WHO = {"head": "欧阳金丝雀", "phone": "13812345678", "door": "三组15号"}
VILLAGE_UNIT, SUPERVISION = "V-999001101201", "S-GOV"


TABLE_ROW = {
    "户编号": "H-1",
    "区域": "东坡村",
    "户类别": "外出务工",
    "重点户": "老党员、well_off",
    "群众资源": "农机",
    "走访频次": "每月",
    "包保人": "干部1",
    "户主": "欧阳金丝雀",
    "电话": "138 1234 5678",
    "门牌": "三组15号",
    "家庭成员": "欧阳小雀、Anna Maria",
    "自": "2026-01-01",
}
"""A household of such a table, with all of its cells."""
Table = Sequence[Sequence[str]] | bytes


def table(*rows: Mapping[str, str], headings: Sequence[str] = HEADINGS) -> list[tuple[str, ...]]:
    """A table of households, of each row the cells that it has."""
    return [tuple(headings), *(tuple([row.get(name, "") for name in headings]) for row in rows)]


def table_row(number: int, **cells: str) -> dict[str, str]:
    """A row of its own."""
    return {"户编号": f"N-{number}", "区域": VILLAGE, "电话": f"139{number:08}", "门牌": f"{number}号"} | cells


def bad_of(answer: dict[str, Any]) -> list[tuple[int, str]]:
    """Which cells of a table were bad: line and column."""
    return [(cell["line"], cell["column"]) for cell in answer["bad"]]


async def appoint(
    door: IntakeDoor,
    *staff_ids: str,
    post: str = "village_cadre",
    unit: str = VILLAGE_UNIT,
    also: str | None = None,
    area: str | None = None,
    since: datetime = NOW - timedelta(days=30),
    until: datetime | None = None,
    version: int = 1,
) -> None:
    """These people are in office, also by a post of the supervision office; until a moment, by a further version."""
    begun = NOW - timedelta(days=30)
    posts = [(post, unit), *(() if also is None else ((also, SUPERVISION),))]
    terms = tuple(
        RecordedTerm(number=number, post_code=code, unit_code=where, begins_at=since, ends_at=until, area_code=area)
        for number, (code, where) in enumerate(posts, start=1)
    )
    records = [
        StaffRecorded(occurred_at=begun, staff_id=staff_id, version=version, name=f"干部{staff_id[-1]}", terms=terms)
        for staff_id in staff_ids
    ]
    await door.hear(*records)
    await door.learn_staff()


def most_per_contact(most: int) -> PackPublished:
    """The demo pack with another limit, from an hour before on."""
    households = PACK.households.model_copy(update={"most_per_contact": most})
    return published(PACK.model_copy(update={"households": households}), 2, NOW - timedelta(hours=1))


def phones_by(version: int = 3, **rules: int) -> PackPublished:
    """The demo pack, without a limit of households, with other rules of phones, from an hour before on."""
    visits = PACK.visits.model_copy(update={"phones": PhoneRules(**rules)})
    households = PACK.households.model_copy(update={"most_per_contact": 1_000})
    pack = PACK.model_copy(update={"visits": visits, "households": households})
    return published(pack, version, NOW - timedelta(hours=1))


class Homes:
    """Households at a door, as one person sees them."""

    def __init__(self, door: IntakeDoor, headers: dict[str, str] | None = None) -> None:
        self.door = door
        self.headers = headers or door.operator

    def by(self, *roles: Role, subject: str, area: str = COUNTY, staff: str | None = None) -> "Homes":
        """The same as somebody else sees them."""
        return Homes(self.door, self.door.token(*roles, subject=subject, area=area, staff=staff))

    async def post(self, path: str, body: object, version: int | None = None, key: str | None = None) -> httpx.Response:
        """Ask for a change; on the version that is there unless told otherwise."""
        match = {"If-Match": "*" if version is None else f'"{version}"'}
        once = {} if key is None else {"Idempotency-Key": key}
        return await self.door.http.post(f"{HOUSEHOLDS}{path}", json=body, headers=self.headers | match | once)

    async def done(self, path: str, body: object, key: str | None = None) -> dict[str, Any]:
        """The same, and it was taken; under an Idempotency-Key, if there is one."""
        answer = await self.post(path, body, key=key)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def register(self, **fields: Any) -> dict[str, Any]:
        """A household that is new."""
        return await self.done("", {"area_code": VILLAGE, **fields})

    async def one(self, household_id: str, **query: Any) -> dict[str, Any]:
        """As it is, or was."""
        found: dict[str, Any] = await self.door.get(f"{HOUSEHOLDS}/{household_id}", self.headers, query)
        return found

    async def send(
        self, rows: Sequence[Sequence[str]] | bytes, query: str = "", key: str | None = None
    ) -> httpx.Response:
        """Send a table, as CSV unless it is a file already."""
        once = {} if key is None else {"Idempotency-Key": key}
        headers = self.headers | once | {"Content-Type": "application/octet-stream"}
        content = rows if isinstance(rows, bytes) else csv_of(rows)
        return await self.door.http.post(f"{HOUSEHOLDS}/import{query}", content=content, headers=headers)

    async def take(
        self, rows: Sequence[Sequence[str]] | bytes, query: str = "", key: str | None = None
    ) -> dict[str, Any]:
        """The same, and it was answered what it came to."""
        answer = await self.send(rows, query, key)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def everybody(self, **query: Any) -> list[dict[str, Any]]:
        """All households of the list, page after page."""
        found: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            page = await self.door.get(HOUSEHOLDS, self.headers, {"limit": 200} | query | more)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            more = {"cursor": page["next_cursor"]}

    async def ids(self, **query: Any) -> list[str]:
        """Of those in the list."""
        page = await self.door.get(HOUSEHOLDS, self.headers, query)
        return [item["household_id"] for item in page["items"]]


async def fill(door: IntakeDoor, villages: int, households: int, people: int) -> None:
    """So many households of each of some villages, in two groups each. Village 0 is looked after by S-0, S-v, S-2v and
    on, where v is how many villages there are. Every tenth household has nobody, every fiftieth of these is muted.
    """
    async with door.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(_FILL, villages * households, villages, people // villages)
        await session.fetch(_FILL_TALLY)
        await session.fetch("ANALYZE household, contact_tally")


_FILL = """
    INSERT INTO household (household_id, household_no, status, area_code, area_since, household_class, class_since,
        kinds, kinds_since, resources, resources_since, every_since, contact_staff_id, contact_since, muted_for,
        muted_since, registered_at, updated_at, version)
    SELECT lpad((village * 100000 + number)::text, 36, '0'), 'H-' || village || '-' || number,
           CASE WHEN number % 50 = 0 THEN 'muted' ELSE 'registered' END,
           '999001' || lpad((101 + village / 50)::text, 3, '0') || (201 + village % 50) || '00' || number % 2 + 1,
           '2026-01-01', (ARRAY['resident', 'resident', 'away', 'shop'])[number % 4 + 1], '2026-01-01', '{}',
           '2026-01-01', '{}', '2026-01-01', '2026-01-01',
           CASE WHEN number % 10 > 0 THEN 'S-' || village + $2 * (number % $3) END, '2026-01-01',
           CASE WHEN number % 50 = 0 THEN 'refused' END, '2026-01-01', '2026-01-01', '2026-01-01', 1
    FROM (SELECT n % $2 AS village, n / $2 AS number FROM generate_series(0, $1::int - 1) AS n) AS counted
"""
_FILL_TALLY = """
    INSERT INTO contact_tally (contact_staff_id, household_class, area_code, households)
    SELECT coalesce(contact_staff_id, ''), household_class, area_code, count(*)
    FROM household WHERE status = 'registered' GROUP BY 1, 2, 3
"""


async def told(door: IntakeDoor, household_id: str) -> Sequence[HouseholdRecorded]:
    """What was said of a household."""
    rows = await door.rows(
        "SELECT payload::text AS said FROM ledger WHERE stream = 'visits' AND key = $1 AND type = $2 ORDER BY seq",
        household_id,
        HouseholdRecorded.type_name,
    )
    return [HouseholdRecorded.model_validate_json(row.said) for row in rows]


ROUNDS, VISITS = "/intake/v1/rounds", "/intake/v1/visits"
NIGHT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""Eight in the evening of the tests' day, in the county."""


class Visitors:
    """Rounds and visits at a door, as one person sees them; ``made`` by these people unless told otherwise."""

    def __init__(self, door: IntakeDoor, headers: dict[str, str] | None = None, made: Sequence[str] = ("S-1",)) -> None:
        self.door = door
        self.headers = headers or door.operator
        self.made = [*made]

    def by(self, *roles: Role, subject: str, **of: Any) -> "Visitors":
        """The same as somebody else sees them, of this ``area``, ``unit`` or ``staff`` record."""
        return Visitors(self.door, self.door.token(*roles, subject=subject, **of), self.made)

    async def post(self, path: str, body: object, key: str | None = None, version: int | None = None) -> httpx.Response:
        """Ask for a change; on the version that is there unless told otherwise."""
        match = {"If-Match": "*" if version is None else f'"{version}"'}
        once = {} if key is None else {"Idempotency-Key": key}
        return await self.door.http.post(path, json=body, headers=self.headers | match | once)

    async def done(self, path: str, body: object, key: str | None = None) -> dict[str, Any]:
        """The same, and it was taken."""
        answer = await self.post(path, body, key)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def open(self, **fields: Any) -> str:
        """A round of the whole county, from today on for a month; gives its id."""
        span = {"begins_on": "2026-03-04", "ends_on": "2026-03-31"}
        return str((await self.done(ROUNDS, {"name": "第一轮", "area_code": COUNTY, **span, **fields}))["round_id"])

    async def close(self, round_id: str) -> None:
        """The round is over."""
        await self.done(f"{ROUNDS}/{round_id}/closing", {})

    def visit(self, home: str, **fields: Any) -> dict[str, Any]:
        """A visit that found somebody just now, for half an hour."""
        clock = self.door.service.runtime.clock
        started = fields.pop("started_at", None) or clock.now() - timedelta(minutes=30)
        span = {"started_at": started.isoformat(), "ended_at": (started + timedelta(minutes=20)).isoformat()}
        return {"household_id": home, "staff_ids": self.made, "outcome": "reached", **span, **fields}

    async def record(self, home: str, **fields: Any) -> dict[str, Any]:
        """Such a visit, which was taken."""
        return await self.done(VISITS, self.visit(home, **fields))

    async def refused(self, home: str, **fields: Any) -> httpx.Response:
        """Such a visit, which was not."""
        answer = await self.post(VISITS, self.visit(home, **fields))
        assert not answer.is_success, answer.text
        return answer

    async def coverage(self, round_id: str, **query: Any) -> dict[str, Any]:
        """How far a round has come."""
        found: dict[str, Any] = await self.door.get(f"{ROUNDS}/{round_id}/coverage", self.headers, query)
        return found

    async def counts(self, round_id: str, **query: Any) -> tuple[int, int]:
        """Numerator and denominator of the whole."""
        whole = (await self.coverage(round_id, **query))["whole"]
        return whole["visited"], whole["households"]

    async def gaps(self, round_id: str, **query: Any) -> list[str]:
        """Who was not reached."""
        page = await self.door.get(f"{ROUNDS}/{round_id}/gaps", self.headers, query)
        return [item["household_id"] for item in page["items"]]


async def with_visitors(door: IntakeDoor) -> Homes:
    """Households at a door of three people who visit them, two of whom also hold a post of the supervision office."""
    await appoint(door, "S-1", also="supervisor")
    await appoint(door, "S-2")
    await appoint(door, "S-3", also="supervisor")
    return Homes(door)


async def said(intake: IntakeDoor, household_id: str, *kinds: type[Event]) -> list[Any]:
    """What was said of a household and of the visits to it, of these kinds."""
    rows = await intake.rows(
        "SELECT type, payload::text AS said FROM ledger WHERE stream = 'visits' AND key = $1 ORDER BY seq", household_id
    )
    known = {kind.type_name: kind for kind in kinds}
    return [known[row.type].model_validate_json(row.said) for row in rows if row.type in known]
