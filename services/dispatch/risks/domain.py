"""The rules of risks, pure: what a text says of people and money, and what becomes of a risk that was reported."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from libs.common.rules.machine import Actor, Machine, NotTheirs, Transition, asks
from services.dispatch.cases.domain.terms import ACTION_LABELS, Action


class RiskStatus(StrEnum):
    """Where a risk stands (风险状态)."""

    REPORTED = "reported"
    ACKNOWLEDGED = "acknowledged"


RISK_LABELS: dict[RiskStatus, tuple[str, str]] = {
    RiskStatus.REPORTED: ("已上报待签收", "reported, not acknowledged yet"),
    RiskStatus.ACKNOWLEDGED: ("值班领导已签收", "acknowledged by a leader on duty"),
}
"""Chinese and English."""


class RiskStep(StrEnum):
    """What can happen to a risk (风险操作)."""

    REPORT = "report"
    ACKNOWLEDGE = "acknowledge"


class RiskParty(StrEnum):
    """Whose step of a risk it is; the pack's words and numbers report one, too."""

    REPORTER = "reporter"
    LEADER = "leader"


_NUMBER = r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,4})?|[零一二两三四五六七八九十百千万]{1,9})"
_PEOPLE = re.compile(_NUMBER + r"(?P<unit>万)?\s*(?:余|多|来)?\s*(?:个人|人|名|位)")
_MONEY = re.compile(_NUMBER + r"\s*(?:余|多)?\s*(?P<unit>万|亿)?\s*(?:余|多)?\s*元")
_UNITS = {"": 1, "万": 10_000, "亿": 100_000_000}
_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1_000}


class Thresholds(Protocol):
    """What makes a case a risk."""

    @property
    def words(self) -> tuple[str, ...]:
        """One of them is enough."""

    @property
    def people(self) -> int | None:
        """So many are enough."""

    @property
    def amount_yuan(self) -> int | None:
        """So much is enough."""


@dataclass(frozen=True, slots=True)
class RiskState:
    """A risk under its columns' names."""

    risk_id: str
    case_id: str
    round: int
    kind: str
    by_rule: bool
    why: str
    told: tuple[str, ...]
    """Members of staff who were told, sorted, at ``reported_at``; nobody where none was on duty."""
    reported_by: str
    reported_by_staff: str | None
    reported_at: datetime
    due_at: datetime
    status: RiskStatus = RiskStatus.REPORTED
    note: str | None = None
    acknowledged_by: str | None = None
    acknowledged_by_staff: str | None = None
    acknowledged_at: datetime | None = None
    late: bool = False
    version: int = 1


def found_in(text: str, kind: Thresholds) -> str | None:
    """Which of the thresholds a text meets, in words; None for none of them."""
    found = next((word for word in kind.words if word in text), None)
    if found is not None:
        return found
    people = max(_numbers(_PEOPLE, text), default=0)
    if kind.people is not None and people >= kind.people:
        return f"{people}人"
    money = max(_numbers(_MONEY, text), default=0)
    return f"{money}元" if kind.amount_yuan is not None and money >= kind.amount_yuan else None


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    for one in pattern.finditer(text):
        yield _value(one["number"], _UNITS[one["unit"] or ""])


def _value(number: str, unit: int) -> int:
    """三十 is 30, 1.5 with 万 is 15000: exact, in whole people or yuan, a fraction of one cut off."""
    if not number[0].isdigit():
        return _in_chinese(number) * unit
    whole, _, rest = number.partition(".")
    scale: int = 10 ** len(rest)
    return int(whole + rest) * unit // scale


def _in_chinese(number: str) -> int:
    total = section = digit = 0
    for sign in number:
        if sign == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        elif sign in _STEPS:
            section, digit = section + (digit or 1) * _STEPS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + section + digit


_T = Transition[RiskStatus, RiskStep, RiskParty, []]

MACHINE: Machine[RiskStatus, RiskStep, RiskParty, []] = Machine(
    steps=(
        _T(RiskStep.REPORT, None, RiskStatus.REPORTED, RiskParty.REPORTER),
        _T(RiskStep.ACKNOWLEDGE, RiskStatus.REPORTED, RiskStatus.ACKNOWLEDGED, RiskParty.LEADER),
    ),
    statuses=RISK_LABELS,
    actions={step: ACTION_LABELS[Action(f"risk_{step}")] for step in RiskStep},
    people=tuple(RiskParty),
    ends=(RiskStatus.ACKNOWLEDGED,),
    must=(asks(RiskParty.LEADER, (RiskStep.ACKNOWLEDGE,)),),
    noun="the risk",
)


def acknowledge(risk: RiskState, by: Actor, now: datetime, note: str, *, on_duty: bool) -> RiskState:
    """The risk once a leader has it. ``on_duty``: whether they hold the post of the pack now.

    Raises:
        NotTheirs: they were not told, nor are on duty.
        OutOfTurn: somebody has acknowledged it.
    """
    if by.staff_id is None or not (by.staff_id in risk.told or on_duty):
        raise NotTheirs("Only a leader on duty acknowledges it", "仅值班领导可以签收")
    return acknowledged(risk, by, now, note)


def acknowledged(risk: RiskState, by: Actor, at: datetime, note: str) -> RiskState:
    """What it becomes by that. OutOfTurn where it was."""
    return replace(
        risk,
        status=MACHINE.step(risk.status, RiskStep.ACKNOWLEDGE).target,
        note=note,
        acknowledged_by=by.subject,
        acknowledged_by_staff=by.staff_id,
        acknowledged_at=at,
        late=at >= risk.due_at,
        version=risk.version + 1,
    )
