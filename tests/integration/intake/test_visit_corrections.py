"""A visit's record: corrected with the old kept, void by another's word, and never written over."""

from datetime import timedelta

import pytest

from libs.common.events.visits import VisitCorrected, VisitVoided
from libs.common.security.principal import Role
from tests.integration.intake.door import COUNTY, NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import (
    ROUNDS,
    SUPERVISION,
    VILLAGE_UNIT,
    VISITS,
    Homes,
    Visitors,
    said,
    with_visitors,
)
from tests.integration.intake.recounting import recounted, tallied

DAY = timedelta(days=1)
AS_CADRE = {"staff": "S-1", "unit": VILLAGE_UNIT, "area": VILLAGE}


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


async def test_a_correction_keeps_the_old_and_figures_follow(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    round_id = await visitors.open(purposes=["policy"])
    made = await visitors.record(home, purposes=["policy"], materials={"safety_leaflet": 3})
    path = f"{VISITS}/{made['visit_id']}/correction"
    same = await visitors.by(Role.SUPERVISOR, subject="s").post(path, {"why": "无", "outcome": "reached"})
    assert same.status_code == 422, "nothing would be otherwise"
    assert (await visitors.post(path, {"why": "填错", "outcome": None})).json()["fields"][0]["field"] == "outcome"
    assert (await visitors.post(path, {"why": "填错", "outcome": "refused"})).json()["fields"][0]["field"] == "purposes"
    assert (
        await visitors.post(path, {"why": "填错", "outcome": "moved", "purposes": []}, version=9)
    ).status_code == 412
    mended = await visitors.done(path, {"why": "填错了，没人在家", "outcome": "nobody_home", "purposes": []})
    assert (mended["outcome"], mended["version"], mended["materials"]) == ("nobody_home", 2, {"safety_leaflet": 3})
    assert await visitors.counts(round_id) == (0, 1)
    (told,) = await said(intake, home, VisitCorrected)
    assert (told.outcome, told.changed, told.version) == ("nobody_home", ("outcome", "purposes"), 2)
    steps = (await intake.get(f"{VISITS}/{made['visit_id']}/changes", visitors.headers))["items"]
    assert [(one["action"], one["before"]) for one in steps] == [
        ("record", {}),
        ("correct", {"outcome": "reached", "purposes": ["policy"]}),
    ]
    assert await tallied(intake, round_id) == await recounted(intake, round_id)


async def test_a_correction_of_its_day_and_of_who_was_there(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    first = await visitors.open(ends_on="2026-03-05")
    second = await visitors.open(begins_on="2026-03-06")
    intake.move_clock(NOW + 3 * DAY)
    made = await visitors.record(home)
    assert await visitors.counts(second) == (1, 1)
    earlier = {"started_at": NOW.isoformat(), "ended_at": (NOW + timedelta(hours=1)).isoformat()}
    body = {"why": "日期填错", "staff_ids": ["S-3"], **earlier}
    mended = await visitors.done(f"{VISITS}/{made['visit_id']}/correction", body)
    assert [one["round_id"] for one in mended["rounds"]] == [first]
    assert (await visitors.counts(first), await visitors.counts(second)) == ((1, 1), (0, 1))
    assert (await intake.get(VISITS, visitors.headers, {"staff_id": "S-1"}))["items"] == []
    assert len((await intake.get(VISITS, visitors.headers, {"staff_id": "S-3"}))["items"]) == 1


async def test_who_may_correct_when(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    mine = visitors.by(Role.VISITOR, subject="v-1", **AS_CADRE)
    made = await mine.record(home)
    path, body = f"{VISITS}/{made['visit_id']}/correction", {"why": "少填", "topics": ["jobs"]}
    other = visitors.by(Role.VISITOR, subject="v-2", staff="S-2")
    assert (await other.post(path, body)).status_code == 403, "neither made it nor oversees"
    await mine.done(path, body)
    intake.move_clock(NOW + DAY)
    assert (await mine.post(path, {"why": "再改", "topics": []})).status_code == 403, "the day is over"
    both = visitors.by(Role.VISITOR, Role.SUPERVISOR, subject="v-1b", staff="S-1", unit=SUPERVISION)
    assert (await both.post(path, {"why": "再改", "topics": []})).status_code == 403, "the same person all the same"
    await visitors.by(Role.SUPERVISOR, subject="s-1", staff="S-3", unit=SUPERVISION).done(
        path, {"why": "再改", "topics": []}
    )


async def test_a_visit_is_void_only_as_somebody_else_confirms(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    round_id = await visitors.open()
    mine = visitors.by(Role.VISITOR, subject="v-1", **AS_CADRE)
    made = await mine.record(home)
    twin = await visitors.record(home, staff_ids=["S-2"])
    path = f"{VISITS}/{made['visit_id']}/voiding"
    asker = visitors.by(Role.SUPERVISOR, subject="s-3", staff="S-3", unit=SUPERVISION)
    asked = await asker.done(path, {"why": "该户反映当天无人上门"})
    assert (asked["status"], await visitors.counts(round_id)) == ("void_asked", (1, 1))
    decision = {"granted": True, "why": "已核实"}
    assert (await asker.post(f"{path}/decision", decision)).status_code == 409, "who asked"
    visitor = visitors.by(Role.SUPERVISOR, subject="s-1", staff="S-1", unit=SUPERVISION)
    assert (await visitor.post(f"{path}/decision", decision)).status_code == 409, "who made it"
    assert (await mine.post(f"{path}/decision", decision)).status_code == 403, "no right"
    void = await visitors.by(Role.SUPERVISOR, subject="s-4", staff="S-4").done(f"{path}/decision", decision)
    assert void["status"] == "void"
    now = await intake.get(f"{VISITS}/{twin['visit_id']}", visitors.headers)
    assert (now["duplicate_of"], await visitors.counts(round_id)) == (None, (1, 1)), "the other one stands for it"
    corrected, voided = await said(intake, home, VisitCorrected, VisitVoided)
    assert {type(corrected), type(voided)} == {VisitCorrected, VisitVoided}
    assert (
        await visitors.post(f"{VISITS}/{made['visit_id']}/correction", {"why": "补填", "topics": ["jobs"]})
    ).status_code == 409
    refused = await asker.done(f"{VISITS}/{twin['visit_id']}/voiding", {"why": "疑似"})
    assert refused["status"] == "void_asked"
    final = visitors.by(Role.SUPERVISOR, subject="s-4", staff="S-4")
    kept = await final.done(f"{VISITS}/{twin['visit_id']}/voiding/decision", {"granted": False, "why": "确有走访"})
    assert (kept["status"], await visitors.counts(round_id)) == ("recorded", (1, 1))
    assert await tallied(intake, round_id) == await recounted(intake, round_id)


async def test_steps_of_a_visit_stay_as_they_are(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    await visitors.record(home, matters=[{"what": "explained", "text": "问", "answer": "答"}])
    for table in ("visit_change", "visit_matter"):
        changes = ("DELETE FROM {}", "UPDATE {} SET visit_id = visit_id", "TRUNCATE {}")
        for statement in (change.format(table) for change in changes):
            with pytest.raises(Exception, match="stay as they are"):
                await intake.rows(statement)


async def test_two_processes_at_once_record_one_visit_and_one_duplicate(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    round_id = await visitors.open()
    another = Visitors(intake.another_process(), visitors.headers, ["S-2"])
    await another.door.learn_staff()
    made = [await visitors.record(home), await another.record(home)]
    assert [one["duplicate_of"] for one in made] == [None, made[0]["visit_id"]]
    assert await visitors.counts(round_id) == (1, 1)
    assert (await intake.get(f"{ROUNDS}/{round_id}", visitors.headers))["area_code"] == COUNTY


async def test_whoever_is_complained_about_learns_of_no_case_by_a_visit(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    matter = {"what": "becomes_case", "kind": "help", "category_code": "0101", "text": "村口路灯坏了三天。"}
    made = await visitors.record(home, matters=[matter])
    (case_id,) = [one["case_id"] for one in made["matters"]]
    body = {"accused_units": [VILLAGE_UNIT], "reason": "来电补充反映该村处理不公"}
    named = await intake.http.post(f"/intake/v1/cases/{case_id}/accused", json=body, headers=intake.operator)
    assert named.is_success, named.text
    path = f"{VISITS}/{made['visit_id']}"
    theirs = intake.token(Role.VISITOR, subject="clerk-1", unit=VILLAGE_UNIT)
    assert [one["case_id"] for one in (await intake.get(path, theirs))["matters"]] == [None]
    assert [one["case_id"] for one in (await intake.get(path, visitors.headers))["matters"]] == [case_id]


async def test_why_a_visit_is_corrected_or_void_names_nobody_of_the_household(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    made = await visitors.record(home)
    path, why = f"{VISITS}/{made['visit_id']}", "欧阳金丝雀来电说当晚只有欧阳小雀在家"
    await visitors.done(f"{path}/correction", {"outcome": "nobody_home", "why": why})
    await visitors.done(f"{path}/voiding", {"why": why})
    other = visitors.by(Role.SUPERVISOR, subject="supervisor-1")
    await other.done(f"{path}/voiding/decision", {"granted": True, "why": why})
    said = await intake.payloads() + str(await intake.get(f"{path}/changes", visitors.headers))
    assert not [word for word in ("金丝雀", "小雀") if word in said]


async def test_a_visit_is_void_while_another_of_its_day_waits_to_be(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    round_id = await visitors.open()
    first, second = [await visitors.record(home, staff_ids=[worker]) for worker in ("S-1", "S-2")]
    for made in (second, first):
        await visitors.done(f"{VISITS}/{made['visit_id']}/voiding", {"why": "该户反映当天无人上门"})
    other, decision = visitors.by(Role.SUPERVISOR, subject="s-4", staff="S-4"), {"granted": True, "why": "已核实"}
    await other.done(f"{VISITS}/{first['visit_id']}/voiding/decision", decision)
    now = await intake.get(f"{VISITS}/{second['visit_id']}", visitors.headers)
    assert (now["duplicate_of"], now["status"], await visitors.counts(round_id)) == (None, "void_asked", (1, 1))
    by_hand = await visitors.post(f"{VISITS}/{second['visit_id']}/correction", {"why": "补填", "topics": ["jobs"]})
    assert by_hand.status_code == 409
    await other.done(f"{VISITS}/{second['visit_id']}/voiding/decision", decision)
    assert await visitors.counts(round_id) == (0, 1)
    assert await tallied(intake, round_id) == await recounted(intake, round_id)
