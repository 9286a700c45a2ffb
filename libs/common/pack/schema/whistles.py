"""The whistle of a street (街乡吹哨): its kinds with their report-in limits, and who may whistle."""

from pydantic import Field

from libs.common.events.terms import Level
from libs.common.pack.schema.base import CodedReason, ItemCode, LimitSetting, Model, PackLimit
from libs.common.time.due import LimitUnit


class WhistleKind(CodedReason):
    """哨的种类. ``report_in_minutes``: within what time of the whistle each unit has to be there (报到时限)."""

    report_in_minutes: int | None = Field(default=None, ge=5, le=20_160)


def _kind(code: str, name: str, name_en: str, minutes: int | None = None) -> WhistleKind:
    return WhistleKind(code=code, name=name, name_en=name_en, report_in_minutes=minutes)


class DoneCriterion(CodedReason):
    """办结标准: what the street answers with yes or no, and in words. ``must``: with no the whistle is not done."""

    must: bool = False


class ScoreCriterion(CodedReason):
    """评分项: by what a street scores a unit that it summoned, in whole points from 0 to ``most``."""

    most: int = Field(ge=1, le=1000)


class ScoreGrade(CodedReason):
    """评分等次: what so many points, of all criteria together, come to."""

    from_points: int = Field(ge=0, le=100_000)


class AppraisalRules(Model):
    """双考核: the summoned units are scored, and a whistle can be found needless."""

    done: tuple[DoneCriterion, ...] = (
        DoneCriterion(code="handled", name="现场处置完毕", name_en="All on the spot is dealt with", must=True),
        DoneCriterion(code="duties", name="各单位履职到位", name_en="Each unit did its duty"),
    )
    scores: tuple[ScoreCriterion, ...] = (
        ScoreCriterion(code="response", name="响应速度", name_en="How fast it came", most=30),
        ScoreCriterion(code="duty", name="履职情况", name_en="How it did its duty", most=40),
        ScoreCriterion(code="effect", name="办理实效", name_en="What came of it", most=30),
    )
    grades: tuple[ScoreGrade, ...] = (
        ScoreGrade(code="good", name="好", name_en="Good", from_points=90),
        ScoreGrade(code="fair", name="一般", name_en="Fair", from_points=60),
        ScoreGrade(code="poor", name="差", name_en="Poor", from_points=0),
    )
    """From the best to the worst, which begins at 0."""
    if_never_came: ItemCode = "poor"
    """The best grade of a unit that never came (未报到)."""
    if_late: ItemCode | None = None
    """The best grade of one that came late (迟到); without it, any."""
    claims_within: PackLimit = LimitSetting(value=5, unit=LimitUnit.WORK_DAY)
    """How long after its score a unit may object, and after the done mark say that the whistle was needless."""


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
    appraisal: AppraisalRules = AppraisalRules()
