"""The whistle of a street (街乡吹哨): its kinds with their report-in limits, and who may whistle."""

from pydantic import Field

from libs.common.events.terms import Level
from libs.common.pack.schema.base import CodedReason, Model


class WhistleKind(CodedReason):
    """哨的种类. ``report_in_minutes``: within what time of the whistle each unit has to be there (报到时限)."""

    report_in_minutes: int | None = Field(default=None, ge=5, le=20_160)


def _kind(code: str, name: str, name_en: str, minutes: int | None = None) -> WhistleKind:
    return WhistleKind(code=code, name=name, name_en=name_en, report_in_minutes=minutes)


class WhistleRules(Model):
    """街乡吹哨、部门报到. ``again_days``: another whistle on the same category and area within them is a signal."""

    kinds: tuple[WhistleKind, ...] = Field(
        default=(
            _kind("beyond_street", "街乡难以解决", "The street cannot solve it", 1_440),
            _kind("enforcement", "综合执法", "Joint enforcement", 120),
            _kind("emergency", "应急处置", "Emergency", 30),
        ),
        min_length=1,
    )
    levels: tuple[Level, ...] = Field(default=(Level.TOWN, Level.COUNTY), min_length=1)
    """Units of which levels may whistle, of a case that they handle."""
    again_days: int = Field(default=7, ge=1, le=366)
