"""Words of the whistle (街乡吹哨、部门报到): what a summoned unit may claim, and what becomes of it."""

from enum import StrEnum


class ClaimKind(StrEnum):
    """What a summoned unit claims and somebody of the county decides (被召集单位的申请).

    That its task is not its own (退回), its score is wrong (对评分的异议), or the whistle was needless (不当吹哨).
    """

    RETURN = "return"
    SCORE = "score"
    NEEDLESS = "needless"


class ClaimState(StrEnum):
    """What became of it (审核状态)."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


CLAIMS_ZH: dict[ClaimKind, str] = {
    ClaimKind.RETURN: "退回吹哨任务",
    ClaimKind.SCORE: "评分异议",
    ClaimKind.NEEDLESS: "不当吹哨",
}
CLAIM_STATES_ZH: dict[ClaimState, str] = {
    ClaimState.PENDING: "待审核",
    ClaimState.GRANTED: "同意",
    ClaimState.REFUSED: "不予同意",
    ClaimState.LAPSED: "失效",
}


def claim_name(number: int, kind: ClaimKind, task: str) -> str:
    """A claim by its number among the steps of its case, its kind and its task, as its clock goes by it everywhere."""
    return f"claim-{number}.{kind.value}.{task}"


def gives_back(name: str, task: str) -> bool:
    """Whether by the claim of this name the task would be given back: it is moot once that has ended."""
    return name.startswith("claim-") and name.endswith(f".{ClaimKind.RETURN.value}.{task}")
