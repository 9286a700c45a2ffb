"""Every promise has a clock: what is set, what fires, once each and in order, however long nobody was there."""

import asyncio

import pytest

from libs.common.events.cases import CaseReassigned, DeadlineMissed, TriageQueued, deadlines_in
from libs.common.events.supervision import SupervisionIssued
from libs.common.events.terms import Kind, Urgency
from libs.common.run.failpoints import FailpointError, arm
from libs.common.security.principal import Role
from services.followup.ladder.actions.due import fire_due
from tests.integration.followup.office import (
    COUNTY,
    DAY,
    HOUR,
    LEAD,
    LIGHTS,
    OTHER,
    T0,
    Office,
    assigned,
    handled,
    local,
    signed,
)

WHOLE_LADDER = [
    "DeadlineWarned(sign)",
    "DeadlineMissed(sign)",
    "SupervisionIssued(reminder)",
    "DeadlineWarned(handle)",
    "DeadlineMissed(handle)",
    "SupervisionIssued(reminder)",
    "SupervisionIssued(supervision)",
    "SupervisionIssued(supervision)",
]
"""Not signed, not handled: a reminder each, and after three working days an order to the unit and its supervisors."""


async def clocks(office: Office, case_id: str) -> list[str]:
    """What fired, by name."""
    names = await office.names(case_id)
    return [name for name in names if not name.startswith(("DeadlineSet", "CallbackDue"))]


async def test_deadlines_of_a_case(office: Office) -> None:
    case_id = await office.open_case()
    dues = {one.deadline.value: one for event in await office.said(case_id) for one in deadlines_in(event)}
    assert dues["triage"].due_at == T0 + DAY
    # One working day after Tuesday ends with Wednesday; the duty's own five end with Tuesday of the next week.
    assert dues["sign"].due_at == local("2026-03-05")
    assert dues["handle"].due_at == local("2026-03-11")
    assert (dues["handle"].unit_code, dues["handle"].pack_version) == (LEAD, 1)
    states = {(t["what"], t["step"]): t["state"] for t in (await office.case(case_id))["timers"]}
    assert states == {
        ("triage", "warn"): "cancelled",
        ("sign", "warn"): "pending",
        ("handle", "warn"): "pending",
    }


async def test_overdue_through_the_whole_ladder(office: Office) -> None:
    case_id = await office.open_case()
    day = T0
    while day < local("2026-03-20"):
        day += 6 * HOUR
        await office.advance(day)
    assert await clocks(office, case_id) == WHOLE_LADDER
    orders = [event for event in await office.said(case_id) if isinstance(event, SupervisionIssued)]
    # 逾期三个工作日: the 11th, the 12th and the 13th are over.
    due, raised = local("2026-03-11"), local("2026-03-14")
    assert [order.occurred_at for order in orders] == [local("2026-03-05"), due, raised, raised]
    assert [order.unit_code for order in orders] == [LEAD, LEAD, LEAD, "S-GOV"]
    assert sorted((await office.case(case_id))["overdue"]) == ["handle", "sign"]


async def test_ten_days_of_downtime_in_the_middle_of_a_ladder(office: Office) -> None:
    case_id, twin = await office.open_case(), await office.open_case()
    await office.advance(local("2026-03-12"))
    office.skip(local("2026-03-22"))
    await office.advance(local("2026-03-22"))
    assert await clocks(office, case_id) == WHOLE_LADDER
    assert await clocks(office, twin) == WHOLE_LADDER
    said = await office.said(case_id)
    assert [event.occurred_at for event in said] == sorted(event.occurred_at for event in said)
    assert said[-1].occurred_at == local("2026-03-14")


async def test_a_result_after_the_deadline_tells_the_miss_first_and_once(office: Office) -> None:
    case_id = await office.open_case()
    await office.hear(signed(case_id, T0 + HOUR))
    late = local("2026-03-12", "10:00")
    office.skip(late)
    await office.hear(handled(case_id, late))
    await office.advance(late + 30 * DAY)
    names = await clocks(office, case_id)
    assert names == [
        "DeadlineWarned(handle)",
        "DeadlineMissed(handle)",
        "SupervisionIssued(reminder)",
        "DeadlineWarned(callback)",
        "DeadlineMissed(callback)",
        "SupervisionIssued(reminder)",
    ]
    all_names = await office.names(case_id)
    assert all_names.index("DeadlineMissed(handle)") < all_names.index("CallbackDue(callback)")
    (missed, _) = [event for event in await office.said(case_id) if isinstance(event, DeadlineMissed)]
    assert missed.occurred_at == missed.due_at == local("2026-03-11")


