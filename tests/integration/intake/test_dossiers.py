"""The six-part dossier of a grid: put together of what is known, kept up where nobody else knows, overdue named."""

from datetime import timedelta
from typing import Any

import pytest

from libs.common.events.dossiers import DossierEntryKept
from libs.common.pack.schema import DossierKind
from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import WHO, Homes, Visitors, said, with_visitors
from tests.support.service import PACK, published

DOSSIERS, ENTRIES = "/intake/v1/dossiers", "/intake/v1/dossier-entries"
KINDS = (
    {"code": "pond", "name": "水塘", "name_en": "Pond", "part": "places", "look_again_months": 6},
    {"code": "hydrant", "name": "消防栓", "name_en": "Hydrant", "part": "things", "look_again_months": 1},
    {"code": "group", "name": "群众组织", "name_en": "Organisation", "part": "organisations"},
)
POND = {"area_code": VILLAGE, "kind": "pond", "name": "村东水塘", "text": "约两亩，护栏完好，责任人电话 13812345678"}


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    found = await with_visitors(intake)
    kinds = tuple(DossierKind.model_validate(kind) for kind in KINDS)
    visits = PACK.visits.model_copy(update={"dossier": kinds})
    await intake.hear(published(PACK.model_copy(update={"visits": visits}), 2, NOW))
    return found


@pytest.fixture
def visitors(intake: IntakeDoor, homes: Homes) -> Visitors:
    return Visitors(intake)


async def test_an_entry_is_kept_up_with_who_changed_it_when_and_its_next_day(
    intake: IntakeDoor, visitors: Visitors
) -> None:
    made = await visitors.done(ENTRIES, POND, key="once")
    assert await visitors.done(ENTRIES, POND, key="once") == made
    assert [made[name] for name in ("part", "kind_name", "looked_on", "due_on", "overdue", "version")] == [
        *("places", "水塘", "2026-03-04", "2026-09-04", False, 1)
    ]
    assert "13812345678" not in made["text"]
    path = f"{ENTRIES}/{made['entry_id']}"
    intake.move_clock(NOW + timedelta(days=200))
    assert [one["entry_id"] for one in await listed(intake, "/overdue")] == [made["entry_id"]]
    stale = await visitors.post(f"{path}/change", {}, version=7)
    assert stale.status_code == 412
    looked = await visitors.done(f"{path}/change", {})
    assert (looked["looked_on"], looked["due_on"], looked["overdue"]) == ("2026-09-20", "2027-03-20", False)
    assert await listed(intake, "/overdue") == []
    await visitors.done(f"{path}/change", {"text": "护栏破损，已报修", "why": "入户时发现"})
    gone = await visitors.done(f"{path}/removal", {"why": "已填平"})
    assert (gone["removed"], gone["version"]) == (True, 4)
    assert (await visitors.post(f"{path}/change", {})).status_code == 409
    assert await listed(intake) == []
    steps = (await intake.get(f"{path}/changes", intake.operator))["items"]
    assert [(step["action"], step["text"] == "护栏破损，已报修") for step in steps] == [
        ("enter", False), ("look", False), ("change", True), ("remove", True),
    ]  # fmt: skip
    events = await said(intake, made["entry_id"], DossierEntryKept)
    assert [event.step for event in events] == ["enter", "look", "change", "remove"]
    assert all(event.by for event in events)
    assert "13812345678" not in await intake.payloads()


async def listed(intake: IntakeDoor, path: str = "", **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await intake.get(f"{ENTRIES}{path}", intake.operator, query))["items"]
    return found


async def test_the_six_parts_are_put_together_of_what_is_known(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    key = (await homes.register(kinds=["vulnerable"], contact_staff_id="S-1", **WHO))["household_id"]
    await homes.register(household_class="shop")
    await homes.register(area_code="999001102201")
    matter = {"what": "becomes_case", "kind": "help", "category_code": "0101", "text": "老屋漏雨，请派人看看。"}
    await visitors.record(key, matters=[matter], topics=["old_age"], findings={"gas": True})
    await visitors.done(ENTRIES, POND)
    await visitors.done(ENTRIES, {**POND, "kind": "hydrant", "looked_on": "2026-01-10"})
    told = await intake.get(f"{DOSSIERS}/{VILLAGE}", intake.operator)
    people = told["people"]
    assert (people["households"], people["by_class"], people["by_kind"]) == (
        2, {"resident": 1, "shop": 1}, {"vulnerable": 1},
    )  # fmt: skip
    assert (people["contacts"], people["without_contact"]) == (
        [{"staff_id": "S-1", "name": "干部1", "households": 1}], 1,
    )  # fmt: skip
    assert told["matters"] == {"cases_open": 1, "cases_ended": 0, "visits": {"reached": 1}}
    assert told["moods"] == {"topics": {"old_age": 1}, "findings": {"gas": 1}, "categories": {"0101": 1}}
    assert [(part["name"], part["entries"], part["by_kind"], part["overdue"]) for part in told["kept"]] == [
        ("地", 1, {"pond": 1}, 0),
        ("物", 1, {"hydrant": 1}, 1),
        ("组织", 0, {"group": 0}, 0),
    ]
    assert told["overdue"] == 1
    assert [one["kind"] for one in await listed(intake, part="things")] == ["hydrant"]
    assert "金丝雀" not in str(told)
    far = intake.token(Role.VISITOR, subject="far", area="999001102000")
    answer = await intake.http.get(f"{DOSSIERS}/{VILLAGE}", headers=far)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "castle"}, "kind"),
        ({"looked_on": "2026-03-05"}, "looked_on"),
        ({"area_code": "999001101000"}, "area_code"),
        ({"name": ""}, "name"),
    ],
)
async def test_what_is_wrong_is_named(visitors: Visitors, fields: dict[str, Any], named: str) -> None:
    refused = await visitors.post(ENTRIES, {**POND, **fields})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, named)
    made = await visitors.done(ENTRIES, POND)
    earlier = await visitors.post(f"{ENTRIES}/{made['entry_id']}/change", {"looked_on": "2026-03-03"})
    assert (earlier.status_code, earlier.json()["fields"][0]["field"]) == (422, "looked_on")
