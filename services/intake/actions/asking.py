"""Who asks at the door, and the way in to a case: first whether it may be seen, then its version, then the rules."""

from dataclasses import dataclass
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound
from libs.common.rules.versions import ExpectedVersion, check_version
from libs.common.security.policy import Scope
from libs.common.security.principal import Principal
from services.intake.actions.docket import Entry, enter, file_of, move
from services.intake.domain.lifecycle import (
    DOOR_LABELS,
    STATUS_LABELS,
    Standing,
    Step,
    possible_at_the_door,
    taken,
)
from services.intake.queries.files import CaseFile
from services.intake.queries.reach import sees


@dataclass(frozen=True, slots=True)
class Asked:
    """A caller with the right to ask, and the cases that the right reaches."""

    principal: Principal
    scope: Scope


async def enter_case(session: Session, asked: Asked, case_id: str, expected: ExpectedVersion | None) -> CaseFile:
    """The file of a case that is to change; NotFound when it is out of reach, StaleVersion when it has changed."""
    file = await file_of(session, case_id)
    if file is None or not sees(asked.scope, file):
        raise NotFound
    if expected is not None:
        check_version(expected, file.standing.version)
    # The clock may have been ahead when it was registered: nothing happens to a case before that.
    session.now = max(session.now, file.registered_at)
    return file


def take_step(
    session: Session, asked: Asked, file: CaseFile, step: Step, *, what: str, note: str, **facts: Any
) -> Standing:
    """Take a step at the door and put it on the timeline; Conflict when the case does not allow it."""
    standing = taken(file.standing, step, **facts)
    if standing is None:
        raise out_of_turn(file, step)
    move(session, file, standing)
    entry = Entry(session.now, what, standing.round, note, asked.principal.unit_code, asked.principal.subject)
    enter(session, file.case_id, standing, entry)
    return standing


def out_of_turn(file: CaseFile, step: Step) -> Conflict:
    """Says where the case stands, and what could be done with it instead."""
    chinese, english = STATUS_LABELS[file.standing.status]
    wanted_zh, wanted_en = DOOR_LABELS[step]
    possible = possible_at_the_door(file.standing.status)
    instead = " or ".join(DOOR_LABELS[other][1] for other in possible) or "nothing; register a new case"
    instead_zh = "、".join(DOOR_LABELS[other][0] for other in possible) or "无，请另行登记"
    return Conflict(
        f"The case is {english}: it is not possible to {wanted_en}. Possible: {instead}",
        f"诉求件{chinese}，不能{wanted_zh}。可以：{instead_zh}",
        extra={"case_status": file.standing.status.value, "possible": [other.value for other in possible]},
    )
