"""The words of households (户): classes, frequencies, steps. Standard library only, so that any rule may use them."""

from enum import StrEnum


class HouseholdClass(StrEnum):
    """What kind of household stands there (户类别)."""

    RESIDENT = "resident"
    VACANT = "vacant"
    AWAY = "away"
    SHOP = "shop"
    FARM = "farm"


class VisitEvery(StrEnum):
    """How often a household is to be visited (走访频次)."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class MutedFor(StrEnum):
    """Why a household is visited no more (静默原因)."""

    MOVED_AWAY = "moved_away"
    REFUSED = "refused"
    DECEASED = "deceased"


class HouseholdFact(StrEnum):
    """What of a household holds from a day on (户情项)."""

    AREA_CODE = "area_code"
    HOUSEHOLD_CLASS = "household_class"
    KINDS = "kinds"
    RESOURCES = "resources"
    VISIT_EVERY = "visit_every"
    CONTACT_STAFF_ID = "contact_staff_id"
    MUTED_FOR = "muted_for"


class HouseholdStep(StrEnum):
    """What became of a household (户变动)."""

    REGISTER = "register"
    CHANGE = "change"
    ASSIGN = "assign"
    ASK_MUTE = "ask_mute"
    CONFIRM_MUTE = "confirm_mute"
    REFUSE_MUTE = "refuse_mute"
    UNMUTE = "unmute"
    SPLIT = "split"
    MERGE = "merge"