async def test_a_result_heard_late_but_given_in_time_is_in_time(office: Office) -> None:
    case_id = await office.open_case()
    office.skip(T0 + 30 * DAY)
    await office.hear(signed(case_id, T0 + HOUR), handled(case_id, T0 + DAY))
    assert await clocks(office, case_id) == []


async def test_a_callback_recorded_late_lets_its_clock_speak_first(office: Office) -> None:
    case_id = await office.handled_case()
    office.skip(T0 + 10 * DAY)
    answer = await office.attempt(case_id, solved=True, satisfaction="satisfied")
    assert answer.status_code == 201, answer.text
    assert (await office.names(case_id))[-6:] == [
        "CallbackDue(callback)",
        "DeadlineWarned(callback)",
        "DeadlineMissed(callback)",
        "SupervisionIssued(reminder)",
        "CallbackTried",
        "CaseClosed",
    ]


async def test_signing_and_handling_in_time_fires_nothing(office: Office) -> None:
    case_id = await office.handled_case()
    await office.attempt(case_id, solved=True, satisfaction="satisfied")
    assert await office.advance(T0 + 365 * DAY) == 0
    assert await clocks(office, case_id) == ["CallbackTried", "CaseClosed"]


async def test_a_case_that_nobody_gets_in_time(office: Office) -> None:
    case_id = await office.register(urgency=Urgency.EMERGENCY)
    await office.hear(TriageQueued(case_id=case_id, occurred_at=T0, round=1, reason="no rule"))
    await office.advance(T0 + DAY)
    ladder = ["DeadlineWarned(triage)", "DeadlineMissed(triage)", "SupervisionIssued(reminder)"]
    assert await clocks(office, case_id) == ladder
    assert (await office.names(case_id)).count("DeadlineSet(triage)") == 1


async def test_reassigned_signs_anew_and_the_handling_clock_runs_on(office: Office) -> None:
    case_id = await office.open_case(kind=Kind.COMPLAINT)
    before = (await office.case(case_id))["handle_due_at"]
    at = T0 + 5 * HOUR
    await office.hear(
        CaseReassigned(
            case_id=case_id, occurred_at=at, round=1, from_unit=LEAD, lead_unit=OTHER, category_code=LIGHTS,
            explanation="by hand", pack_version=1,
        )
    )  # fmt: skip
    case = await office.case(case_id)
    assert (case["lead_unit"], case["handle_due_at"]) == (OTHER, before)
    pending = {(t["what"], t["step"]): t["unit_code"] for t in case["timers"] if t["state"] == "pending"}
    assert set(pending.values()) == {OTHER}
    names = await office.names(case_id)
    assert [name for name in names if name.startswith("DeadlineSet")] == [
        "DeadlineSet(triage)",
        "DeadlineSet(sign+handle)",
        "DeadlineSet(sign)",
    ]


async def test_given_up_by_three_units(office: Office) -> None:
    case_id = await office.register()
    for number, unit in enumerate((LEAD, OTHER, LEAD, "D-ENV")):
        await office.hear(
            assigned(case_id, T0 + number * HOUR, unit=unit),
            TriageQueued(case_id=case_id, occurred_at=T0 + (number + 0.5) * HOUR, round=1, reason="return approved"),
        )
    case = await office.case(case_id)
    assert sorted((order["rule_code"], order["unit_code"]) for order in case["supervisions"]) == [
        ("three_units", "H-12345"),
        ("three_units", "S-GOV"),
    ]
    names = await office.names(case_id)
    # Each wait for a unit has its own clock; the handling clock of the round is one.
    assert (names.count("DeadlineSet(triage)"), names.count("DeadlineSet(sign+handle)")) == (5, 1)
    assert case["lead_unit"] is None


async def test_word_of_an_older_round_changes_nothing(office: Office) -> None:
    case_id = await office.handled_case()
    await office.attempt(case_id, solved=False, satisfaction="not_satisfied")
    before = await office.names(case_id)
    await office.hear(assigned(case_id, T0), signed(case_id, T0), handled(case_id, T0))
    assert await office.names(case_id) == before
    assert (await office.case(case_id))["status"] == "handling"


