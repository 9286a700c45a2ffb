"""I7: no open case is without a unit or somebody to choose one, its clocks, and somebody who asks the citizen."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView
from huiyin.audit.cut import Row
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.states import lead_heard
from libs.common.events import cases
from libs.common.events.terms import Deadline

GRACE = timedelta(minutes=5)
"""How late a step of a clock may be: the worker waits some seconds, and longer while events are still to be read."""

_STANDS = frozenset({"pending", "fired", "failed"})
"""A failed clock is known, counted and an operator's; it is not lost."""
_SET = {
    "what": "deadline",
    "round": "round",
    "about": "about",
    "starts_at": "starts_at",
    "warn_at": "warn_at",
    "due_at": "due_at",
    "pack_version": "pack_version",
}
"""What a clock keeps of the event that set it: column, and field."""
_OPEN_CALLBACK = {"callback": "due", "review": "exhausted"}


@dataclass(frozen=True, slots=True)
class Promises:
    """Checks one case after the other against the time of the cut."""

    findings: Findings
    now: datetime

    def check(self, view: CaseView) -> None:
        """One case."""
        work, matter = view.row("work"), view.row("matter")
        if work is not None and work["status"] != "closed":
            self.findings.checked[Invariant.PROMISE] += 1
            self._say(view, DISPATCH, _with_somebody(work))
        if matter is None:
            self._say(view, FOLLOWUP, _orphans(view))
            return
        self.findings.checked[Invariant.PROMISE] += 1
        clocks = {row["clock_id"]: row for row in view.rows["clock"]}
        self._say(view, FOLLOWUP, _clocks(view, clocks))
        self._say(view, FOLLOWUP, _fired(view))
        self._say(view, FOLLOWUP, _running(view, matter))
        self._say(view, FOLLOWUP, _asking(view, matter))
        self._say(view, FOLLOWUP, self._late(view))
        self.findings.pending["timers failed"] += sum(row["state"] == "failed" for row in view.rows["clock"])

    def _say(self, view: CaseView, service: str, messages: Iterable[str]) -> None:
        for message in messages:
            self.findings.violated(Invariant.PROMISE, view.case_id, service, message)

    def _late(self, view: CaseView) -> Iterator[str]:
        for clock in view.rows["clock"]:
            if clock["state"] == "pending" and clock["next_at"] < self.now - GRACE:
                yield f"clock {_name(clock)} should have fired at {clock['next_at'].isoformat()}"


def _with_somebody(work: Row) -> Iterator[str]:
    if work["status"] in ("assigned", "signed") and work["lead_unit"] is None:
        yield f"it is {work['status']} and no unit leads it"


def _orphans(view: CaseView) -> Iterator[str]:
    for table in ("clock", "callback"):
        if view.rows[table]:
            yield f"{len(view.rows[table])} rows of {table} belong to no case"


def _clocks(view: CaseView, clocks: dict[str, Row]) -> Iterator[str]:
    """The n-th deadline that was set is the clock numbered n, with its times."""
    expected = set()
    for number, event in enumerate(view.of(FOLLOWUP, cases.DeadlineSet), start=1):
        name = f"{view.case_id}.{number}"
        expected.add(name)
        clock = clocks.get(name)
        what = f"the {event.deadline} deadline of round {event.round}"
        if clock is None:
            yield f"{what} has no clock"
            continue
        for column, said in _SET.items():
            if clock[column] != getattr(event, said):
                yield f"clock {number} is not that of {what}: {column} is {clock[column]}, not {getattr(event, said)}"
        if clock["state"] == "pending" and clock["next_at"] != (at := _next_at(clock)):
            yield f"clock {number} is to {clock['step']} at {clock['next_at'].isoformat()}, not {at.isoformat()}"
    for name, clock in clocks.items():
        if name not in expected:
            yield f"clock {_name(clock)} belongs to no deadline that was set"


def _next_at(clock: Row) -> datetime:
    """When the step comes that the clock stands before; what the ladder adds stands in the clock alone."""
    moment: datetime = clock[{"warn": "warn_at", "miss": "due_at"}.get(clock["step"], "next_at")]
    return moment


def _fired(view: CaseView) -> Iterator[str]:
    """A step that was taken was said, once."""
    fired = Counter(
        (step, row["round"], row["what"], row["about"], row["due_at"])
        for row in view.rows["clock"]
        for step in _taken(row)
    )
    warned, missed = view.of(FOLLOWUP, cases.DeadlineWarned), view.of(FOLLOWUP, cases.DeadlineMissed)
    told = Counter(("warn", event.round, event.deadline.value, event.about, event.due_at) for event in warned)
    told.update(("miss", event.round, event.deadline.value, event.about, event.due_at) for event in missed)
    for place in fired.keys() | told.keys():
        step, number, what, *_ = place
        if fired[place] != told[place]:
            times = f"fired {fired[place]} times and was said {told[place]} times"
            yield f"the {what} deadline of round {number} to {step} {times}"


