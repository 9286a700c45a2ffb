"""Plans what is done with a case next, and when: after it came to a unit, was signed, or was sent back."""

from datetime import datetime, timedelta

from huiyin.replay.stage import Doing, Life, Stage

_SHORTEST = timedelta(milliseconds=1)


def arrive(stage: Stage, life: Life, at: datetime) -> None:
    """It came to a unit, or to a dispatcher when no rule names one."""
    life.turn += 1
    life.came_at = at
    if life.lead_unit is None:
        stage.plan(life, life.habits.dispatched_at(at, life.done_at, life.turn), Doing.CHOOSE_UNIT)
    elif life.habits.asks_return(at, life.done_at, life.turn):
        stage.plan(life, life.habits.return_asked_at(at), Doing.ASK_RETURN)
    else:
        plan_signing(stage, life, at)


def plan_signing(stage: Stage, life: Life, at: datetime) -> None:
    """The unit keeps it and is to sign it."""
    stage.plan(life, life.habits.signed_at(at, life.done_at, life.turn), Doing.SIGN)


def plan_result(stage: Stage, life: Life, signed: datetime) -> None:
    """The rest of the round, as far as the data, or for later rounds chance, tells of a result."""
    reported = life.habits.reported_at(signed, life.done_at, life.turn)
    if reported is not None:
        stage.plan(life, reported, Doing.REPORT)
    if life.done_at is not None:
        stage.plan(life, max(life.done_at, signed + _SHORTEST), Doing.HAND_IN)


def begin_next_round(stage: Stage, life: Life, at: datetime, number: int) -> None:
    """发回重办: the same unit has it again."""
    stage.journal.sent_back += 1
    life.round = number
    life.done_at = life.habits.handled_again_at(at, number)
    arrive(stage, life, at)