async def test_the_clock_goes_back_and_forth(office: Office) -> None:
    case_id = await office.open_case()
    moments = ["2026-03-05", "2026-03-04", "2026-03-11", "2026-03-10", "2026-03-11", "2026-03-25", "2026-03-24"]
    fired = [await fire_due(office.runtime, local(moment)) for moment in moments]
    assert fired == [3, 0, 3, 0, 0, 1, 0]
    assert await clocks(office, case_id) == WHOLE_LADDER


async def test_two_who_fire_at_once_fire_each_timer_once(office: Office) -> None:
    cases = [await office.open_case() for _ in range(30)]
    counts = await asyncio.gather(*(fire_due(office.runtime, local("2026-03-25")) for _ in range(3)))
    assert sum(counts) == 7 * len(cases)
    for case_id in cases:
        assert await clocks(office, case_id) == WHOLE_LADDER


async def test_batches_keep_the_order_of_time_over_all_cases(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.followup.ladder.actions.due.AT_ONCE", 3)
    for number in range(8):
        await office.register(registered_at=T0 + number * HOUR)
    await office.advance(T0 + 3 * DAY)
    async with office.database.reading() as session:
        rows = await session.fetch("SELECT occurred_at FROM ledger WHERE type LIKE '%deadline_%ed' ORDER BY id")
    moments = [row.occurred_at for row in rows]
    assert len(moments) == 16
    assert moments == sorted(moments)


async def test_one_bad_case_stops_nobody(office: Office) -> None:
    bad, good = await office.open_case(), await office.open_case()
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE clock SET step = 'ladder:99' WHERE case_id = $1 AND step = 'warn'", bad)
    await office.advance(local("2026-03-25"))
    assert await clocks(office, good) == WHOLE_LADDER
    failed = await office.supervisor.get("/timers", state="failed")
    assert {timer["case_id"] for timer in failed.json()["items"]} == {bad}
    assert all("no step 99" in timer["error"] for timer in failed.json()["items"])
    # The cause is mended, and what was set aside fires with its own times.
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE clock SET step = 'warn' WHERE case_id = $1 AND step = 'ladder:99'", bad)
    retried = await office.person("root", Role.ADMIN).post(f"/cases/{bad}/timer-retry")
    assert retried.status_code == 200, retried.text
    await office.advance(local("2026-03-26"))
    assert await clocks(office, bad) == WHOLE_LADDER


async def test_a_pack_that_is_not_here_yet_is_waited_for(office: Office) -> None:
    waiting, good = await office.open_case(), await office.open_case()
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE clock SET pack_version = 7 WHERE case_id = $1", waiting)
    await office.advance(local("2026-03-25"))
    assert await clocks(office, good) == WHOLE_LADDER
    assert await clocks(office, waiting) == []
    async with office.database.transaction(T0) as session:
        await session.fetch("UPDATE clock SET pack_version = 1 WHERE case_id = $1", waiting)
    await office.advance(local("2026-03-25"))
    assert await clocks(office, waiting) == WHOLE_LADDER


@pytest.mark.parametrize("point", ["timers.before_fire", "timers.before_commit"])
async def test_a_crash_while_firing_loses_and_repeats_nothing(office: Office, point: str) -> None:
    case_id = await office.open_case()
    arm(f"{point}:raise")
    try:
        await office.advance(local("2026-03-25"))
    except FailpointError:
        await office.advance(local("2026-03-25"))
    finally:
        arm("")
    assert await clocks(office, case_id) == WHOLE_LADDER


async def test_timers_are_listed_by_unit_in_its_own_eyes(office: Office) -> None:
    await office.open_case()
    own = await office.person("li", Role.HANDLER, LEAD).get("/timers", limit=1)
    assert len(own.json()["items"]) == 1
    rest = await office.person("li", Role.HANDLER, LEAD).get("/timers", cursor=own.json()["next_cursor"])
    assert [timer["what"] for timer in (own.json()["items"] + rest.json()["items"])] == ["sign", "handle"]
    assert (await office.person("wu", Role.HANDLER, OTHER).get("/timers")).json()["items"] == []
    assert (await office.person("wu", Role.CALLER, None, COUNTY).get("/timers")).status_code == 403
