"""Who of a unit answers for a case (责任人): who may name somebody, and when a name holds no longer. Pure."""

from libs.common.rules.machine import OutOfTurn
from services.dispatch.cases.domain.state import State
from services.dispatch.cases.domain.terms import OPEN


def check_may_name(state: State) -> None:
    """OutOfTurn unless the unit has something to do; that the unit is of the case was asked before."""
    if state.status not in OPEN:
        raise OutOfTurn("Nobody has to act on this case now", "该件当前无需办理，不能指定责任人")


def is_given_anew(before: State, after: State) -> bool:
    """Whether another unit works from now on, none, or the same one from the beginning: it names its own person."""
    was, now = ((each.working_unit, each.assigned_at, each.round) for each in (before, after))
    return was != now
