"""The directory: publishing packs, and reading areas, units, categories and words."""

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from libs.common.database.stored_packs import refresh_shelf
from libs.common.events.directory import PackPublished
from libs.common.pack.loader import digest, document
from libs.common.pack.versions import PackVersions
from libs.common.security.principal import Role
from services.dispatch.main import SPEC
from tests.integration.dispatch.office import (
    COUNTY,
    HOUR,
    LIGHTS,
    PACK,
    T0,
    TOWN,
    TOWN_UNIT,
    VILLAGE_UNIT,
    Office,
    Person,
    only,
)


def admin(office: Office, area: str = COUNTY) -> Person:
    return office.person("root", Role.ADMIN, area)


def changed(**changes: Any) -> dict[str, Any]:
    """The demo pack with village lights given to the town."""
    plain = deepcopy(document(PACK))
    for duty in plain["duties"]:
        if (duty["category"], duty["area_level"]) == (LIGHTS, "village"):
            duty["lead"], duty["support"] = "@town", []
    return plain | {"version": "2026年第2版"} | changes


async def test_the_same_pack_again_changes_nothing(office: Office) -> None:
    response = await admin(office).post("/directory/packs", document(PACK))
    assert response.status_code == 200, response.text
    assert response.headers["location"] == "/dispatch/v1/directory/packs/1"
    answer = response.json()
    assert (answer["pack_version"], answer["published"], answer["digest"]) == (1, False, digest(PACK))
    assert len(await office.said(COUNTY)) == 1


async def test_a_new_pack_is_numbered_said_and_used_at_once(office: Office) -> None:
    before = await office.register()
    response = await admin(office).post("/directory/packs", changed())
    assert (response.json()["pack_version"], response.json()["published"]) == (2, True)
    said = (await office.said(COUNTY))[-1]
    assert isinstance(said, PackPublished)
    assert (said.version, said.place_code, said.occurred_at) == (2, COUNTY, T0)
    assert said.document["version"] == "2026年第2版"
    current = (await admin(office).get("/directory/packs/current")).json()
    assert (current["pack_version"], current["edition"]) == (2, "2026年第2版")

    under_new = await office.register(pack_version=2)
    under_old = await office.register(pack_version=1)
    leads = [(await office.work(case_id))["lead_unit"] for case_id in (before, under_new, under_old)]
    assert leads == [VILLAGE_UNIT, TOWN_UNIT, VILLAGE_UNIT]
    told = (await office.dispatcher.get(f"/cases/{before}/explanation")).json()
    assert (told["pack_version"], told["duty_leads"]) == (1, VILLAGE_UNIT)


async def test_a_pack_of_a_coming_day_holds_from_that_days_midnight(office: Office) -> None:
    response = await admin(office).post("/directory/packs", changed(effective_from="2026-03-10"))
    assert response.json()["effective_from"] == "2026-03-09T16:00:00Z"
    assert (await admin(office).get("/directory/packs/current")).json()["pack_version"] == 1
    office.later(24 * 7 * HOUR)
    assert (await admin(office).get("/directory/packs/current")).json()["pack_version"] == 2


async def test_an_old_version_can_still_be_read_and_an_unknown_one_not(office: Office) -> None:
    await admin(office).post("/directory/packs", changed())
    old = (await admin(office).get("/directory/packs/1")).json()
    assert old["document"] == document(PACK)
    assert (await admin(office).get("/directory/packs/9")).status_code == 404


async def test_every_mistake_is_named_with_its_place_and_mend(office: Office) -> None:
    broken = changed()
    broken["duties"][0]["lead"] = "D-NOBODY"
    broken["areas"][1]["parent"] = "999001109000"
    response = await admin(office).post("/directory/packs", broken)
    assert response.status_code == 422
    fields = {wrong["field"]: wrong["message"] for wrong in response.json()["fields"]}
    assert any(place.startswith("duties/0") for place in fields)
    assert all("Mend: " in message for message in fields.values())
    assert len(await office.said(COUNTY)) == 1


async def test_a_pack_of_a_wrong_form_is_refused(office: Office) -> None:
    plain = changed() | {"color": "red"}
    del plain["limits"]
    response = await admin(office).post("/directory/packs", plain)
    assert response.status_code == 422
    assert {"limits", "color"} <= {wrong["field"] for wrong in response.json()["fields"]}


async def test_a_setting_that_nothing_reads_is_refused_and_one_that_was_stored_with_it_stays(office: Office) -> None:
    once = {"extensions": {"times": 1, "longest": "10 work_day"}, "notices": {"weekday": "tuesday", "at": "09:00"}}
    response = await admin(office).post("/directory/packs", changed(**once))
    assert response.status_code == 422
    faults = {wrong["field"]: wrong["message"] for wrong in response.json()["fields"]}
    assert faults == {
        name: f"{name} is not in force in this version. Mend: remove it; nothing would read it" for name in once
    }
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE pack SET document = document || $1::text::jsonb", json.dumps(once))
    office.database.packs = PackVersions()
    await refresh_shelf(office.database)
    assert (await office.work(await office.register()))["lead_unit"] == VILLAGE_UNIT
    answer = (await admin(office).post("/directory/packs", document(PACK))).json()
    assert (answer["pack_version"], answer["published"]) == (1, False)


async def test_only_an_admin_of_the_place_publishes(office: Office) -> None:
    assert (await office.dispatcher.post("/directory/packs", changed())).status_code == 403
    assert (await admin(office, TOWN).post("/directory/packs", changed())).status_code == 403


async def test_a_pack_of_another_place_would_orphan_every_case(office: Office) -> None:
    text = PACK.model_dump_json().replace("999001", "888001")
    response = await admin(office, "888001000000").post("/directory/packs", text.encode())
    assert response.status_code == 409, response.text
    assert COUNTY in response.json()["detail"]


