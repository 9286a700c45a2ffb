"""docs/transitions.md: every transition table (流转表) as its service goes by it, drawn and line by line."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from libs.common.rules.machine import Machine, Transition
from services.dispatch.aids.domain import MACHINE as AIDS
from services.dispatch.appraisals.domain.state import CLAIMS
from services.dispatch.asks.domain import MACHINE as REQUESTS
from services.dispatch.calls.domain import MACHINE as CALLS
from services.dispatch.cases.domain.transitions import MACHINE as WORK
from services.dispatch.disputes.domain import MACHINE as ARBITRATIONS
from services.dispatch.letters.domain import MACHINE as LETTERS
from services.dispatch.mediations.domain import MACHINE as MEDIATIONS
from services.dispatch.risks.domain import MACHINE as RISKS
from services.dispatch.tasks.domain import MACHINE as TASKS
from services.followup.cases.domain.transitions import MACHINE as PROMISES
from services.intake.cases.domain.lifecycle import MACHINE as DOOR
from services.intake.households.domain import HOUSEHOLDS
from services.intake.teams.domain.course import TEAMS
from services.intake.visits.domain import VISITS


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table by what it is of, in English and Chinese, and where it is stated."""

    english: str
    chinese: str
    source: str
    machine: Machine[Any, Any, Any, Any]


TABLES = (
    NamedTable("Case, with the units", "派单", "services/dispatch/cases/domain/transitions.py", WORK),
    NamedTable("Task of a support unit", "协办任务", "services/dispatch/tasks/domain.py", TASKS),
    NamedTable("Whistle: task of a summoned unit", "吹哨任务", "services/dispatch/calls/domain.py", CALLS),
    NamedTable("Claim of a summoned unit", "被召集单位申请", "services/dispatch/appraisals/domain/state.py", CLAIMS),
    NamedTable("Letter", "函件", "services/dispatch/letters/domain.py", LETTERS),
    NamedTable("Request", "申请", "services/dispatch/asks/domain.py", REQUESTS),
    NamedTable("Arbitration", "争议裁定", "services/dispatch/disputes/domain.py", ARBITRATIONS),
    NamedTable("Mediation", "调解", "services/dispatch/mediations/domain.py", MEDIATIONS),
    NamedTable("Aid", "救助帮扶", "services/dispatch/aids/domain.py", AIDS),
    NamedTable("Risk", "风险事项", "services/dispatch/risks/domain.py", RISKS),
    NamedTable("Case, towards its citizen", "回访督办", "services/followup/cases/domain/transitions.py", PROMISES),
    NamedTable("Case, at the door", "诉求登记", "services/intake/cases/domain/lifecycle.py", DOOR),
    NamedTable("Household", "住户", "services/intake/households/domain.py", HOUSEHOLDS),
    NamedTable("Visit's record", "走访记录", "services/intake/visits/domain.py", VISITS),
    NamedTable("Team", "走访小组", "services/intake/teams/domain/course.py", TEAMS),
)

_HEAD = """# Transition tables 流转表

Made from the tables that the services go by, by `make docs`; a test fails when it is stale. A table that is not sound
cannot be made, and so its service does not start: each status is reached and can end, nothing leaves an end but what
is said to, no step stands twice or belongs to two parties, and each service's own rules of its table hold, such as
that whoever decides is apart, and which guards a step asks. `tests/architecture/test_transition_tables.py` sees each of
these checks fail on a spoilt table.

A step that stays where it is leads to `=`. A guard is a question that is asked before the step is taken, beside who
takes it; what it refuses says why in both languages.
"""


def render_transitions() -> str:
    """The whole document."""
    return "\n".join((_HEAD, *map(section_of, TABLES)))


def section_of(table: NamedTable) -> str:
    """What is shown of one table."""
    return "\n".join(_section(table))


def _section(table: NamedTable) -> Iterator[str]:
    machine = table.machine
    yield f"## {table.english} {table.chinese}\n"
    yield f"`{table.source}`\n"
    for status, (chinese, english) in machine.statuses.items():
        yield f"- `{status.value}` {chinese}: {english}{_mark(machine, status)}"
    yield f"\n```mermaid\n{machine.diagram()}\n```\n"
    yield "| from | step 操作 | party | guards | to |"
    yield "| --- | --- | --- | --- | --- |"
    yield from _lines(machine)
    yield ""
    told = {guard.__name__: told for step in machine.steps for guard in step.guards if (told := _told(guard))}
    if told:
        yield from (f"- `{name}`: {words}" for name, words in sorted(told.items()))
        yield ""


def _mark(machine: Machine[Any, Any, Any, Any], status: Any) -> str:
    return " (end)" if status in machine.ends else " (begins)" if status in machine.begins else ""


def _lines(machine: Machine[Any, Any, Any, Any]) -> Iterator[str]:
    """One for all sources from which a step is the same."""
    sources: dict[tuple[str, ...], list[str]] = {}
    for step in machine.steps:
        target = "=" if step.target is step.source else f"`{step.target.value}`"
        action = f"`{step.action.value}` {machine.actions[step.action][0]}"
        place = action, str(step.who.value), _guards(step), target
        sources.setdefault(place, []).append("(new)" if step.source is None else f"`{step.source.value}`")
    for (action, who, guards, target), found in sources.items():
        every = len(found) == len(machine.statuses) and "(new)" not in found
        yield f"| {'any' if every else ', '.join(found)} | {action} | {who} | {guards} | {target} |"


def _guards(step: Transition[Any, Any, Any, Any]) -> str:
    return ", ".join(f"`{guard.__name__}`" for guard in step.guards)


def _told(guard: Any) -> str:
    return (inspect.getdoc(guard) or "").split("\n\n")[0].replace("\n", " ")
