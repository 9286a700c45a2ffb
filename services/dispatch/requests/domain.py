"""The rules of requests (申请), pure: what can be asked for, and how each is answered, once.

Who may decide is the same for every kind: nobody on what they or their unit asked for (`not_their_own`).
"""

from enum import StrEnum

from libs.common.rules.machine import OutOfTurn


class Kind(StrEnum):
    """What is asked for."""

    RETURN = "return"


class State(StrEnum):
    """What became of it (申请状态)."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


STATE_LABELS: dict[State, tuple[str, str]] = {
    State.PENDING: ("待审核", "waiting to be decided"),
    State.GRANTED: ("同意", "granted"),
    State.REFUSED: ("不予同意", "refused"),
    State.LAPSED: ("失效", "lapsed: the case came to an end before it was decided"),
}
"""Chinese and English."""


def answered(state: State, answer: State) -> State:
    """The answer to a request that waits for one; OutOfTurn when it was answered before."""
    if state is not State.PENDING or answer is State.PENDING:
        zh, en = STATE_LABELS[state]
        raise OutOfTurn(f"The request cannot be decided: it is {en}", f"该申请不能审核：当前为“{zh}”")
    return answer
