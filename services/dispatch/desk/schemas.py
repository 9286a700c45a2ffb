"""What the desk answers."""

from typing import Annotated, Self

from pydantic import Field

from libs.common.events.asking_terms import RequestKind
from libs.common.security.right import Right
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, Version
from services.dispatch.cases.domain.terms import ACTION_LABELS, Action
from services.dispatch.cases.schemas import WorkItem
from services.dispatch.desk.domain import PossibleStep
from services.dispatch.requests.schemas import RequestOut


class DeskOut(AnswerBody):
    """Who asks, as this office knows them, and what they may do at all; of which rows, each list and case says."""

    subject: Annotated[str, Field(description="The account")]
    staff_id: str | None
    name: Annotated[str | None, Field(description="Null: the register of people does not know the account (人员名册)")]
    unit_code: Annotated[str | None, Field(description="The unit that they act for now")]
    unit_name: str | None
    units: Annotated[tuple[str, ...], Field(description="Those of all posts in office")]
    area_code: str
    rights: tuple[Right, ...]


class Against(AnswerBody):
    """What stands against a step now, in both languages."""

    zh: str
    en: str


class StepOut(AnswerBody):
    """A step that is the caller's to take (可办事项). What a step is given is looked at when it is taken."""

    action: Action
    zh: str
    en: str
    unit_code: Annotated[str | None, Field(description="Whose part or summons it is of, where it is of one")]
    against: Annotated[Against | None, Field(description="What stands against it now; null: it may be taken")]

    @classmethod
    def of(cls, step: PossibleStep) -> Self:
        """The step with its words."""
        zh, en = ACTION_LABELS[step.action]
        against = None if step.against is None else Against(zh=step.against[0], en=step.against[1])
        return cls(action=step.action, zh=zh, en=en, unit_code=step.unit_code, against=against)


class StepsOut(AnswerBody):
    """All of them, as the case stands at this version: what If-Match wants."""

    version: Version
    steps: list[StepOut]


class WaitingQuery(PageQuery):
    """Of one kind, or of all that the caller may decide on."""

    kind: RequestKind | None = None


class WaitingRequestOut(AnswerBody):
    """A request that waits to be decided (待审核申请), its case, and by which steps the caller may decide it."""

    request: RequestOut
    case: WorkItem
    steps: Annotated[
        list[StepOut], Field(description="Empty: somebody else has to decide, such as of a request of one's own")
    ]
