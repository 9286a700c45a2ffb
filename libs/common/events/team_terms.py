"""The words of visiting teams (走访工作队): steps, absences. Standard library only, so that any rule may use them."""

from enum import StrEnum


class TeamStep(StrEnum):
    """What became of a team (工作队变动)."""

    FORM = "form"
    CHANGE = "change"
    DISSOLVE = "dissolve"
    ATTEND = "attend"


class AbsentFor(StrEnum):
    """Why somebody of a team was not there (缺勤原因): a closed list, so that nobody's illness is told in words."""

    LEAVE = "leave"
    ILL = "ill"
    OTHER_DUTY = "other_duty"
    NOT_SEEN = "not_seen"
