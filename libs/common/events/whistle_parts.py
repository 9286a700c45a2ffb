"""What events of whistles are made of: criteria that were ticked, points that were given, tasks of a consultation."""

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Moment


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TickedCriterion(_Part):
    """One criterion of a whistle that is done (办结标准), met or not, and how."""

    code: str
    met: bool
    words: str


class ScoredPoints(_Part):
    """What a unit got by one criterion (评分项)."""

    code: str
    points: int


class ConsultedTask(_Part):
    """What a joint consultation (会商) has one unit do, by what measures, until when."""

    task: str
    unit_code: str
    what: str
    measures: str
    due_at: Moment
