"""What a summoned unit claims is decided in time (审核时限), or by the supervisors alone."""

from typing import Any

from libs.common.events.cases import DeadlineSet
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Deadline
from libs.common.events.whistle_terms import claim_name
from libs.common.events.whistles import ClaimMade
from libs.common.security.principal import Role
from services.dispatch.appraisals.queries import overdue_claims
from tests.integration.dispatch.office import HOUR, Office, only
from tests.integration.dispatch.test_called_by_name import summoned
from tests.integration.dispatch.test_responsible import HOUSING

REFUSED = {"granted": False, "note": "属本单位职责"}


async def claimed(office: Office) -> tuple[str, int]:
    """A case with a claim whose time to be decided ends in two hours."""
    case_id = await summoned(office)
    body = {"kind": "return", "reason": "不属本单位职责"}
    made = await office.handler(HOUSING).post(f"/calls/{case_id}/claims", body, version="*")
    assert made.status_code == 201, made.text
    assert made.json()["due_at"] is None
    told, now = only(await office.said(case_id), ClaimMade), office.clock.now()
    about: dict[str, Any] = {"about": claim_name(told.claim, told.kind, told.task), "unit_code": None}
    clock = SetDeadline(
        deadline=Deadline.CLAIM, **about, starts_at=now, warn_at=now + HOUR, due_at=now + 2 * HOUR, pack_version=1
    )
    await office.hear(DeadlineSet(case_id=case_id, occurred_at=now, round=1, deadlines=(clock,)))
    return case_id, told.claim


async def overdue(office: Office) -> int:
    async with office.database.reading() as session:
        session.now = office.clock.now()
        return await overdue_claims(session)


async def test_until_its_end_the_hotline_decides_it_and_then_the_supervisors_alone(office: Office) -> None:
    case_id, claim = await claimed(office)
    path = f"/cases/{case_id}/claims/{claim}/decision"
    [listed] = (await office.dispatcher.get("/whistle-claims", state="pending")).json()["items"]
    assert listed["due_at"] == "2026-03-03T03:00:00Z"
    assert await overdue(office) == 0
    office.later(2 * HOUR)
    assert await overdue(office) == 1
    late = await office.dispatcher.post(path, REFUSED, version="*")
    assert (late.status_code, "supervisors" in late.text) == (403, True)
    above = await office.person("zhao", Role.SUPERVISOR).post(path, REFUSED, version="*")
    assert (above.status_code, above.json()["state"]) == (200, "refused")
    assert await overdue(office) == 0


async def test_in_time_whoever_may_decide_it_does(office: Office) -> None:
    case_id, claim = await claimed(office)
    office.later(HOUR)
    decided = await office.dispatcher.post(f"/cases/{case_id}/claims/{claim}/decision", REFUSED, version="*")
    assert (decided.status_code, decided.json()["state"]) == (200, "refused")
