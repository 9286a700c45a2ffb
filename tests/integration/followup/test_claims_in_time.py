"""What a summoned unit claims has a clock of its own, where the pack has a limit, that outlives the case."""

from bench.said import said
from libs.common.events.cases import DeadlineMissed, deadlines_in
from libs.common.events.directory import PackPublished
from libs.common.events.terms import Deadline
from libs.common.events.whistle_terms import ClaimKind, claim_name
from libs.common.events.whistles import CallDone, ClaimDecided, ClaimMade
from libs.common.pack.loader import digest, document
from libs.common.pack.schema import ANY, Limits, LimitSetting, LimitTable
from libs.common.time.due import LimitUnit
from tests.integration.followup.office import COUNTY, OTHER, PACK, T0, Office, assigned, local

TASK = f"3.{OTHER}"
OF_IT = {"task": TASK, "unit_code": OTHER, "whistle": 3, "round": 1, "occurred_at": T0}


async def limited(office: Office) -> str:
    """A case under a pack by which claims are decided within two working days."""
    two_days: LimitTable = {ANY: {ANY: LimitSetting(value=2, unit=LimitUnit.WORK_DAY)}}
    pack = PACK.model_copy(update={"limits": Limits({**PACK.limits.root, Deadline.CLAIM: two_days})})
    await office.hear(
        PackPublished(occurred_at=T0, place_code=COUNTY, version=2, digest=digest(pack), document=document(pack))
    )
    case_id = await office.open_case(pack_version=2)
    await office.hear(assigned(case_id, T0).model_copy(update={"pack_version": 2}))
    return case_id


async def missed(office: Office, case_id: str) -> list[str]:
    """What of the claims was said to be late, once all of it would be."""
    await office.advance(local("2026-03-20"))
    late = [event for event in await office.said(case_id) if isinstance(event, DeadlineMissed)]
    return [event.about for event in late if event.deadline is Deadline.CLAIM]


def claim(case_id: str, number: int, kind: ClaimKind) -> ClaimMade:
    return said(ClaimMade, case_id, **OF_IT, claim=number, kind=kind)


async def test_it_is_late_after_two_working_days_unless_it_was_decided(office: Office) -> None:
    case_id = await limited(office)
    await office.hear(claim(case_id, 7, ClaimKind.RETURN), claim(case_id, 9, ClaimKind.NEEDLESS))
    set_then = [one for event in await office.said(case_id) for one in deadlines_in(event)]
    ends = {one.about: (one.unit_code, one.due_at) for one in set_then if one.deadline is Deadline.CLAIM}
    first, second = claim_name(7, ClaimKind.RETURN, TASK), claim_name(9, ClaimKind.NEEDLESS, TASK)
    assert ends == dict.fromkeys((first, second), (None, local("2026-03-06")))
    await office.hear(said(ClaimDecided, case_id, **OF_IT, claim=9, kind=ClaimKind.NEEDLESS, granted=False))
    assert await missed(office, case_id) == [first]


async def test_a_task_that_is_done_is_given_back_no_more_and_its_score_is_still_decided_on(office: Office) -> None:
    case_id = await limited(office)
    await office.hear(claim(case_id, 7, ClaimKind.RETURN), claim(case_id, 9, ClaimKind.SCORE))
    await office.hear(said(CallDone, case_id, task=TASK, unit_code=OTHER, round=1, occurred_at=T0))
    assert await missed(office, case_id) == [claim_name(9, ClaimKind.SCORE, TASK)]


async def test_without_a_limit_nothing_runs(office: Office) -> None:
    case_id = await office.open_case()
    await office.hear(claim(case_id, 7, ClaimKind.RETURN))
    assert await missed(office, case_id) == []
