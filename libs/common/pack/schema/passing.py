"""The settings by which units pass a case on among the levels: raising it (上报), and handing it over (移交)."""

from pydantic import Field

from libs.common.events.terms import Level
from libs.common.pack.schema.base import CodedReason, Model


def _reason(code: str, name: str, name_en: str) -> CodedReason:
    return CodedReason(code=code, name=name, name_en=name_en)


class RaiseRules(Model):
    """上报: for which reasons a unit may raise a case, and to which level next where it has no superior of its own.

    ``levels`` stand from the lowest to the highest.
    """

    reasons: tuple[CodedReason, ...] = Field(
        default=(
            _reason("beyond_power", "超出本级权限", "Beyond our power"),
            _reason("several_units", "涉及多个单位", "Several units are needed"),
            _reason("risk", "存在风险隐患", "There is a risk"),
            _reason("not_our_duty", "非本级职责", "Not our duty"),
        ),
        min_length=1,
    )
    levels: tuple[Level, ...] = Field(default=tuple(Level), min_length=1)


class HandoverReason(CodedReason):
    """移交原因. ``for_cause``: the unit that had the case gave it up; it did not where somebody else was mistaken."""

    for_cause: bool


class HandoverRules(Model):
    """移交: why a case may be taken from a unit and given to another by hand (改派)."""

    reasons: tuple[HandoverReason, ...] = Field(
        default=(
            HandoverReason(code="could_not", name="承办单位无力办理", name_en="The unit could not", for_cause=True),
            HandoverReason(code="did_not", name="推诿不办", name_en="The unit did not", for_cause=True),
            HandoverReason(
                code="our_mistake", name="派单有误", name_en="It was sent there by mistake", for_cause=False
            ),
            HandoverReason(code="reorganised", name="职责调整", name_en="Duties have changed", for_cause=False),
        ),
        min_length=1,
    )
