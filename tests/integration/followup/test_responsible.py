"""Who of a unit answers in a round (责任人) stands with the clocks and orders of that unit and round alone."""

from datetime import datetime

from bench.said import said
from libs.common.events.directory import RecordedTerm, StaffRecorded
from libs.common.events.responsible import ResponsibleNamed
from libs.common.events.whistles import CallResponsibleNamed, StreetWhistled
from tests.integration.followup.office import DAY, HOUR, LEAD, OTHER, T0, Office
from tests.integration.followup.test_supervision import issue


def recorded(version: int = 1, ends_at: datetime | None = None) -> StaffRecorded:
    """The person, as dispatch says."""
    term = RecordedTerm(number=1, post_code="case_worker", unit_code=LEAD, begins_at=T0 - DAY, ends_at=ends_at)
    return StaffRecorded(occurred_at=T0, staff_id="S-1", version=version, name="陈测试", terms=(term,))


def named(office: Office, case_id: str, staff_id: str | None, unit: str = LEAD) -> ResponsibleNamed:
    """That this person answers for it, or nobody any more."""
    now = office.clock.now()
    return ResponsibleNamed(occurred_at=now, case_id=case_id, round=1, unit_code=unit, staff_id=staff_id)


async def test_who_answers_stands_with_the_clocks_and_orders_of_the_unit_and_round(office: Office) -> None:
    case_id = await office.open_case()
    await office.hear(recorded(), named(office, case_id, "S-1"))
    own, other = await issue(office, case_id), await issue(office, case_id, unit_code=OTHER)
    expected = {"staff_id": "S-1", "name": "陈测试", "vacant": False}
    assert (own["responsible"], other["responsible"]) == (expected, None)
    timers = (await office.supervisor.get("/timers", case_id=case_id)).json()["items"]
    assert timers
    assert all(timer["responsible"] == (expected if timer["unit_code"] == LEAD else None) for timer in timers)
    shown = (await office.supervisor.get(f"/cases/{case_id}")).json()
    assert {(order["unit_code"], order["responsible"] is not None) for order in shown["supervisions"]} == {
        (LEAD, True), (OTHER, False),
    }  # fmt: skip
    listed = (await office.supervisor.get("/supervisions", unit_code=LEAD)).json()["items"]
    assert listed[0]["responsible"] == expected
    one = await office.supervisor.get(f"/supervisions/{own['supervision_id']}")
    assert one.json()["responsible"] == expected


async def test_a_term_that_ended_leaves_it_vacant_and_a_name_that_was_taken_back_is_gone(office: Office) -> None:
    case_id = await office.open_case()
    await office.hear(recorded(), named(office, case_id, "S-1"), recorded(2, ends_at=T0 + HOUR))
    order = await issue(office, case_id)
    office.clock.advance_to(T0 + HOUR)
    read = f"/supervisions/{order['supervision_id']}"
    assert (await office.supervisor.get(read)).json()["responsible"]["vacant"] is True
    await office.hear(named(office, case_id, None))
    assert (await office.supervisor.get(read)).json()["responsible"] is None
    assert await office.rows("SELECT 1 FROM responsible") == []
    await office.hear(named(office, case_id, "S-unknown"))
    assert (await office.supervisor.get(read)).json()["responsible"] == {
        "staff_id": "S-unknown", "name": "", "vacant": True,
    }  # fmt: skip


async def test_of_a_summoned_unit_the_clocks_of_its_task_show_who_answers(office: Office) -> None:
    case_id = await office.open_case()
    task, due = f"3.{OTHER}", T0 + HOUR
    called = {"units": (OTHER,), "tasks": (task,), "report_due_at": due, "unit_code": LEAD}
    name = {"task": task, "unit_code": OTHER, "staff_id": "S-1"}
    await office.hear(
        recorded(),
        said(StreetWhistled, case_id, occurred_at=T0, round=1, **called),
        said(CallResponsibleNamed, case_id, occurred_at=T0, round=1, **name),
    )
    timers = (await office.supervisor.get("/timers", case_id=case_id)).json()["items"]
    named_of = {timer["unit_code"]: timer["responsible"] for timer in timers if timer["what"] == "report_in"}
    assert {unit: who and who["staff_id"] for unit, who in named_of.items()} == {OTHER: "S-1"}
    gone = said(CallResponsibleNamed, case_id, occurred_at=T0, round=1, **name | {"staff_id": None})
    await office.hear(gone)
    assert await office.rows("SELECT 1 FROM responsible") == []