async def test_two_publishers_at_once_get_two_versions(office: Office) -> None:
    answers = await asyncio.gather(
        admin(office).post("/directory/packs", changed(version="A")),
        admin(office).post("/directory/packs", changed(version="B")),
    )
    assert sorted(answer.json()["pack_version"] for answer in answers) == [2, 3]
    versions = {event.version for event in await office.said(COUNTY) if isinstance(event, PackPublished)}
    assert versions == {1, 2, 3}


@pytest.mark.parametrize("resource", ["areas", "units", "categories"])
async def test_lists_come_by_code_and_page_to_the_end(office: Office, resource: str) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await office.dispatcher.get(f"/directory/{resource}", limit=7, **cursor)).json()
        seen += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == sorted(each.code for each in getattr(PACK, resource))


async def test_lists_are_narrowed(office: Office) -> None:
    async def codes(path: str, **query: str) -> list[str]:
        return [item["code"] for item in (await office.dispatcher.get(f"/directory/{path}", **query)).json()["items"]]

    assert await codes("areas", level="county") == [COUNTY]
    assert all(code.startswith("999001101") for code in await codes("areas", area_code=TOWN))
    assert TOWN_UNIT in await codes("units", area_code=TOWN)
    assert await codes("units", level="hotline") == ["H-12345"]
    assert await codes("categories", parent="01") == ["0101", "0102", "0103", "0104"]
    assert (await office.dispatcher.get("/directory/units", cursor="x")).status_code == 422


OF_HOUSEHOLDS = {"household_class", "household_kind", "household_resource", "visit_every", "muted_for"}
ASKED_FOR = {"extension_reason", "suspension_reason", "termination_reason", "staged_reason"}
REASONS = {"return_reason", "raise_reason", "handover_reason", *ASKED_FOR}


async def test_every_word_has_its_label(office: Office) -> None:
    lists = (await office.handler(VILLAGE_UNIT).get("/directory/terms")).json()["lists"]
    own = {"status", "action", "rule", "verdict", "request_state", "task_status", "level", "post"}
    own |= {"whistle_kind", "call_status", "letter_kind", "letter_status", "list"}
    own |= {
        "mediation_kind",
        "mediation_venue",
        "mediation_participant",
        "mediation_status",
        "aid_kind",
        "aid_status",
        "risk_kind",
    }
    own |= {"risk_status", "done_criterion", "score_criterion", "score_grade", "nonacceptance_reason"}
    assert own | {"kind", "urgency", "deadline", "result_kind", *REASONS, *OF_HOUSEHOLDS} == set(lists)
    assert {"code": "wrong_area", "zh": "属地不符", "en": "Not in our area"} in lists["return_reason"]
    assert {"code": "well_off", "zh": "致富能手", "en": "Successful in business"} in lists["household_kind"]
    assert {"code": "jobs", "zh": "用工岗位", "en": "Offers jobs"} in lists["household_resource"]
    assert {"code": "away", "zh": "外出务工户", "en": "away for work"} in lists["household_class"]
    assert {"code": "triage", "zh": "待派", "en": "waiting for a unit to be chosen"} in lists["status"]


async def test_an_older_version_that_a_twin_stored_later_is_found_too(office: Office) -> None:
    await admin(office).post("/directory/packs", changed(version="A"))
    await admin(office).post("/directory/packs", changed(version="B"))
    shelf = office.database.packs = PackVersions()
    stored = (await admin(office).get("/directory/packs/3")).json()["document"]
    shelf.put(3, "heard of by its event", T0, stored)
    await refresh_shelf(office.database)
    assert shelf.versions() == [1, 2, 3]


async def test_the_same_pack_again_changes_nothing_though_another_release_stored_it(office: Office) -> None:
    async with office.database.transaction(T0) as session:
        await session.fetch(
            "UPDATE pack SET digest = 'as it was made then', document = document || '{\"once\": {\"a_setting\": 1}}'"
        )
    answer = (await admin(office).post("/directory/packs", document(PACK))).json()
    assert (answer["pack_version"], answer["published"]) == (1, False)


async def test_a_release_that_cannot_follow_the_newest_pack_starts_and_goes_on_with_what_it_can(
    office: Office, tmp_path: Path
) -> None:
    async with office.database.transaction(T0) as session:
        await session.fetch(
            "INSERT INTO pack (version, place_code, digest, document, effective_from)"
            " SELECT 2, place_code, 'b', jsonb_set(document, '{units,2,level}', '\"court\"'), $1 FROM pack",
            T0,
        )
    url = str(office.database.engine.url.render_as_string(hide_password=False))
    async with Office.open(SPEC, url, tmp_path) as older:
        assert list(older.database.packs.unreadable) == [2]
        assert (await admin(older).get("/directory/packs/current")).json()["pack_version"] == 1
        assert (await older.work(await older.register()))["lead_unit"] == VILLAGE_UNIT
        published = (await admin(older).post("/directory/packs", changed())).json()
        assert (published["pack_version"], published["published"]) == (3, True)
        assert (await admin(older).get("/directory/packs/current")).json()["pack_version"] == 3


async def test_a_pack_whose_commit_failed_stands_on_no_shelf(office: Office) -> None:
    async with office.database.transaction(T0) as session:
        await session.fetch("CREATE RULE full_disk AS ON INSERT TO ledger DO INSTEAD SELECT 1 / 0")
    response = await admin(office).post("/directory/packs", changed())
    assert response.status_code == 500
    assert office.database.packs.newest == 1
    assert only(await office.said(COUNTY), PackPublished).version == 1
