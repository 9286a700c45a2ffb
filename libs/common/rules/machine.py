"""Transition tables (流转表): from each status, each action, who may take it, under what guards, and where it leads.

A table that is not sound cannot be made, and so its service does not start: a status that is never reached, never left
or never ended, an action that stands twice or belongs to two parties, and whatever else a service says that its table
must hold. Pure, so that any ``domain`` may use it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Generic, ParamSpec, Self, TypeVar

from libs.common.errors import Conflict, Forbidden
from libs.common.events.people import person_name

Label = tuple[str, str]
"""Chinese and English."""

StatusT = TypeVar("StatusT", bound=StrEnum)
ActionT = TypeVar("ActionT", bound=StrEnum)
PartyT = TypeVar("PartyT", bound=StrEnum)
WhatT = TypeVar("WhatT")
P = ParamSpec("P")
"""What guards are asked about."""


class Refused(Exception):
    """The step may not be taken: a problem that says why in both languages."""


class NotTheirs(Refused, Forbidden):
    """Somebody else has to take this step."""


class OutOfTurn(Refused, Conflict):
    """Nobody may take this step as the matter stands."""


class Unsound(ValueError):
    """A transition table that must not be used; the message lists its flaws."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step: an account, the unit it acts for if any, and the member of staff whose account it is."""

    subject: str
    unit_code: str | None = None
    staff_id: str | None = None
    posts: frozenset[str] = frozenset()
    """The units of all posts in office of the person, where the register of people knows it."""

    @property
    def person(self) -> str:
        """By what two accounts of one person are known as one; the account itself where nobody said whose it is."""
        return self.subject if self.staff_id is None else person_name(self.staff_id)

    @property
    def names(self) -> frozenset[str]:
        """All by what the person is known: what was said before anybody said whose account it is names the account."""
        return frozenset((self.subject, self.person))

    @property
    def units(self) -> frozenset[str]:
        """The units that the person acts for, or holds a post of."""
        return self.posts if self.unit_code is None else self.posts | {self.unit_code}


SYSTEM = Actor("system")
"""What follows from an event or a clock, without anybody deciding it."""


# Without slots: a generic class with them cannot be called by the name of one of its kinds.
@dataclass(frozen=True)
class Said(Generic[ActionT, WhatT]):
    """A step that was taken: which, when, what it brought, by whom, why. ``decide`` says it, ``evolve`` folds it."""

    action: ActionT
    at: datetime
    what: WhatT
    by: Actor = SYSTEM
    why: str = ""


@dataclass(frozen=True)
class Transition(Generic[StatusT, ActionT, PartyT, P]):
    """One line of a table. ``source`` is None where the matter begins by it; a guard raises OutOfTurn."""

    action: ActionT
    source: StatusT | None
    target: StatusT
    who: PartyT
    guards: tuple[Callable[P, None], ...] = ()

    @classmethod
    def each(
        cls,
        sources: Iterable[StatusT],
        action: ActionT,
        who: PartyT,
        *guards: Callable[P, None],
        to: StatusT | None = None,
    ) -> Iterator[Self]:
        """The same step from several statuses; without ``to`` the matter stays where it is."""
        for source in sources:
            yield cls(action, source, to or source, who, guards)


