"""Collections, fora and on-the-spot offices: recorded with their cases, hours said, corrected with the old kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.common.events.cases import CaseRegistered
from libs.common.events.occasion_terms import OccasionKind
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.cursors import PageQuery
from services.intake.occasions.queries import _ENDS, OccasionFilter, list_statement
from tests.integration.intake.door import CASES, COUNTY, NOW, OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Visitors, appoint
from tests.integration.intake.test_points import POINTS, a_point
from tests.support.plans import plan_of

OCCASIONS = "/intake/v1/occasions"
NINE = datetime(2026, 3, 4, 1, 10, tzinfo=UTC)
"""Ten past nine of a Wednesday in the county."""
NAME, PHONE = "欧阳金丝雀", "13812345678"
LAMP = {"what": "becomes_case", "text": f"{NAME}家门口路灯坏了，电话{PHONE}。", "category_code": "0101"}
CARD = {"what": "solved_on_the_spot", "text": "不会缴医保。", "answer": "现场协助缴费。"}
POLICY = {"what": "explained", "text": f"{NAME}问养老金何时发。", "answer": "每月15日发放。"}
WHO = {"requester": {"name": NAME, "phone": PHONE}}


@pytest.fixture
async def office(intake: IntakeDoor) -> Visitors:
    await appoint(intake, "S-1", "S-2")
    return Visitors(intake)


@pytest.fixture
async def point(office: Visitors) -> str:
    return str((await office.done(POINTS, a_point()))["point_id"])


def occasion(kind: str, started: datetime = NINE, minutes: int = 45, **fields: Any) -> dict[str, Any]:
    span = {"started_at": started.isoformat(), "ended_at": (started + timedelta(minutes=minutes)).isoformat()}
    return {"kind": kind, "staff_ids": ["S-1"], "citizens": 12, **span, **fields}


def forum(**fields: Any) -> dict[str, Any]:
    told = {"area_code": VILLAGE, "place": "村委会会议室", "topic": "路灯与排水"}
    return occasion(fields.pop("kind", "forum"), **(told | {"unit_codes": ["D-WATER", "T-999001101"]} | fields))


async def registered(office: Visitors) -> list[CaseRegistered]:
    sql = "SELECT payload::text AS said FROM ledger WHERE type = $1 ORDER BY seq"
    rows = await office.door.rows(sql, CaseRegistered.type_name)
    return [CaseRegistered.model_validate_json(row.said) for row in rows]


async def test_what_is_raised_at_a_point_becomes_cases_that_name_it(office: Visitors, point: str) -> None:
    matters = [LAMP | WHO, CARD, POLICY]
    made = await office.done(OCCASIONS, occasion("collection", point_id=point, matters=matters))
    assert (made["kind_zh"], made["at_hours"], made["citizens"]) == ("收集点收集", "within", 12)
    assert (made["point_code"], made["place"], made["area_code"]) == ("dongpo-square", "广场东门", VILLAGE)
    assert [one["case_id"] is not None for one in made["matters"]] == [True, True, False]
    lamp, card = await registered(office)
    assert (lamp.channel.value, lamp.source_system, lamp.visited_by) == ("visit", "huiyin.collection-point", ("S-1",))
    assert lamp.source_no is not None
    assert lamp.source_no.startswith("dongpo-square/2026-03-04/")
    assert (lamp.answered_at_once, card.answered_at_once) == (False, True)
    found = await office.door.get(CASES, office.headers, {"source_system": "huiyin.collection-point"})
    assert {one["case_id"] for one in found["items"]} == {lamp.case_id, card.case_id}
    for written in (await office.door.payloads(), str(made)):
        assert NAME not in written
        assert PHONE not in written
    requester = (await office.door.get(f"{CASES}/{lamp.case_id}", office.headers))["requester"]
    assert requester["phone"] == "138****5678"


@pytest.mark.parametrize(
    ("started", "minutes", "kept"),
    [
        (NINE, 45, "within"),
        (NINE - timedelta(minutes=11), 30, "outside"),
        (NINE - timedelta(days=1), 45, "not_open_that_day"),
        (NINE - timedelta(days=7), 45, "not_open_that_day"),
    ],
)
async def test_outside_the_hours_is_said_and_not_refused(
    office: Visitors, point: str, started: datetime, minutes: int, kept: str
) -> None:
    made = await office.done(OCCASIONS, occasion("collection", started, minutes, point_id=point))
    assert made["at_hours"] == kept


async def test_a_forum_and_an_office_on_the_spot_count_citizens_and_name_units(office: Visitors) -> None:
    made = await office.done(OCCASIONS, forum(matters=[LAMP | WHO, CARD, POLICY, CARD]))
    await office.done(OCCASIONS, forum(kind="on_the_spot_office", matters=[LAMP]))
    assert (made["kind_zh"], made["at_hours"], made["unit_codes"]) == ("座谈会", None, ["D-WATER", "T-999001101"])
    items = (await office.door.get(OCCASIONS, office.headers))["items"]
    counted = [
        (one["kind"], one["matters"], one["solved_on_the_spot"], one["carried"], one["explained"]) for one in items
    ]
    assert sorted(counted) == [("forum", 4, 2, 1, 1), ("on_the_spot_office", 1, 0, 1, 0)]
    sources = {one.source_system for one in await registered(office)}
    assert sources == {"huiyin.forum", "huiyin.on-the-spot-office"}
    only = await office.door.get(OCCASIONS, office.headers, {"kind": "forum", "from_day": "2026-03-04"})
    assert [one["occasion_id"] for one in only["items"]] == [made["occasion_id"]]
    assert (await office.door.get(OCCASIONS, office.headers, {"until_day": "2026-03-03"}))["items"] == []


async def test_the_same_occasion_again_is_one_with_its_cases(office: Visitors) -> None:
    body = forum(occasion_id="01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01", matters=[LAMP | WHO])
    first = await office.done(OCCASIONS, body)
    again = await office.done(OCCASIONS, body)
    assert again == first
    assert len(await registered(office)) == 1
    other = await office.post(OCCASIONS, body | {"started_at": (NINE - timedelta(minutes=1)).isoformat()})
    assert (other.status_code, other.json()["type"]) == (409, "urn:huiyin:problem:occasion-known")
    assert len(await registered(office)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (occasion("collection"), "point_id"),
        (occasion("collection", point_id="01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"), "point_id"),
        (occasion("collection", point_id="01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01", area_code=VILLAGE), "area_code"),
        (forum(point_id="01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"), "point_id"),
        (forum(topic=None), "topic"),
        (forum(area_code=None), "area_code"),
        (forum(unit_codes=["D-NOWHERE"]), "unit_codes/0"),
        (forum(staff_ids=["S-1", "S-9"]), "staff_ids/1"),
        (forum(staff_ids=[]), "staff_ids"),
        (forum(citizens=-1), "citizens"),
        (forum(started=NOW + timedelta(hours=1)), "started_at"),
        (forum(minutes=25 * 60, started=NOW - timedelta(days=3)), "ended_at"),
        (forum(matters=[LAMP | {"answer": "已修。"}]), "matters/0/answer"),
        (forum(matters=[CARD, CARD | {"answer": None}]), "matters/1/answer"),
        (forum(matters=[CARD, LAMP | {"category_code": "9999"}]), "matters/1/category_code"),
        (forum(matters=[POLICY | WHO]), "matters/0/requester"),
        (forum(matters=[POLICY | {"area_code": VILLAGE}]), "matters/0/area_code"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field_and_leaves_nothing(
    office: Visitors, body: dict[str, Any], field: str
) -> None:
    before = await office.door.counts()
    refused = await office.post(OCCASIONS, body)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, field), refused.text
    assert await office.door.counts() == before
    assert (await office.door.get(OCCASIONS, office.headers))["items"] == []


async def test_who_records_it_was_there_or_is_an_operator(office: Visitors) -> None:
    stranger = office.by(Role.VISITOR, subject="v2", staff="S-2")
    refused = await stranger.post(OCCASIONS, forum())
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "staff_ids")
    await office.by(Role.VISITOR, subject="v1", staff="S-1").done(OCCASIONS, forum())
    elsewhere = office.by(Role.OPERATOR, subject="o2", area=OTHER_TOWN)
    assert (await elsewhere.post(OCCASIONS, forum())).status_code == 403


async def test_a_correction_keeps_the_old_and_is_somebody_elses_later(office: Visitors, point: str) -> None:
    made = await office.done(OCCASIONS, occasion("collection", point_id=point, matters=[LAMP | WHO]))
    path = f"{OCCASIONS}/{made['occasion_id']}"
    corrected = await office.done(
        f"{path}/correction",
        {"started_at": (NINE - timedelta(minutes=20)).isoformat(), "topic": f"听{NAME}说", "why": f"{NAME}说早到了"},
    )
    assert (corrected["at_hours"], corrected["version"]) == ("outside", 2)
    steps = (await office.door.get(f"{path}/changes", office.headers))["items"]
    assert [one["action"] for one in steps] == ["record", "correct"]
    assert datetime.fromisoformat(steps[1]["before"]["started_at"]) == NINE
    assert steps[1]["by"] == "operator-1"
    assert NAME not in str(steps) + str(corrected)
    nothing = await office.post(f"{path}/correction", {"citizens": 12, "why": "没有变"})
    assert nothing.status_code == 422
    office.door.move_clock(NOW + timedelta(days=1))
    late = {"citizens": 15, "why": "重新清点"}
    assert (await office.post(f"{path}/correction", late)).status_code == 403
    there = office.by(Role.SUPERVISOR, subject="her-other-account", staff="S-1")
    assert (await there.post(f"{path}/correction", late)).status_code == 403
    stale = await office.by(Role.SUPERVISOR, subject="s9").post(f"{path}/correction", late, version=1)
    assert stale.status_code == 412
    assert (await office.by(Role.SUPERVISOR, subject="s9").done(f"{path}/correction", late))["citizens"] == 15


async def test_lists_of_occasions_go_by_indexes(office: Visitors) -> None:
    database = office.door.service.runtime.work_database
    async with database.transaction(NOW) as session:
        for statement in _FILL.split(";")[:-1]:
            await session.fetch(statement)
    county = Scope(COUNTY[:6])
    for asked in (
        OccasionFilter(),
        OccasionFilter(area_code=VILLAGE),
        OccasionFilter(kind=OccasionKind.ON_THE_SPOT_OFFICE),
        OccasionFilter(begun_from=NOW - timedelta(days=2), begun_to=NOW),
        OccasionFilter(point_id="1".rjust(36, "0")),
    ):
        plan = await plan_of(database, list_statement(county, asked, PageQuery()))
        assert not plan.walked, f"{asked}:\n{plan}"
        assert plan.rows_read <= 1_000, f"{asked} reads {plan.rows_read}:\n{plan}"
    plan = await plan_of(database, _ENDS, ["7".rjust(36, "0")])
    assert "occasion_matter_pkey" in plan.indexes, plan


_FILL = """
    INSERT INTO collection_point (point_id, code, kind, name, place, area_code, days, opens_at, closes_at, from_day,
        opened_at, updated_at, version)
    SELECT lpad(n::text, 36, '0'), 'p-' || n, 'estate', '点', '门口', '999001101201', 'wednesdays', '09:00', '11:00',
        '2026-01-01', now(), now(), 1 FROM generate_series(1, 300) AS n;
    INSERT INTO occasion (occasion_id, kind, point_id, area_code, day, started_at, ended_at, at_hours, place, topic,
        staff_ids, unit_codes, citizens, entered_by, entered_on, recorded_at, version)
    SELECT lpad(n::text, 36, '0'), CASE WHEN n % 50 > 0 THEN 'collection' ELSE 'on_the_spot_office' END,
        CASE WHEN n % 50 > 0 THEN lpad((n % 300 + 1)::text, 36, '0') END,
        '999001' || 101 + n % 16 || 201 + n / 16 % 40, date '2026-03-04', now() - n * interval '1 hour',
        now() - n * interval '1 hour', CASE WHEN n % 50 > 0 THEN 'within' END, '门口', '', '{S-1}', '{}', 3, 'x',
        date '2026-03-04', now(), 1 FROM generate_series(1, 20000) AS n;
    INSERT INTO occasion_matter (occasion_id, number, ended, kind, text, answer)
    SELECT lpad(n::text, 36, '0'), m, 'explained', 'help', '问', '答'
    FROM generate_series(1, 20000) AS n, generate_series(1, 3) AS m;
    ANALYZE collection_point;
    ANALYZE occasion;
    ANALYZE occasion_matter;
"""
