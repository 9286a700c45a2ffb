"""What a citizen has against the closing of his case (异议), what somebody decides about it, and the case reopened."""

from datetime import date
from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.events.terms import Channel


class ObjectionRaised(RoundEvent, SaidByHand):
    """异议: the citizen objects to the closing of this round. Masked; ``sealed`` as of what is added."""

    type_name: ClassVar[str] = "cn.huiyin.case.objection_raised"

    objection_id: str
    text: str
    channel: Channel
    """How it came."""
    closed_at: Moment
    """The closing that it is against."""
    last_day: date
    """Until the end of that day it could be raised, by the pack that was in force at the closing."""
    sealed: str | None = None


class ObjectionDecided(RoundEvent, SaidByHand):
    """异议审核: granted, the case is reopened; refused, it stays closed, and this closing is objected to no more."""

    type_name: ClassVar[str] = "cn.huiyin.case.objection_decided"

    objection_id: str
    granted: bool
    reason: str


class CaseReopened(RoundEvent, SaidByHand):
    """重新办理: an objection was granted, so the closing of ``round`` falls, and ``next_round`` opens.

    What was said in the rounds before stays said.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.reopened"

    objection_id: str
    next_round: int
    unit_code: str | None
    """Who had handled or answered the round that was closed."""
    words: str
