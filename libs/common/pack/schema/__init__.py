"""The shape of a county pack (县包) as frozen models; the published JSON Schema is made from them."""

from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema.base import CodedReason, LimitSetting, Model, PackLimit
from libs.common.pack.schema.clocks import (
    ANY,
    Assessment,
    CalendarSettings,
    Limits,
    LimitTable,
    ReturnRules,
)
from libs.common.pack.schema.duties import CASE_TOWN, CASE_VILLAGE, Category, Duty
from libs.common.pack.schema.figures import Formula, Population, Score, Target
from libs.common.pack.schema.not_in_force import NOT_IN_FORCE
from libs.common.pack.schema.pack import Pack, PackPlace, PackSettings, TextLimits
from libs.common.pack.schema.places import Area, Merged, MergedArea, MergedUnit, Unit, UnitLevel
from libs.common.pack.schema.promises import (
    AnswerKind,
    CallbackPolicy,
    Ladder,
    LadderStep,
    OnOverdue,
    OnReturns,
    OnRound,
    Question,
    Recipient,
    Trigger,
)

__all__ = [
    "ANY",
    "CASE_TOWN",
    "CASE_VILLAGE",
    "NOT_IN_FORCE",
    "AnswerKind",
    "Area",
    "AreaLevel",
    "Assessment",
    "CalendarSettings",
    "CallbackPolicy",
    "Category",
    "CodedReason",
    "Duty",
    "Formula",
    "Ladder",
    "LadderStep",
    "LimitSetting",
    "LimitTable",
    "Limits",
    "Merged",
    "MergedArea",
    "MergedUnit",
    "Model",
    "OnOverdue",
    "OnReturns",
    "OnRound",
    "Pack",
    "PackLimit",
    "PackPlace",
    "PackSettings",
    "Population",
    "Question",
    "Recipient",
    "ReturnRules",
    "Score",
    "Target",
    "TextLimits",
    "Trigger",
    "Unit",
    "UnitLevel",
]
