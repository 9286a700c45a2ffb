"""Events of mediation (调解), under the key of the case that each is about. Who the parties are is in none of them."""

from datetime import date
from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent


class MediationEvent(RoundEvent, SaidByHand):
    """A step of the mediation of a case, which ``mediator``, a member of staff (人员编号), was given."""

    mediation_id: str
    mediator: str


class MediationGiven(MediationEvent):
    """委托调解: somebody in office by the post ``post`` of ``mediator_unit`` is to mediate. ``subject`` is masked."""

    type_name: ClassVar[str] = "cn.huiyin.case.mediation_given"

    kind: str
    subject: str
    mediator_unit: str
    post: str


class MediationHeld(MediationEvent):
    """调解会: the ``number``-th session: when, where, and who took part, by kinds and how many, never by name."""

    type_name: ClassVar[str] = "cn.huiyin.case.mediation_held"

    number: int
    held_at: Moment
    venue: str
    area_code: str
    took_part: tuple[str, ...]
    """Kinds of the pack, sorted."""
    people: int
    """How many took part in all, the mediator aside."""
    note: str


class MediationAgreed(MediationEvent):
    """达成调解协议: signed by the parties; ``document`` is the SHA-256 of the file, ``terms`` are masked words."""

    type_name: ClassVar[str] = "cn.huiyin.case.mediation_agreed"

    terms: str
    document: str
    follow_up_on: date
    """The place's day from which on somebody else says whether it is kept (回访日期)."""


class MediationFailed(MediationEvent):
    """调解不成: the parties did not agree, and why."""

    type_name: ClassVar[str] = "cn.huiyin.case.mediation_failed"

    note: str


class MediationKept(MediationEvent):
    """协议已履行: somebody who did not mediate says that the agreement is kept, and how they know."""

    type_name: ClassVar[str] = "cn.huiyin.case.mediation_kept"

    note: str


class MediationBroken(MediationEvent):
    """协议未履行: somebody who did not mediate says that the agreement is not kept."""

    type_name: ClassVar[str] = "cn.huiyin.case.mediation_broken"

    note: str


class MediationWithdrawn(MediationEvent):
    """终止调解: taken back by the office, or given back by the mediator; ``recusal``: the case turned out to be about
    the mediator, or a unit of theirs (回避)."""

    type_name: ClassVar[str] = "cn.huiyin.case.mediation_withdrawn"

    note: str
    recusal: bool = False
