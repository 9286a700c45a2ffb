"""What is for few of a household: sealed, opened to those who go there when they do, each look on the record."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.going_out import formed
from tests.integration.intake.homes import HOUSEHOLDS, WHO, WHY, Homes, Visitors

SECRET, CORRECTED = "靠低保，月入三百二十元", "靠低保，月入四百一十元"


@pytest.fixture
def homes(office: IntakeDoor) -> Homes:
    return Homes(office)


async def plan(door: IntakeDoor, visitors: Visitors, team_id: str, on: str) -> None:
    """The household of the tests is planned for this team and day."""
    round_id = await visitors.open(area_code=VILLAGE, gap_days=0)
    body = {"round_id": round_id, "area_code": VILLAGE, "days": [on], "team_ids": [team_id]}
    answer = await door.http.post("/intake/v1/plans", json=body, headers=door.operator)
    assert answer.status_code == 201, answer.text


async def look(door: IntakeDoor, home: str, headers: Any, *fields: str, reason: str = WHY) -> httpx.Response:
    body = {"reason": reason, "fields": [*fields]}
    return await door.http.post(f"{HOUSEHOLDS}/{home}/notes/reveal", json=body, headers=headers)


def as_staff(door: IntakeDoor, staff_id: str, **more: Any) -> dict[str, str]:
    return door.token(Role.VISITOR, subject=f"account-{staff_id}", staff=staff_id, **more)


async def test_it_opens_to_those_who_go_there_when_they_do_and_every_look_is_recorded(
    office: IntakeDoor, homes: Homes, home: str, visitors: Visitors
) -> None:
    first = await homes.done(f"/{home}/notes", {"field": "income", "text": SECRET})
    assert (first["notes"], first["open"]) == (1, [])
    await homes.done(f"/{home}/notes", {"field": "living", "text": "独居"})
    again = await homes.done(f"/{home}/notes", {"field": "income", "text": CORRECTED})
    assert again["notes"] == 2
    team = await formed(office, on="2026-03-06")
    await plan(office, visitors, team["team_id"], "2026-03-06")
    leader, villager, other = as_staff(office, "L-1"), as_staff(office, "V-1"), as_staff(office, "L-2")
    for headers in (leader, villager, other, office.operator):
        early = await look(office, home, headers, "income")
        assert (early.status_code, early.json()["type"]) == (403, "urn:huiyin:problem:notes-not-open")
        assert SECRET not in early.text
    office.move_clock(NOW + timedelta(days=1))
    shown = await office.get(f"{HOUSEHOLDS}/{home}/notes", leader)
    assert (shown["notes"], [one["field"] for one in shown["open"]]) == (2, ["living", "income", "schooling"])
    assert [one["field"] for one in (await office.get(f"{HOUSEHOLDS}/{home}/notes", villager))["open"]] == [
        *("living", "schooling")
    ]
    assert (await office.get(f"{HOUSEHOLDS}/{home}/notes", other)) == {"household_id": home, "notes": 2, "open": []}
    seen = (await look(office, home, leader, "income", "schooling", reason=f"{WHY}，{WHO['head']}家")).json()
    income, schooling = seen["notes"]
    assert (income["text"], [one["text"] for one in income["earlier"]]) == (CORRECTED, [SECRET])
    assert (schooling["text"], schooling["earlier"]) == (None, [])
    assert (await look(office, home, villager, "income")).status_code == 403, "for other posts"
    assert (await look(office, home, other, "living")).status_code == 403, "goes to others"
    auditor = office.token(Role.AUDITOR, subject="auditor-1")
    (item,) = (await office.get("/intake/v1/household-looks", auditor))["items"]
    assert (item["staff_id"], item["fields"]) == ("L-1", ["note:income", "note:schooling"])
    assert WHO["head"] not in item["reason"]
    office.move_clock(NOW + timedelta(days=2, hours=10))
    assert (await look(office, home, leader, "health", "income")).status_code == 200, "at night"
    office.move_clock(NOW + timedelta(days=3, hours=1))
    assert (await look(office, home, leader, "income")).status_code == 403, "the night is over"
    everything = await office.payloads()
    assert not [word for word in (SECRET, CORRECTED, "独居", "三百二十") if word in everything]


async def test_nothing_is_written_in_clear_and_nobody_learns_what_there_is(
    office: IntakeDoor, homes: Homes, home: str
) -> None:
    await homes.done(f"/{home}/notes", {"field": "health", "text": SECRET})
    row = (await office.rows("SELECT row_to_json(household_note)::text AS said FROM household_note"))[0].said
    assert "health" not in row
    assert SECRET not in row
    told = await office.rows("SELECT payload::text AS said FROM ledger WHERE type = 'cn.huiyin.household.noted'")
    assert not [one for one in told if "health" in one.said]
    written = await look(office, home, as_staff(office, "L-1"), "health")
    empty = await look(office, home, as_staff(office, "L-1"), "income")
    same = ("type", "title", "status")
    assert [written.json()[name] for name in same] == [empty.json()[name] for name in same]
    cleared = await homes.done(f"/{home}/notes", {"field": "health", "text": None})
    assert cleared["notes"] == 0
    (count,) = await office.rows("SELECT count(*) AS many FROM household_note")
    assert count.many == 2, "what was written is kept"
    for change in ("UPDATE household_note SET number = 9", "DELETE FROM household_note", "TRUNCATE household_note"):
        with pytest.raises(Exception, match="stay as they were written"):
            await office.rows(change)


async def test_what_cannot_be_is_named(office: IntakeDoor, homes: Homes, home: str) -> None:
    wrong = await homes.post(f"/{home}/notes", {"field": "wealth", "text": "x"})
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "field")
    asked = await look(office, home, as_staff(office, "L-1"), "income", "wealth")
    assert (asked.status_code, asked.json()["fields"][0]["field"]) == (422, "fields/1")
    there = office.token(Role.VISITOR, subject="far", area=OTHER_TOWN)
    assert (await look(office, home, there, "income")).status_code == 404
    written = await Homes(office, there).post(f"/{home}/notes", {"field": "income", "text": "x"})
    assert written.status_code == 404
    nobody = f"/{uuid.uuid4()}/notes"
    assert (await homes.post(nobody, {"field": "income", "text": "x"})).status_code == 404
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.LEADER, Role.ADMIN):
        headers = office.token(role, subject="r")
        assert (await look(office, home, headers, "income")).status_code == 403
        assert (
            await Homes(office, headers).post(f"/{home}/notes", {"field": "income", "text": "x"})
        ).status_code == 403
    into = await homes.register()
    await homes.done(f"/{home}/merge", {"into": into["household_id"], "why": "搬回同住"})
    assert (await homes.post(f"/{home}/notes", {"field": "income", "text": "x"})).status_code == 409