@dataclass(frozen=True)
class Machine(Generic[StatusT, ActionT, PartyT, P]):
    """A sound transition table, with the words that its refusals are made of. Raises Unsound.

    ``statuses`` and ``actions`` label all of them; ``people`` are the parties that a person can be; ``begins`` are the
    statuses that a matter can be in without a step, None when each begins by one. ``after_the_end`` are the steps that
    may be taken at an end all the same. ``must`` gives what else is wrong with a table, in words.
    """

    steps: tuple[Transition[StatusT, ActionT, PartyT, P], ...]
    statuses: Mapping[StatusT, Label]
    actions: Mapping[ActionT, Label]
    people: Collection[PartyT]
    ends: Collection[StatusT]
    begins: Collection[StatusT | None] = (None,)
    after_the_end: Collection[ActionT] = ()
    must: tuple[Callable[[tuple[Transition[StatusT, ActionT, PartyT, P], ...]], Iterable[str]], ...] = ()
    noun: str = "the case"
    not_begun: Label = field(default=("未登记", "not open yet"))

    def __post_init__(self) -> None:
        """Refuse a table that is not sound."""
        found = list(self.flaws())
        if found:
            raise Unsound(f"the transition table is not sound: {'; '.join(found)}")

    @cached_property
    def table(self) -> dict[tuple[StatusT | None, ActionT], Transition[StatusT, ActionT, PartyT, P]]:
        """Each step by where it is taken and what it is."""
        return {(step.source, step.action): step for step in self.steps}

    @cached_property
    def who(self) -> Mapping[ActionT, PartyT]:
        """Whose step each action is."""
        return {step.action: step.who for step in self.steps}

    def allows(self, status: StatusT | None, action: ActionT) -> bool:
        """Whether the table has this step, guards aside."""
        return (status, action) in self.table

    def step(self, status: StatusT | None, action: ActionT) -> Transition[StatusT, ActionT, PartyT, P]:
        """The step, its guards not asked. Raises OutOfTurn, saying what is possible."""
        step = self.table.get((status, action))
        if step is None:
            raise self._impossible(status, action)
        return step

    def target(self, status: StatusT | None, action: ActionT, *args: P.args, **kwargs: P.kwargs) -> StatusT:
        """Where the step leads; its guards are asked about the rest. Raises OutOfTurn, saying what is possible."""
        step = self.step(status, action)
        for guard in step.guards:
            guard(*args, **kwargs)
        return step.target

    def possible(self, status: StatusT | None) -> tuple[ActionT, ...]:
        """The steps that a person may take from a status, guards aside."""
        return tuple(step.action for step in self.steps if step.source is status and step.who in self.people)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for a README."""
        arrows: dict[tuple[str, str], list[str]] = {}
        for step in self.steps:
            arrows.setdefault((str(step.source or "[*]"), str(step.target)), []).append(step.action)
        begins = [f"    [*] --> {status}" for status in self.begins if status is not None]
        lines = [f"    {source} --> {target}: {', '.join(actions)}" for (source, target), actions in arrows.items()]
        return "\n".join(["stateDiagram-v2", *begins, *lines, *(f"    {end} --> [*]" for end in self.ends)])

    def flaws(self) -> Iterator[str]:
        """What is wrong with the table, in words; nothing when it is sound."""
        yield from self._doubles()
        yield from self._unreached()
        yield from self._endless()
        for rule in self.must:
            yield from rule(self.steps)

    def _impossible(self, status: StatusT | None, action: ActionT) -> OutOfTurn:
        stands_zh, stands = self.statuses[status] if status else self.not_begun
        wanted_zh, wanted = self.actions[action]
        labels = [self.actions[each] for each in self.possible(status)]
        english = ", ".join(label for _, label in labels) or "nothing"
        chinese = "、".join(label for label, _ in labels) or "无"
        return OutOfTurn(
            f"'{wanted}' is not possible: {self.noun} is {stands}; possible now: {english}",
            f"当前状态“{stands_zh}”不能“{wanted_zh}”；可进行：{chinese}",
            extra=None if status is None else {"state": status.value},
        )

    def _doubles(self) -> Iterator[str]:
        places = [(step.source, step.action) for step in self.steps]
        for place in sorted({place for place in places if places.count(place) > 1}, key=str):
            yield f"{place[1]} from {place[0]} stands twice"
        for action in self.actions:
            parties = {step.who for step in self.steps if step.action is action}
            if len(parties) != 1:
                yield f"{action} must belong to one party, not {sorted(parties) or 'none'}"

    def _unreached(self) -> Iterator[str]:
        reached: set[StatusT | None] = set(self.begins)
        while more := {step.target for step in self.steps if step.source in reached} - reached:
            reached |= more
        yield from (f"{status} is never reached" for status in self.statuses if status not in reached)

    def _endless(self) -> Iterator[str]:
        ending: set[StatusT | None] = set(self.ends)
        while more := {step.source for step in self.steps if step.target in ending} - ending:
            ending |= more
        yield from (f"{status} can never end" for status in self.statuses if status not in ending)
        leaving = (step for step in self.steps if step.source in self.ends and step.action not in self.after_the_end)
        yield from (f"{step.action} leaves the end {step.source}" for step in leaving)


def asks(
    who: PartyT, actions: Collection[ActionT], *guards: Callable[P, None]
) -> Callable[[tuple[Transition[StatusT, ActionT, PartyT, P], ...]], Iterator[str]]:
    """What a table must hold: these steps are that party's alone, and each asks these guards."""

    def rule(steps: tuple[Transition[StatusT, ActionT, PartyT, P], ...]) -> Iterator[str]:
        for step in steps:
            if step.action in actions and step.who is not who:
                yield f"{step.action} from {step.source} is not left to {who}"
            for guard in guards:
                if step.action in actions and guard not in step.guards:
                    yield f"{step.action} from {step.source} does not ask {guard.__name__}"

    return rule


def whose_is_checked(
    checked: Collection[PartyT],
) -> Callable[[tuple[Transition[StatusT, ActionT, PartyT, P], ...]], Iterator[str]]:
    """What a table must hold: nobody takes a step whose party is not one of those that are told apart."""

    def rule(steps: tuple[Transition[StatusT, ActionT, PartyT, P], ...]) -> Iterator[str]:
        for step in steps:
            if step.who not in checked:
                yield f"{step.action} from {step.source} is anybody's: nobody checks who is {step.who}"

    return rule
