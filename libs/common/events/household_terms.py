"""The words of households (户): classes, frequencies, steps. Standard library only, so that any rule may use them."""

from collections.abc import Mapping
from enum import StrEnum


class HouseholdClass(StrEnum):
    """What kind of household stands there (户类别)."""

    RESIDENT = "resident"
    VACANT = "vacant"
    AWAY = "away"
    SHOP = "shop"
    FARM = "farm"
    BUILDING = "building"
    """楼宇: a block as a whole. It has no head: whom to ask for there stands in the place of one."""


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


CLASS_LABELS: Mapping[HouseholdClass, tuple[str, str]] = {
    HouseholdClass.RESIDENT: ("常住户", "resident"),
    HouseholdClass.VACANT: ("空置户", "vacant"),
    HouseholdClass.AWAY: ("外出务工户", "away for work"),
    HouseholdClass.SHOP: ("商户", "shop"),
    HouseholdClass.FARM: ("种养大户", "farm"),
    HouseholdClass.BUILDING: ("楼宇", "building"),
}
VISIT_EVERY_LABELS: Mapping[VisitEvery, tuple[str, str]] = {
    VisitEvery.WEEK: ("每周", "every week"),
    VisitEvery.MONTH: ("每月", "every month"),
    VisitEvery.QUARTER: ("每季度", "every quarter"),
}
MUTED_LABELS: Mapping[MutedFor, tuple[str, str]] = {
    MutedFor.MOVED_AWAY: ("已搬离", "moved away"),
    MutedFor.REFUSED: ("拒绝走访", "refuses visits"),
    MutedFor.DECEASED: ("已故", "deceased"),
}


class AwayFound(StrEnum):
    """By what somebody found out whether people of a household are away for work (外出甄别方式)."""

    AT_HOME = "at_home"
    BY_PHONE = "by_phone"
    BY_NEIGHBOURS = "by_neighbours"
    BY_RECORDS = "by_records"
    BY_REGISTER = "by_register"
    """A step of the register said so, such as a table of households, and nobody said more."""


AWAY_FOUND_LABELS: Mapping[AwayFound, tuple[str, str]] = {
    AwayFound.AT_HOME: ("入户", "at home"),
    AwayFound.BY_PHONE: ("电话", "by phone"),
    AwayFound.BY_NEIGHBOURS: ("邻里反映", "by neighbours"),
    AwayFound.BY_RECORDS: ("数据比对", "by records"),
    AwayFound.BY_REGISTER: ("户册变更", "by a step of the register"),
}


class PolicyAnswer(StrEnum):
    """What became of a policy that may be owed to a household (政策落实结果)."""

    GRANTED = "granted"
    EXPLAINED = "explained"
    NOT_APPLICABLE = "not_applicable"


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
    AREA_MERGED = "area_merged"
