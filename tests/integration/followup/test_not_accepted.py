"""Two people say that a case is not accepted (不予受理): it ends, and never one that a unit has or had done again."""

from typing import Any

import pytest
from asyncpg import IntegrityConstraintViolationError

from bench.said import said
from libs.common.errors import Permanent
from libs.common.events.accepting import CaseNotAccepted
from libs.common.events.cases import CaseAnsweredDirectly, CaseClosed, TriageQueued
from libs.common.events.citizens import WithdrawalWished
from libs.common.events.terms import Closing
from tests.integration.followup.office import DAY, T0, Office, assigned

BY: dict[str, Any] = {"by": "supervisor-1", "by_staff": "S-2", "asked_by": "dispatcher-1", "asked_by_staff": "S-1"}


async def queued(office: Office) -> str:
    """A case that waits for a unit."""
    case_id = await office.register()
    await office.hear(said(TriageQueued, case_id, occurred_at=T0))
    return case_id


def not_accepted(case_id: str, **changes: Any) -> CaseNotAccepted:
    """As dispatch says it."""
    return said(CaseNotAccepted, case_id, **{"occurred_at": T0, **BY, **changes})


async def test_it_ends_with_all_its_clocks_and_nobody_is_called_about_a_result(office: Office) -> None:
    case_id = await queued(office)
    await office.hear(said(WithdrawalWished, case_id, occurred_at=T0, by="op"))
    await office.hear(not_accepted(case_id))
    case = await office.case(case_id)
    assert (case["status"], case["closing"], case["satisfaction"]) == ("closed", "not_accepted", None)
    assert {timer["state"] for timer in case["timers"]} == {"cancelled"}
    assert [(row["purpose"], row["state"]) for row in case["callbacks"]] == [("withdrawal", "cancelled")]
    closed = [event for event in await office.said(case_id) if isinstance(event, CaseClosed)]
    assert [event.closing for event in closed] == [Closing.NOT_ACCEPTED]
    [step] = await office.rows("SELECT who, staff_id, why FROM transition WHERE action = 'not_accept'")
    assert (step.who, step.staff_id, "法院" in step.why) == ("supervisor-1", "S-2", True)
    assert await office.advance(T0 + 90 * DAY) == 0


@pytest.mark.parametrize(
    "lie",
    [
        {"by": "dispatcher-1", "by_staff": None},
        {"by": "another", "by_staff": "S-1"},
        {"by": None, "by_staff": None},
        {"go_to": " "},
    ],
)
async def test_on_the_word_of_one_person_it_is_parked_and_goes_on(office: Office, lie: dict[str, Any]) -> None:
    case_id = await queued(office)
    with pytest.raises(Permanent, match="cannot be not accepted"):
        await office.hear(not_accepted(case_id, **lie))
    assert (await office.case(case_id))["status"] == "handling"


async def test_what_a_unit_has_is_parked_and_goes_on(office: Office) -> None:
    case_id = await office.register()
    await office.hear(assigned(case_id, T0))
    with pytest.raises(Permanent, match="has it in hand"):
        await office.hear(not_accepted(case_id))
    assert (await office.case(case_id))["closing"] is None


async def test_an_answer_at_the_door_that_came_first_holds(office: Office) -> None:
    case_id = await queued(office)
    await office.hear(said(CaseAnsweredDirectly, case_id, occurred_at=T0), not_accepted(case_id))
    assert (await office.case(case_id))["status"] == "callback"
    later = await queued(office)
    await office.hear(not_accepted(later), said(CaseAnsweredDirectly, later, occurred_at=T0))
    assert (await office.case(later))["closing"] == "not_accepted"


async def test_the_database_stands_behind_the_guard(office: Office) -> None:
    case_id = await office.open_case()
    sql = "UPDATE matter SET status = 'closed', closing = 'not_accepted' WHERE case_id = $1"
    async with office.database.transaction(T0) as session:
        with pytest.raises(IntegrityConstraintViolationError):
            await session.fetch(sql, case_id)
