"""The words of visits (走访) and their rounds (走访轮次). Standard library only, so that any rule may use them."""

from enum import StrEnum


class VisitOutcome(StrEnum):
    """How a visit went (走访结果)."""

    REACHED = "reached"
    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"
    MOVED = "moved"
    BY_PHONE = "by_phone"


class VisitSlot(StrEnum):
    """When of the day a visit began (时段), by the place's night hours."""

    DAY = "day"
    NIGHT = "night"


class SlotRule(StrEnum):
    """Visits of which slot count in a round (计入时段)."""

    ANY = "any"
    DAY = "day"
    NIGHT = "night"


class RoundStatus(StrEnum):
    """Where a round stands (轮次状态). While it is opening its households are still being entered; visits count."""

    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"


class MatterEnd(StrEnum):
    """What became of a matter that was raised at a visit (走访诉求去向)."""

    SOLVED_ON_THE_SPOT = "solved_on_the_spot"
    BECOMES_CASE = "becomes_case"
    EXPLAINED = "explained"


class VisitStep(StrEnum):
    """What becomes of a visit's record (走访记录变动)."""

    RECORD = "record"
    CORRECT = "correct"
    ASK_VOID = "ask_void"
    CONFIRM_VOID = "confirm_void"
    REFUSE_VOID = "refuse_void"


class FindingKind(StrEnum):
    """What a finding is told by (核查结果类型)."""

    YES_NO = "yes_no"
    NUMBER = "number"
    WORDS = "words"


class DossierPart(StrEnum):
    """The six parts of a grid's dossier (人、地、事、物、情、组织)."""

    PEOPLE = "people"
    PLACES = "places"
    MATTERS = "matters"
    THINGS = "things"
    MOODS = "moods"
    ORGANISATIONS = "organisations"


KEPT_BY_HAND = (DossierPart.PLACES, DossierPart.THINGS, DossierPart.ORGANISATIONS)
"""What nobody knows but who keeps it up; the other parts are put together of what is known anyway."""


class DossierStep(StrEnum):
    """What becomes of an entry of a dossier (条目变动)."""

    ENTER = "enter"
    CHANGE = "change"
    LOOK = "look"
    REMOVE = "remove"


class Departure(StrEnum):
    """Why a household that stood in a round stands there no more (离开轮次原因)."""

    CLASS = "class"
    KIND = "kind"
    FREQUENCY = "frequency"
    AREA = "area"
    MUTED = "muted"
    MERGED = "merged"
