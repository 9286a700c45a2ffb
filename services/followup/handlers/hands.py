"""Events of whoever has a hand in a case beside its lead: tasks, whistles, letters, who answers for it."""

from libs.common.database.session import Session
from libs.common.events import letters
from libs.common.events.cases import RoundEvent, TaskCancelled, TaskDone
from libs.common.events.responsible import ResponsibleNamed
from libs.common.events.risks import RiskAcknowledged, RiskReported
from libs.common.events.tasks import TaskGiven
from libs.common.events.whistles import (
    CallCancelled,
    CallDone,
    CallResponsibleNamed,
    ClaimDecided,
    ClaimMade,
    ConsultationHeld,
    StreetWhistled,
    UnitArrived,
)
from services.followup.cases.domain.terms import Status
from services.followup.handlers.finding import in_hand, known
from services.followup.responsible.actions import note_named
from services.followup.tasks import actions as tasks


async def responsible_named(session: Session, event: ResponsibleNamed | CallResponsibleNamed) -> None:
    """责任人, 报到责任人 -> shown with the clocks and orders of that unit and round."""
    await known(session, event)
    await note_named(session, event)


async def worked(session: Session, event: RoundEvent) -> None:
    """办理进展, 协办签收, 协办进展 -> one more who had a hand in it."""
    await known(session, event)


async def task_given(session: Session, event: TaskGiven) -> None:
    """增派任务 -> the unit has to do it in time."""
    case = await in_hand(session, event)
    if case is not None:
        tasks.given(session, case, event)


async def task_ended(session: Session, event: TaskDone | TaskCancelled) -> None:
    """协办办结、撤销协办、协办承接 -> nobody waits for it any more; whoever has it now has to do it in time."""
    tasks.ended(session, await known(session, event), event)


async def whistled(session: Session, event: StreetWhistled) -> None:
    """吹哨 -> whoever is summoned has to come and to do its part in time."""
    case = await in_hand(session, event)
    if case is not None:
        tasks.whistled(session, case, event)


async def came(session: Session, event: UnitArrived) -> None:
    """报到 -> that promise is kept."""
    tasks.came(session, await known(session, event), event)


async def call_ended(session: Session, event: CallDone | CallCancelled) -> None:
    """吹哨任务办结、撤销召集 -> nobody waits for it any more."""
    tasks.call_ended(session, await known(session, event), event)


async def consulted(session: Session, event: ConsultationHeld) -> None:
    """会商 -> each unit has to do its own part in time."""
    case = await in_hand(session, event)
    if case is not None:
        tasks.consulted(session, case, event)


async def claimed(session: Session, event: ClaimMade) -> None:
    """被召集单位申请 -> somebody has to decide in time, where the pack says so."""
    tasks.claimed(session, await known(session, event), event)


async def claim_decided(session: Session, event: ClaimDecided) -> None:
    """被召集单位申请审核 -> it waits no longer; and what was given back nobody waits for."""
    tasks.claim_decided(session, await known(session, event), event)


async def lettered(session: Session, event: letters.LetterSent | letters.LetterSentBack) -> None:
    """签发、复函退回 -> a reply is due, unless the case is over."""
    case = await known(session, event)
    if case.status is not Status.CLOSED:
        tasks.lettered(session, case, event)


async def letter_ended(session: Session, event: letters.LetterReplied | letters.LetterWithdrawn) -> None:
    """复函、撤回函件 -> that promise is kept, or void."""
    tasks.letter_ended(session, await known(session, event), event)


async def letter_handed_on(session: Session, event: letters.LetterHandedOn) -> None:
    """收函单位承接 -> whoever stands in for its receiver has to answer by the same deadline."""
    tasks.letter_handed_on(session, await known(session, event), event)


async def risk_reported(session: Session, event: RiskReported) -> None:
    """风险上报 -> a leader on duty has to acknowledge it in time, be the case over or not."""
    tasks.risk_reported(session, await known(session, event), event)


async def risk_acknowledged(session: Session, event: RiskAcknowledged) -> None:
    """风险签收 -> that promise is kept."""
    tasks.risk_acknowledged(session, await known(session, event), event)
