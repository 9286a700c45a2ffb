"""The settings that figures read: rate formulas (指标公式) as integer-weighted sums, and scores made of rates."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from libs.common.pack.schema.base import ItemCode, Model, Name


class Counter(StrEnum):
    """What analytics counts, one integer for each; formulas may name only these (计数项)."""

    REGISTERED = "registered"
    ANSWERED_DIRECTLY = "answered_directly"
    WITHDRAWN = "withdrawn"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    SIGN_DUE = "sign_due"
    SIGNED_ON_TIME = "signed_on_time"
    HANDLED = "handled"
    HANDLE_DUE = "handle_due"
    HANDLED_ON_TIME = "handled_on_time"
    CLOSED = "closed"
    CLOSED_SUBSTANTIVE = "closed_substantive"
    CLOSED_UNVERIFIED = "closed_unverified"
    CLOSED_IN_ONE_ROUND = "closed_in_one_round"
    CALLBACKS_DUE = "callbacks_due"
    VALID_CALLBACKS = "valid_callbacks"
    CONTACTED = "contacted"
    SOLVED = "solved"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    NOT_SATISFIED = "not_satisfied"
    SENT_BACK = "sent_back"
    RETURNS_REQUESTED = "returns_requested"
    RETURNS_REFUSED = "returns_refused"
    REMINDERS = "reminders"
    SUPERVISIONS = "supervisions"


class Population(StrEnum):
    """What a period takes in (统计口径).

    The cases that were registered, or closed, on its assessment days, with all that has become of them; or whatever
    happened on those days itself, limits on the day they fall due.
    """

    REGISTERED = "registered"
    CLOSED = "closed"
    HAPPENED = "happened"


Weight = Annotated[int, Field(ge=1, le=1000)]
WeightedSum = dict[Counter, Weight]


class Formula(Model):
    """One rate: sum(weight x counter) over sum(weight x counter), all integers, so nothing is rounded inside.

    A changed formula gets a new ``version``; answers name it. 'basically satisfied counts 0.9' is written as
    ``{satisfied: 10, basically_satisfied: 9}`` over ``{valid_callbacks: 10}``.
    """

    code: ItemCode
    version: int = Field(ge=1)
    name: Name
    name_en: Name
    numerator: WeightedSum = Field(min_length=1)
    denominator: WeightedSum = Field(min_length=1)
    population: Population
    basis: str = ""


class Score(Model):
    """综合得分: rates weighted in whole percents, 100 in all. A rate without data leaves no score."""

    code: ItemCode
    version: int = Field(ge=1)
    name: Name
    name_en: Name
    weights: dict[ItemCode, Annotated[int, Field(ge=1, le=100)]] = Field(min_length=1)
    decimals: int = Field(default=1, ge=0, le=4)
    """Printed digits, half up."""
    basis: str = ""
