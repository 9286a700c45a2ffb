"""Whoever turns out to be complained about: no return is counted, nothing is waited for, nothing is shown."""

import pytest

from bench.said import said
from libs.common.events.accused import AccusedNamed
from libs.common.events.cases import CaseReassigned, TriageQueued
from libs.common.security.principal import Role
from tests.integration.followup.office import DAY, LEAD, LIGHTS, OTHER, T0, Office

ORDER = {"level": "supervision", "reason": "请当面说明", "reply_due": "2026-03-06"}


@pytest.mark.parametrize("to_triage", [False, True])
async def test_a_case_that_was_taken_away_was_not_given_up(office: Office, to_triage: bool) -> None:
    case_id = await office.open_case()
    await office.hear(said(AccusedNamed, case_id, occurred_at=T0, accused_units=(LEAD,)))
    given = {"from_unit": LEAD, "lead_unit": OTHER, "category_code": LIGHTS}
    event = (
        said(TriageQueued, case_id, occurred_at=T0, recusal=True)
        if to_triage
        else said(CaseReassigned, case_id, occurred_at=T0, recusal=True, **given)
    )
    await office.hear(event)
    [row] = await office.rows("SELECT left_units, lead_unit, also_accused FROM matter WHERE case_id = $1", case_id)
    assert (row.left_units, row.lead_unit, row.also_accused) == ([], None if to_triage else OTHER, [LEAD])
    clocks = (await office.case(case_id))["timers"]
    running = {(clock["what"], clock["unit_code"]) for clock in clocks if clock["state"] == "pending"}
    assert running == ({("triage", None), ("handle", None)} if to_triage else {("sign", OTHER), ("handle", OTHER)})


async def test_nobody_waits_for_its_reply_and_it_sees_no_order(office: Office) -> None:
    case_id = await office.open_case()
    order = (await office.supervisor.post("/supervisions", ORDER | {"case_id": case_id})).json()
    handler = office.person("li", Role.HANDLER, LEAD)
    path = f"/supervisions/{order['supervision_id']}"
    assert (await handler.get(path)).status_code == 200
    await office.hear(said(AccusedNamed, case_id, occurred_at=T0, accused_units=(LEAD,)))
    for answer in (
        await handler.get(path),
        await handler.post(f"{path}/reply", {"reply": "已说明情况"}, version="*"),
        await handler.get(f"/cases/{case_id}"),
    ):
        assert answer.status_code == 404
    assert (await handler.get("/supervisions")).json()["items"] == []
    [clock] = [one for one in (await office.case(case_id))["timers"] if one["what"] == "reply"]
    assert clock["state"] == "cancelled"
    await office.advance(T0 + 10 * DAY)
    assert "DeadlineMissed(reply)" not in await office.names(case_id)


async def test_a_person_sees_nothing_by_any_account_and_its_unit_everything(office: Office) -> None:
    case_id = await office.handled_case(accused_staff=("S-1",))
    callback = await office.callback(case_id)
    paths = (f"/cases/{case_id}", f"/callbacks/{callback['callback_id']}")
    for account in ("a", "b"):
        person = office.person(account, Role.SUPERVISOR, "S-GOV", staff_id="S-1")
        assert [(await person.get(path)).status_code for path in paths] == [404, 404]
        for listed in ("/callbacks", "/timers"):
            assert (await person.get(listed)).json()["items"] == []
    other = office.person("c", Role.SUPERVISOR, "S-GOV", staff_id="S-2")
    assert [(await other.get(path)).status_code for path in paths] == [200, 200]
