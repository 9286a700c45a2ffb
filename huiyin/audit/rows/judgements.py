"""What was decided about how a case counts, in followup; and in intake, what was said of repeats."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from huiyin.audit.case import FOLLOWUP, INTAKE, CaseView
from huiyin.audit.rows.comparing import Columns, WantedRows, columns_of
from libs.common.events import cases, judging
from libs.common.events.base import SaidByHand
from services.followup.judgements.actions import AS_REGISTERED, asked_for, ruled
from services.followup.judgements.domain import Exclusion, Judged
from services.intake.cases.actions import repeats


def judgements_of(view: CaseView) -> Iterator[WantedRows]:
    """The rows of followup: judgements by their numbers, and wishes not to be counted."""
    said: list[dict[str, Any]] = [
        _judged(event, Judged.PETITION, event.petition, AS_REGISTERED) | {"at": event.registered_at}
        for event in view.of(INTAKE, cases.CaseRegistered, FOLLOWUP)[:1]
        if event.petition is not None
    ]
    exclusions: dict[str, Exclusion] = {}
    for one in view.said[FOLLOWUP]:
        match one.event:
            case judging.PetitionClassified() as event:
                said.append(_judged(event, Judged.PETITION, event.petition, event.reason))
            case judging.DemandJudged() as event:
                said.append(_judged(event, Judged.MERIT, event.merit, event.reason) | _plan(event))
            case judging.ExclusionRequested() as event:
                exclusions[event.exclusion_id] = asked_for(event)
            case (judging.ExclusionDecided() | judging.ExclusionRevoked()) as event:
                if (known := exclusions.get(event.exclusion_id)) is not None:
                    exclusions[event.exclusion_id] = ruled(known, event)
    rows = [row | {"number": number} for number, row in enumerate(said, start=1)]
    yield WantedRows(FOLLOWUP, "judgement", ("number",), rows)
    wanted = [columns_of(exclusion) for exclusion in exclusions.values()]
    yield WantedRows(FOLLOWUP, "exclusion", ("exclusion_id",), wanted)


def repeats_of(view: CaseView) -> WantedRows:
    """The rows of intake: what was said of the case as a repeat."""
    numbers = count(1)
    rows: list[Columns] = [
        _repeat(event, next(numbers), event.repeat_of, repeats.AS_REGISTERED) | {"at": event.registered_at}
        for event in view.of(INTAKE, cases.CaseRegistered)[:1]
        if event.repeat_of is not None
    ]
    later = view.of(INTAKE, judging.RepeatNamed)
    rows += [_repeat(event, next(numbers), event.repeat_of, event.reason) for event in later]
    return WantedRows(INTAKE, "repeat", ("number",), rows)


def _repeat(
    event: cases.CaseRegistered | judging.RepeatNamed, number: int, repeat_of: str | None, reason: str
) -> dict[str, Any]:
    about = {"case_id": event.case_id, "number": number, "at": event.occurred_at}
    return about | {"repeat_of": repeat_of, "reason": reason} | _by(event)


def _judged(
    event: cases.CaseRegistered | judging.PetitionClassified | judging.DemandJudged,
    what: Judged,
    word: str | None,
    reason: str,
) -> dict[str, Any]:
    about = {"case_id": event.case_id, "at": event.occurred_at}
    return about | {"what": what, "word": word, "reason": reason} | _plan(None) | _by(event)


def _plan(event: judging.DemandJudged | None) -> dict[str, Any]:
    return {"plan": event.plan, "together": list(event.together)} if event else {"plan": None, "together": []}


def _by(event: SaidByHand) -> dict[str, Any]:
    return {"who": event.by, "unit_code": event.by_unit, "staff_id": event.by_staff}