def _taken(clock: Row) -> tuple[str, ...]:
    """Whether it has warned, and been missed: it stands before one step, and at the end its last was taken."""
    if clock["step"] == "warn":
        return ()
    missed = clock["step"] != "miss" or clock["state"] == "fired"
    return ("warn", "miss") if missed else ("warn",)


def _running(view: CaseView, matter: Row) -> Iterator[str]:
    """What has to be running as the case stands, and nothing else."""
    pending = [row for row in view.rows["clock"] if row["state"] == "pending" and _about_the_case(row, matter)]
    if matter["status"] != "handling":
        allowed = {Deadline.CALLBACK} if matter["status"] in _OPEN_CALLBACK else set()
        for clock in pending:
            if clock["what"] not in allowed:
                yield f"clock {_name(clock)} runs, though the case is {matter['status']}"
        return
    for what in _due(view, matter):
        if not _stands(view, matter["round"], what):
            yield f"no {what} clock runs in round {matter['round']}"
    for clock in pending:
        if clock["round"] != matter["round"]:
            yield f"clock {_name(clock)} runs in round {matter['round']}"


def _about_the_case(clock: Row, matter: Row) -> bool:
    """An order may be answered in any round, as long as the case is open."""
    return not clock["about"] or matter["status"] == "closed"


def _due(view: CaseView, matter: Row) -> Iterator[Deadline]:
    """The clocks of a case that is being handled."""
    number = matter["round"]
    steps = [
        one.event
        for one in view.applied(FOLLOWUP, DISPATCH)
        if isinstance(one.event, cases.TriageQueued | cases.CaseAssigned | cases.CaseReassigned | cases.CaseSigned)
        and one.event.round == number
    ]
    if not steps:
        registered = view.of(INTAKE, cases.CaseRegistered, FOLLOWUP)
        if number == 1 and registered and not registered[0].answered_at_once:
            yield Deadline.TRIAGE
        return
    if lead_heard(view, number) is None:
        yield Deadline.TRIAGE
    elif not isinstance(steps[-1], cases.CaseSigned):
        yield Deadline.SIGN
    if any(isinstance(step, cases.CaseAssigned) for step in steps):
        yield Deadline.HANDLE


def _stands(view: CaseView, number: int, what: Deadline) -> bool:
    """Whether the last clock of this kind was not stopped."""
    clocks = [row for row in view.rows["clock"] if row["what"] == what and row["round"] == number and not row["about"]]
    last = max(clocks, key=_number, default=None)
    return last is not None and last["state"] in _STANDS


def _number(clock: Row) -> int:
    """Which of the case's clocks it is; 0 when its id does not say."""
    number = clock["clock_id"].rpartition(".")[2]
    return int(number) if number.isdecimal() else 0


def _asking(view: CaseView, matter: Row) -> Iterator[str]:
    """Exactly one callback is open while the citizen is to be asked, none at any other time; each has its tries."""
    status, number = matter["status"], matter["round"]
    callbacks = {row["round"]: row for row in view.rows["callback"]}
    for asked_in, count in Counter(row["round"] for row in view.rows["callback"]).items():
        if count > 1:
            yield f"round {asked_in} has {count} callbacks"
    tried = Counter(event.round for event in view.of(FOLLOWUP, cases.CallbackTried))
    asked = {event.round for event in view.of(FOLLOWUP, cases.CallbackDue)} | tried.keys()
    if status in _OPEN_CALLBACK:
        asked.add(number)
    for missing in sorted(asked - callbacks.keys()):
        yield f"round {missing} has no callback"
    for row in callbacks.values():
        wanted = _OPEN_CALLBACK.get(status) if row["round"] == number else None
        if wanted is not None and row["state"] != wanted:
            yield f"its callback is {row['state']}, though the case is in {status}"
        elif wanted is None and row["state"] in _OPEN_CALLBACK.values():
            yield f"the callback of round {row['round']} is {row['state']}, the case is {status} in round {number}"
        if row["attempts"] != tried[row["round"]]:
            said = tried[row["round"]]
            yield f"the callback of round {row['round']} counts {row['attempts']} tries, {said} were said"


def _name(clock: Row) -> str:
    return f"{clock['step']} of the {clock['what']} deadline ({clock['clock_id']})"
