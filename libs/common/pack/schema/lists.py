"""The lists of a case (四清单): which there are, and where a case does not go on before they are filled."""

from pydantic import Field

from libs.common.events.task_terms import Before
from libs.common.events.terms import Kind, Urgency
from libs.common.pack.schema.base import CodedReason, ItemCode, Model


class ListDemand(Model):
    """清单要求: of which cases these lists are filled before that step. What names nothing means all."""

    before: Before
    lists: tuple[ItemCode, ...] = Field(min_length=1)
    categories: tuple[str, ...] = ()
    """Each with all below it."""
    kinds: tuple[Kind, ...] = ()
    urgencies: tuple[Urgency, ...] = ()


def _list(code: str, name: str, name_en: str) -> CodedReason:
    return CodedReason(code=code, name=name, name_en=name_en)


class ListRules(Model):
    """四清单: the lists that a case may have, and where they are asked for."""

    kinds: tuple[CodedReason, ...] = Field(
        default=(
            _list("problem", "问题清单", "Problem"),
            _list("task", "任务清单", "Task"),
            _list("measure", "措施清单", "Measures"),
            _list("responsibility", "责任清单", "Responsibility"),
        ),
        min_length=1,
    )
    demands: tuple[ListDemand, ...] = ()
