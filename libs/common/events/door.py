"""Events about a case that the door says beside its course: nobody handles it by them."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import SaidByHand
from libs.common.events.cases import CaseEvent


class CaseUrged(CaseEvent, SaidByHand):
    """催办来电: the citizen called again and asks to hurry. The words are masked; ``sealed`` as of what is added."""

    type_name: ClassVar[str] = "cn.huiyin.case.urged"

    text: str
    sealed: str | None = None


class RequesterRevealed(CaseEvent, SaidByHand):
    """查看诉求人: somebody looked at who spoke, or at the words before masking. The reason is masked."""

    type_name: ClassVar[str] = "cn.huiyin.case.requester_revealed"

    reveal_id: str
    reason: str
    fields: tuple[str, ...]


class WordingReleased(CaseEvent, SaidByHand):
    """转办文本审定: a person says what of a held case travels; from now on its unit is looked for."""

    type_name: ClassVar[str] = "cn.huiyin.case.wording_released"

    title: str
    text: str


class AdditionHeld(CaseEvent, SaidByHand):
    """补充待审定: the citizen added something to a case whose words a person releases; it is told when that is done."""

    type_name: ClassVar[str] = "cn.huiyin.case.addition_held"
    held: ClassVar[bool] = True

    supplement_id: str
    sealed: str | None = None


class SealedAnew(BaseModel):
    """By their digests: what was sealed of a case at one moment, and what stands for it now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    was: str
    now: str


class CaseResealed(CaseEvent, SaidByHand):
    """重新密封: what is sealed of the case, or its phone's index, is kept under another key."""

    type_name: ClassVar[str] = "cn.huiyin.case.resealed"

    changed: tuple[SealedAnew, ...]


class RequesterErased(CaseEvent, SaidByHand):
    """删除诉求人信息: the key of all that is sealed of the case was destroyed. The reason is masked."""

    type_name: ClassVar[str] = "cn.huiyin.case.requester_erased"

    reason: str
    agreed_by: str
    """Who agreed, beside whoever did it."""
    changed: tuple[SealedAnew, ...] = ()
    files: int = 0
    """How many files were deleted with it."""
