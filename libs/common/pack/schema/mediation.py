"""Mediation (调解): who mediates, of what kinds, where, and when an agreement is looked at again."""

from pydantic import Field

from libs.common.pack.schema.base import CodedReason, ItemCode, Model


def _word(code: str, name: str, name_en: str) -> CodedReason:
    return CodedReason(code=code, name=name, name_en=name_en)


class MediationRules(Model):
    """调解. Where no post is named nobody mediates."""

    posts: tuple[ItemCode, ...] = ()
    """Posts (岗位) whose holders mediate: 五老, retired police and court staff; each carries the role ``mediator``."""
    kinds: tuple[CodedReason, ...] = Field(
        default=(
            _word("neighbours", "邻里纠纷", "Between neighbours"),
            _word("family", "婚姻家庭纠纷", "In a family"),
            _word("land", "土地山林纠纷", "About land and woods"),
            _word("wages", "劳资纠纷", "About wages"),
            _word("damage", "损害赔偿纠纷", "About damage"),
            _word("other", "其他纠纷", "Something else"),
        ),
        min_length=1,
    )
    venues: tuple[CodedReason, ...] = Field(
        default=(
            _word("mediation_room", "调解室", "Mediation room"),
            _word("village_office", "村（社区）办公场所", "Office of the village or community"),
            _word("judicial_office", "司法所", "Office of justice"),
            _word("on_the_spot", "纠纷现场", "On the spot"),
            _word("at_home", "当事人家中", "At the home of a party"),
        ),
        min_length=1,
    )
    """调解地点: told by kind, so that nobody's door travels."""
    participants: tuple[CodedReason, ...] = Field(
        default=(
            _word("applicant", "申请方", "The party that asked"),
            _word("respondent", "被申请方", "The other party"),
            _word("relative", "亲属", "Relatives"),
            _word("village_cadre", "村（社区）干部", "Cadres of the village or community"),
            _word("grid_worker", "网格员", "Grid worker"),
            _word("police", "民警", "Police"),
            _word("judicial", "司法所人员", "Office of justice"),
            _word("lawyer", "律师（法律顾问）", "Lawyer"),
        ),
        min_length=1,
    )
    """参加人员类别: who takes part is told by kinds alone."""
    follow_up_days: int = Field(default=30, ge=1, le=365)
    """回访期限: within how many days of an agreement somebody has to begin to look whether it is kept."""
