"""The clocks of tasks: what starts and stops those of support units, of summoned units, and of letters."""

from typing import Any

from huiyin.audit.rows.clocks import Clocks
from libs.common.events import cases, letters, risks, tasks, whistles
from libs.common.events.letter_terms import letter_deadline
from libs.common.events.terms import Deadline
from libs.common.events.whistle_terms import ClaimKind, claim_name

OF_TASKS: tuple[type[Any], ...] = (
    *(tasks.TaskGiven, cases.TaskDone, cases.TaskCancelled),
    *(whistles.StreetWhistled, whistles.UnitArrived, whistles.CallDone, whistles.CallCancelled),
    *(whistles.ConsultationHeld, whistles.ClaimMade, whistles.ClaimDecided),
    *(letters.LetterSent, letters.LetterReplied, letters.LetterSentBack, letters.LetterWithdrawn),
    *(letters.LetterHandedOn, risks.RiskReported, risks.RiskAcknowledged),
)
"""What is said of them alone."""


def given_with(clocks: Clocks, event: cases.CaseAssigned | cases.CaseReassigned) -> None:
    """Who is named again goes on; who has a task by it has its limit, where the pack has one."""
    clocks.stop_tasks(event.round, but_not=event.support_units)
    for name in event.tasks:
        clocks.start_about(name)


def tell_task(clocks: Clocks, event: Any, *, in_hand: bool) -> None:
    """What one of ``OF_TASKS`` starts, where the case is handled then, and what it stops."""
    match event:
        case tasks.TaskGiven() if in_hand:
            clocks.start_about(event.task)
        case whistles.StreetWhistled() if in_hand:
            for name in event.tasks:
                clocks.start_about(name)
        case cases.TaskDone() | cases.TaskCancelled():
            clocks.stop_task(event.round, event.unit_code)
            if isinstance(event, cases.TaskCancelled) and event.task is not None:
                clocks.start_about(event.task)
        case whistles.UnitArrived():
            clocks.stop_about(event.task, Deadline.REPORT_IN)
        case _:
            _tell_call(clocks, event, in_hand=in_hand)


def _tell_call(clocks: Clocks, event: Any, *, in_hand: bool) -> None:
    match event:
        case whistles.ConsultationHeld() if in_hand:
            for one in event.tasks:
                clocks.start_about(one.task)
        case whistles.CallDone() | whistles.CallCancelled():
            clocks.stop_about(event.task)
            clocks.stop_giving_back(event.task)
        case whistles.ClaimMade():
            clocks.start_about(claim_name(event.claim, event.kind, event.task))
        case whistles.ClaimDecided():
            clocks.stop_about(claim_name(event.claim, event.kind, event.task))
            if event.granted and event.kind is ClaimKind.RETURN:
                clocks.stop_about(event.task)
        case _:
            _tell_matter(clocks, event)


def _tell_matter(clocks: Clocks, event: Any) -> None:
    match event:
        case letters.LetterSent() | letters.LetterSentBack():
            clocks.start_about(letter_deadline(event.letter_id, event.edition))
        case letters.LetterHandedOn():
            clocks.hand_over_about(letter_deadline(event.letter_id, event.edition), event.to_unit)
        case letters.LetterReplied() | letters.LetterWithdrawn():
            clocks.stop_about(letter_deadline(event.letter_id, event.edition))
        case risks.RiskReported():
            clocks.start_about(event.risk_id)
        case risks.RiskAcknowledged():
            clocks.stop_about(event.risk_id)
