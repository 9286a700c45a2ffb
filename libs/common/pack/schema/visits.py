"""What a place's visits (走访) are for, what is handed out and looked at, and how far apart they are."""

from datetime import time

from pydantic import Field

from libs.common.events.visit_terms import FindingKind
from libs.common.pack.schema.base import CodedReason, ItemCode, Model, Name


class FindingSetting(Model):
    """核查事项: what is looked at in every household, such as gas; told by yes or no, a number, or words."""

    code: ItemCode
    name: Name
    name_en: Name
    kind: FindingKind


class VisitRules(Model):
    """走访: ``purposes`` (五个到户) are each to every household, ``topics`` is the checklist (遍访工作清单).

    A household is visited again after ``gap_days`` at the earliest, where its round says nothing else. A visit that
    begins at ``night_from`` or later, or before ``night_until``, is one by night (夜访); without them there is none.
    """

    purposes: tuple[CodedReason, ...] = ()
    materials: tuple[CodedReason, ...] = ()
    topics: tuple[CodedReason, ...] = ()
    findings: tuple[FindingSetting, ...] = ()
    gap_days: int = Field(default=0, ge=0, le=366)
    night_from: time | None = None
    night_until: time | None = None
