"""The transition table (流转表), with THE GUARD: a case that the citizen is not satisfied with cannot be closed.

Whoever changes the table cannot start the service with a status that is never reached or never ends, with a substantive
closing that is not guarded, or with one that the system takes by itself: ``flaws`` is asked when this is imported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from libs.common.events.terms import Closing
from services.followup.cases.domain.terms import (
    ACTION_LABELS,
    ENDS,
    OPEN,
    STATUS_LABELS,
    SYSTEM,
    Action,
    Actor,
    Asking,
    Given,
    Party,
    Standing,
    Status,
)


class Refused(Exception):
    """The step may not be taken; says why in both languages."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english = english
        self.chinese = chinese


class NotTheirs(Refused):
    """Somebody else has to take this step."""


class OutOfTurn(Refused):
    """Nobody may take this step as the case stands."""


Guard = Callable[[Standing, Given], None]
"""Raises OutOfTurn."""


def of_this_round(standing: Standing, given: Given) -> None:
    """What the citizen said of an older round says nothing about this one."""
    if given.asking.round != standing.round:
        raise OutOfTurn(
            f"This callback is of round {given.asking.round}; the case is in round {standing.round}",
            f"该回访属于第 {given.asking.round} 轮，案件已进入第 {standing.round} 轮",
        )


def citizen_is_content(standing: Standing, given: Given) -> None:
    """THE GUARD (群众不满意不销号): a valid callback of this very round, satisfied, and not unsolved."""
    of_this_round(standing, given)
    if given.answer is None or not given.answer.content:
        raise OutOfTurn(
            "Only the citizen's own satisfied word closes a case as solved", "群众未表示满意，不得作实质性办结"
        )


def citizen_is_not_content(_standing: Standing, given: Given) -> None:
    """A valid answer, and the citizen is not satisfied or the matter is not solved."""
    if given.answer is None or not given.answer.valid or given.answer.content:
        raise OutOfTurn(
            "Only a citizen who was reached and is not satisfied sends it back", "须为有效回访且群众不满意方可发回重办"
        )


def no_valid_answer(_standing: Standing, given: Given) -> None:
    """Not reached, refused, or hung up before the question of satisfaction."""
    if given.answer is None or given.answer.valid:
        raise OutOfTurn("The citizen gave a valid answer", "本次为有效回访")


def at_another_time(_standing: Standing, given: Given) -> None:
    """Three calls within a minute are one try."""
    not_before = given.asking.next_try_at
    if not_before is not None and given.now < not_before:
        raise OutOfTurn(
            f"Tries are made at different times; the next one counts from {not_before.isoformat()}",
            f"多次回访应错开时间，下次回访请于 {not_before.isoformat()} 之后进行",
        )


def tries_left(_standing: Standing, given: Given) -> None:
    """After this try another one is allowed."""
    if given.asking.tries + 1 >= given.asking.tries_allowed:
        raise OutOfTurn("No tries are left", "回访次数已用完")


