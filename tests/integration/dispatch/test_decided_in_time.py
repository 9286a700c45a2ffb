"""What nobody decides in time goes up by itself (逾期提级审核), once, and only whoever stands above decides it then."""

from typing import Any

import pytest

from libs.common.events.asking import RequestRaised
from libs.common.events.asking_terms import request_name
from libs.common.events.cases import DeadlineMissed, DeadlineSet
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Deadline
from libs.common.security.principal import Role
from tests.integration.dispatch.office import HOUR, TOWN_UNIT, VILLAGE_UNIT, Office, only
from tests.integration.dispatch.test_returning import ASK, REFUSE, requests

GRANT = {"approved": True, "note": "同意", "notice": "延长三日"}


async def asked_and_late(office: Office, what: str = "return", body: Any = None) -> tuple[str, DeadlineMissed]:
    """A case with a request whose time to be decided is over; and the word of that."""
    case_id = await office.register()
    await handled_by(office, case_id)
    village = office.handler(VILLAGE_UNIT)
    if what != "return":
        await village.do(case_id, "signature")
    number = (await village.do(case_id, what, ASK if body is None else body))["version"]
    now = office.clock.now()
    about: dict[str, Any] = {"deadline": Deadline.DECISION, "about": request_name(number), "unit_code": None}
    clock = SetDeadline(**about, starts_at=now, warn_at=now + HOUR, due_at=now + 2 * HOUR, pack_version=1)
    await office.hear(DeadlineSet(case_id=case_id, occurred_at=now, round=1, deadlines=(clock,)))
    office.later(3 * HOUR)
    return case_id, DeadlineMissed(case_id=case_id, occurred_at=now + 2 * HOUR, round=1, **about, due_at=now + 2 * HOUR)


async def handled_by(office: Office, case_id: str) -> None:
    """Its handling clock, as followup would have set it."""
    now = office.clock.now()
    about: dict[str, Any] = {"deadline": Deadline.HANDLE, "unit_code": VILLAGE_UNIT, "pack_version": 1}
    clock = SetDeadline(**about, starts_at=now, warn_at=now + 100 * HOUR, due_at=now + 200 * HOUR)
    await office.hear(DeadlineSet(case_id=case_id, occurred_at=now, round=1, deadlines=(clock,)))


async def test_a_late_return_goes_up_once_and_is_decided_above(office: Office) -> None:
    case_id, missed = await asked_and_late(office)
    await office.hear(missed)
    await office.hear(missed, missed)
    raised = only(await office.said(case_id), RequestRaised)
    assert (raised.kind, raised.unit_code, raised.due_at) == ("return", VILLAGE_UNIT, missed.due_at)
    [request] = await requests(office, case_id)
    assert (request["state"], request["raised_at"] is None) == ("pending", False)
    refused = await office.dispatcher.post(f"/cases/{case_id}/return/decision", REFUSE, version="*")
    assert (refused.status_code, "supervisors" in refused.json()["detail"]) == (403, True)
    above = office.person("zhao", Role.SUPERVISOR)
    await above.do(case_id, "return/decision", {"approved": True, "note": "由镇办", "lead_unit": TOWN_UNIT})
    work = await office.work(case_id)
    assert (work["lead_unit"], work["request_raised_at"]) == (TOWN_UNIT, None)


async def test_what_was_decided_before_word_of_its_limit_came_stays_decided(office: Office) -> None:
    case_id, missed = await asked_and_late(office)
    await office.dispatcher.do(case_id, "return/decision", REFUSE)
    await office.hear(missed)
    assert not [one for one in await office.said(case_id) if isinstance(one, RequestRaised)]
    await office.handler(VILLAGE_UNIT).do(case_id, "return", ASK)
    await office.hear(missed)
    assert not [one for one in await office.said(case_id) if isinstance(one, RequestRaised)]


@pytest.mark.parametrize("who", ["dispatcher", "leader"])
async def test_more_time_that_is_late_is_the_supervisors_too(office: Office, who: str) -> None:
    more = {"days": 2, "reason_code": "complex", "note": "情况复杂"}
    case_id, missed = await asked_and_late(office, "extension", more)
    await office.hear(missed)
    by = office.dispatcher if who == "dispatcher" else office.person("chen", Role.LEADER, unit=TOWN_UNIT)
    refused = await by.post(f"/cases/{case_id}/extension/decision", GRANT, version="*")
    assert refused.status_code == 403
    await office.person("zhao", Role.SUPERVISOR).do(case_id, "extension/decision", GRANT)
    [request] = await requests(office, case_id)
    assert (request["state"], request["decided_by"]) == ("granted", "zhao")


async def test_nobody_decides_what_he_asked_for_though_it_went_up(office: Office) -> None:
    case_id, missed = await asked_and_late(office)
    await office.hear(missed)
    for who in (office.person("li", Role.SUPERVISOR), office.person("x", Role.SUPERVISOR, unit=VILLAGE_UNIT)):
        refused = await who.post(f"/cases/{case_id}/return/decision", REFUSE, version="*")
        assert refused.status_code == 403


async def test_requests_are_counted_by_kind_and_what_became_of_them_and_each_opens_to_its_cases(office: Office) -> None:
    late, missed = await asked_and_late(office)
    await office.hear(missed)
    refused, _ = await asked_and_late(office)
    await office.dispatcher.do(refused, "return/decision", REFUSE)
    more, _ = await asked_and_late(office, "extension", {"days": 2, "reason_code": "complex", "note": "情况复杂"})
    counts = (await office.dispatcher.get("/request-counts")).json()["items"]
    told = {(one["kind"], one["state"]): (one["requests"], one["raised"]) for one in counts}
    assert told == {("return", "pending"): (1, 1), ("return", "refused"): (1, 0), ("extension", "pending"): (1, 0)}
    for query, cases in (
        ({"kind": "return", "state": "pending"}, [late]),
        ({"raised": "true"}, [late]),
        ({"kind": "return", "state": "refused"}, [refused]),
        ({"raised": "false"}, [more, refused]),
    ):
        listed = (await office.dispatcher.get("/requests", **query)).json()["items"]
        assert [one["case_id"] for one in listed] == cases, query
    elsewhere = office.person("zhou", Role.DISPATCHER, area="999001102000")
    assert (await elsewhere.get("/request-counts")).json()["items"] == []
