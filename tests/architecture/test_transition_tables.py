"""Every transition table of the house is shown in docs/transitions.md, is sound, and is seen to fail when it is not."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import services
from huiyin.describe.transitions import TABLES, NamedTable, section_of
from libs.common.rules.machine import Machine, Transition, Unsound

Table = Machine[Any, Any, Any, Any]
Line = Transition[Any, Any, Any, Any]


class Stranger(StrEnum):
    """A party that no table knows."""

    ANYBODY = "anybody"


of_each = pytest.mark.parametrize("named", TABLES, ids=lambda named: named.english)


def flaws_of(machine: Table, *steps: Line) -> list[str]:
    try:
        replace(machine, steps=steps)
    except Unsound as unsound:
        return str(unsound).removeprefix("the transition table is not sound: ").split("; ")
    return []


def test_every_table_of_the_house_is_shown() -> None:
    names = [found.name for found in walk_packages(services.__path__, "services.")]
    modules = [import_module(name) for name in names if ".domain" in name]
    there = {id(one): name for name, module in zip(names, modules, strict=False) for one in tables_in(module)}
    assert set(there) == {id(named.machine) for named in TABLES}
    for named in TABLES:
        module = import_module(named.source.removesuffix(".py").replace("/", "."))
        assert any(one is named.machine for one in tables_in(module)), f"{named.english} is not in {named.source}"


def tables_in(module: Any) -> list[Table]:
    return [one for one in vars(module).values() if isinstance(one, Machine)]


@of_each
def test_a_status_that_is_never_reached_is_seen(named: NamedTable) -> None:
    machine = named.machine
    assert not list(machine.flaws())
    for status in machine.statuses:
        if status not in machine.begins:
            found = flaws_of(machine, *(step for step in machine.steps if step.target is not status))
            assert f"{status} is never reached" in found


@of_each
def test_a_dead_end_is_seen(named: NamedTable) -> None:
    machine = named.machine
    for status in machine.statuses:
        if status not in machine.ends:
            stays = (step for step in machine.steps if step.source is not status or step.target is status)
            assert f"{status} can never end" in flaws_of(machine, *stays)


@of_each
def test_a_step_that_stands_twice_or_is_anybodys_or_leaves_an_end_is_seen(named: NamedTable) -> None:
    machine = named.machine
    for step in {step.action: step for step in machine.steps}.values():
        assert f"{step.action} from {step.source} stands twice" in flaws_of(machine, *machine.steps, step)
        shared = flaws_of(machine, *machine.steps, replace(step, who=Stranger.ANYBODY))
        assert any(flaw.startswith(f"{step.action} must belong to one party") for flaw in shared)
        for end in machine.ends:
            if step.action not in machine.after_the_end and not machine.allows(end, step.action):
                found = flaws_of(machine, *machine.steps, replace(step, source=end))
                assert f"{step.action} leaves the end {end}" in found


@of_each
def test_each_rule_of_a_table_is_seen_to_fail(named: NamedTable) -> None:
    """One line otherwise is enough, for each step and guard that the rule is about."""
    for rule in named.machine.must:
        assert not list(rule(named.machine.steps))
        assert any(list(rule(steps)) for steps in spoilt(named.machine))


@of_each
def test_no_line_changes_unseen(named: NamedTable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes away a line, a guard or a party has to change the document, too."""
    monkeypatch.setattr(Machine, "flaws", lambda _machine: iter(()))
    shown = section_of(named)
    for steps in spoilt(named.machine):
        assert section_of(replace(named, machine=replace(named.machine, steps=steps))) != shown


def spoilt(machine: Table) -> Iterator[tuple[Line, ...]]:
    """The table with one line otherwise: gone, without a guard, anybody's, or leading elsewhere."""
    for place, step in enumerate(machine.steps):
        before, after = machine.steps[:place], machine.steps[place + 1 :]
        yield before + after
        yield (*before, replace(step, who=Stranger.ANYBODY), *after)
        for guard in step.guards:
            left = tuple(one for one in step.guards if one is not guard)
            yield (*before, replace(step, guards=left), *after)
        for status in machine.statuses:
            if status is not step.target:
                yield (*before, replace(step, target=status), *after)