def last_try(_standing: Standing, given: Given) -> None:
    """This try is the last one that the pack allows."""
    if given.asking.tries + 1 < given.asking.tries_allowed:
        raise OutOfTurn("There are tries left", "回访次数尚未用完")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table. ``closing`` is set where it ends the case."""

    action: Action
    source: Status | None
    target: Status
    who: Party
    guards: tuple[Guard, ...] = ()
    closing: Closing | None = None


def _each(sources: Iterable[Status], action: Action, who: Party) -> list[Step]:
    """The same step from several statuses; the case stays where it is."""
    return [Step(action, source, source, who) for source in sources]


_UNREACHED = (of_this_round, no_valid_answer, at_another_time)
STEPS: tuple[Step, ...] = (
    Step(Action.OPEN, None, Status.HANDLING, Party.SYSTEM),
    Step(Action.QUEUE, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Step(Action.ASSIGN, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Step(Action.REASSIGN, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Step(Action.ASK, Status.HANDLING, Status.CALLBACK, Party.SYSTEM),
    Step(Action.LEAVE_UNASKED, Status.HANDLING, Status.REVIEW, Party.SYSTEM),
    Step(Action.TRY, Status.CALLBACK, Status.CALLBACK, Party.CALLER, (*_UNREACHED, tries_left)),
    Step(Action.GIVE_UP, Status.CALLBACK, Status.REVIEW, Party.CALLER, (*_UNREACHED, last_try)),
    Step(
        Action.SATISFY, Status.CALLBACK, Status.CLOSED, Party.CALLER, (citizen_is_content,), closing=Closing.SUBSTANTIVE
    ),
    Step(Action.SEND_BACK, Status.CALLBACK, Status.HANDLING, Party.CALLER, (of_this_round, citizen_is_not_content)),
    Step(Action.TRY_AGAIN, Status.REVIEW, Status.CALLBACK, Party.REVIEWER, (of_this_round,)),
    Step(
        Action.CLOSE_UNVERIFIED,
        Status.REVIEW,
        Status.CLOSED,
        Party.REVIEWER,
        (of_this_round,),
        closing=Closing.UNVERIFIED,
    ),
    *(Step(Action.WITHDRAW, s, Status.CLOSED, Party.SYSTEM, closing=Closing.WITHDRAWN) for s in OPEN),
    *_each(OPEN, Action.SUPERVISE, Party.SUPERVISOR),
)


def take(standing: Standing, action: Action, given: Given) -> Standing:
    """The case after the step; the only way that a standing changes.

    Raises:
        NotTheirs: whoever takes it may not.
        OutOfTurn: it cannot be taken now.
    """
    check_party(action, given.asking, given.by)
    step = TABLE.get((standing.status, action))
    if step is None:
        raise _impossible(standing.status, action)
    for guard in step.guards:
        guard(standing, given)
    said = given.answer.satisfaction if given.answer and step.closing is Closing.SUBSTANTIVE else None
    return Standing(
        status=step.target,
        round=standing.round + (action is Action.SEND_BACK),
        closing=step.closing,
        satisfaction=said,
    )


def believed(standing: Standing, number: int) -> bool:
    """Whether what others say of a round still means something: it is this one, and it is being handled.

    Raises:
        ValueError: that round was never opened. Nobody can have heard of it, for only this service opens rounds.
    """
    if number > standing.round:
        raise ValueError(f"round {number} was never opened; the case is in round {standing.round}")
    return number == standing.round and standing.status is Status.HANDLING


def check_party(action: Action, asking: Asking, actor: Actor) -> None:
    """NotTheirs unless ``actor`` may take this step. Ask before looking at version and status."""
    if WHO[action] is Party.SYSTEM:
        return
    if actor == SYSTEM:
        raise NotTheirs("Only a person may do this", "须由工作人员操作")
    if actor.unit_code is not None and actor.unit_code == asking.handling_unit:
        raise NotTheirs("The unit that handled a case never asks about it itself", "承办单位不得回访本单位办理的诉求")
    if actor.subject == asking.answered_by:
        raise NotTheirs("Whoever answered a case never asks about it", "直接答复人不得回访本人答复的诉求")
    if WHO[action] is Party.REVIEWER and actor.subject in asking.callers:
        raise NotTheirs("Whoever tried to reach the citizen does not review it", "参与过回访的人员不得进行核实")


def possible(status: Status | None) -> tuple[Action, ...]:
    """The steps that a person may take from a status, guards aside."""
    return tuple(step.action for step in STEPS if step.source is status and step.who is not Party.SYSTEM)


def _impossible(status: Status | None, action: Action) -> OutOfTurn:
    stands_zh, stands = STATUS_LABELS[status] if status else ("未登记", "not open yet")
    wanted_zh, wanted = ACTION_LABELS[action]
    open_to_people = [ACTION_LABELS[each] for each in possible(status)]
    english = ", ".join(label for _, label in open_to_people) or "nothing"
    chinese = "、".join(label for label, _ in open_to_people) or "无"
    return OutOfTurn(
        f"'{wanted}' is not possible: the case is {stands}; possible now: {english}",
        f"当前状态“{stands_zh}”不能“{wanted_zh}”；可进行：{chinese}",
    )


def flaws(steps: Iterable[Step]) -> list[str]:
    """What is wrong with a transition table, in words; empty when it is sound."""
    lines = tuple(steps)
    return [*_doubles(lines), *_unreached(lines), *_endless(lines), *_unguarded(lines)]


def _doubles(steps: tuple[Step, ...]) -> Iterator[str]:
    places = [(step.source, step.action) for step in steps]
    for place in sorted({place for place in places if places.count(place) > 1}, key=str):
        yield f"{place[1]} from {place[0]} stands twice"
    for action in Action:
        parties = {step.who for step in steps if step.action is action}
        if len(parties) != 1:
            yield f"{action} must belong to one party, not {sorted(parties) or 'none'}"


def _unreached(steps: tuple[Step, ...]) -> Iterator[str]:
    reached: set[Status | None] = {None}
    while more := {step.target for step in steps if step.source in reached} - reached:
        reached |= more
    yield from (f"{status} is never reached" for status in Status if status not in reached)


def _endless(steps: tuple[Step, ...]) -> Iterator[str]:
    ending: set[Status | None] = set(ENDS)
    while more := {step.source for step in steps if step.target in ending} - ending:
        ending |= more
    yield from (f"{status} can never end" for status in Status if status not in ending)
    yield from (f"{step.action} leaves the end {step.source}" for step in steps if step.source in ENDS)
    for status in OPEN:
        if not any(step.source is status and step.action is Action.WITHDRAW for step in steps):
            yield f"the citizen cannot withdraw from {status}"


def _unguarded(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        place = f"{step.action} from {step.source}"
        if (step.target in ENDS) != (step.closing is not None):
            yield f"{place} must say how it closes exactly when it does"
        if step.closing is Closing.SUBSTANTIVE and citizen_is_content not in step.guards:
            yield f"{place} closes a case without the citizen's word"
        if step.closing in (Closing.SUBSTANTIVE, Closing.UNVERIFIED) and step.who is Party.SYSTEM:
            yield f"{place} lets the system close a case by itself"
        if step.who in (Party.CALLER, Party.REVIEWER) and not {of_this_round, citizen_is_content} & set(step.guards):
            yield f"{place} could be taken on the word of an older round"


def _sound(steps: tuple[Step, ...]) -> Mapping[tuple[Status | None, Action], Step]:
    found = flaws(steps)
    if found:
        raise ValueError(f"the transition table is not sound: {'; '.join(found)}")
    return {(step.source, step.action): step for step in steps}


TABLE = _sound(STEPS)
WHO: Mapping[Action, Party] = {step.action: step.who for step in STEPS}


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in STEPS:
        place = (step.source or "[*]", step.target)
        arrows.setdefault((str(place[0]), str(place[1])), []).append(step.action)
    lines = [f"    {source} --> {target}: {', '.join(actions)}" for (source, target), actions in arrows.items()]
    return "\n".join(["stateDiagram-v2", *lines, *(f"    {end} --> [*]" for end in ENDS)])
