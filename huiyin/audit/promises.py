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
"""How late a timer may be: the worker waits some seconds, and longer while events are still to be read."""

_STANDS = frozenset({"pending", "fired", "failed"})
"""A failed timer is known, counted and an operator's; it is not lost."""
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
        timers = {row["timer_id"]: row for row in view.rows["timer"]}
        self._say(view, FOLLOWUP, _clocks(view, timers))
        self._say(view, FOLLOWUP, _fired(view))
        self._say(view, FOLLOWUP, _running(view, matter))
        self._say(view, FOLLOWUP, _asking(view, matter))
        self._say(view, FOLLOWUP, self._late(view))
        self.findings.pending["timers failed"] += sum(row["state"] == "failed" for row in view.rows["timer"])

    def _say(self, view: CaseView, service: str, messages: Iterable[str]) -> None:
        for message in messages:
            self.findings.violated(Invariant.PROMISE, view.case_id, service, message)

    def _late(self, view: CaseView) -> Iterator[str]:
        for timer in view.rows["timer"]:
            if timer["state"] == "pending" and timer["fires_at"] < self.now - GRACE:
                yield f"timer {_name(timer)} should have fired at {timer['fires_at'].isoformat()}"


def _with_somebody(work: Row) -> Iterator[str]:
    if work["status"] in ("assigned", "signed") and work["lead_unit"] is None:
        yield f"it is {work['status']} and no unit leads it"


def _orphans(view: CaseView) -> Iterator[str]:
    for table in ("timer", "callback"):
        if view.rows[table]:
            yield f"{len(view.rows[table])} rows of {table} belong to no case"


def _clocks(view: CaseView, timers: dict[str, Row]) -> Iterator[str]:
    """The n-th deadline that was set has a warning and a miss, numbered n, with its times."""
    expected = set()
    for number, event in enumerate(view.of(FOLLOWUP, cases.DeadlineSet), start=1):
        for step, fires_at in (("warn", event.warn_at), ("miss", event.due_at)):
            name = f"{view.case_id}.{number}.{step}"
            expected.add(name)
            timer = timers.get(name)
            what = f"the {event.deadline} deadline of round {event.round}"
            if timer is None:
                yield f"{what} has no timer to {step}"
                continue
            stored = (timer["what"], timer["round"], timer["due_at"], timer["fires_at"])
            if stored != (event.deadline, event.round, event.due_at, fires_at):
                yield f"timer {number}.{step} is not that of {what}, due {event.due_at.isoformat()}"
    for name, timer in timers.items():
        if timer["step"] in ("warn", "miss") and name not in expected:
            yield f"timer {_name(timer)} belongs to no deadline that was set"


def _fired(view: CaseView) -> Iterator[str]:
    """A timer that fired said so, once."""
    fired = Counter(
        (row["step"], row["round"], row["what"], row["due_at"]) for row in view.rows["timer"] if row["state"] == "fired"
    )
    warned, missed = view.of(FOLLOWUP, cases.DeadlineWarned), view.of(FOLLOWUP, cases.DeadlineMissed)
    told = Counter(("warn", event.round, event.deadline.value, event.due_at) for event in warned)
    told.update(("miss", event.round, event.deadline.value, event.due_at) for event in missed)
    for place in fired.keys() | told.keys():
        step, number, what, _ = place
        if step in ("warn", "miss") and fired[place] != told[place]:
            times = f"fired {fired[place]} times and was said {told[place]} times"
            yield f"the timer to {step} of the {what} deadline of round {number} {times}"


def _running(view: CaseView, matter: Row) -> Iterator[str]:
    """What has to be running as the case stands, and nothing else."""
    pending = [row for row in view.rows["timer"] if row["state"] == "pending"]
    if matter["status"] != "handling":
        allowed = {Deadline.CALLBACK} if matter["status"] in _OPEN_CALLBACK else set()
        for timer in pending:
            if timer["what"] not in allowed:
                yield f"timer {_name(timer)} runs, though the case is {matter['status']}"
        return
    for what in _due(view, matter):
        if not _stands(view, matter["round"], what):
            yield f"no {what} clock runs in round {matter['round']}"
    for timer in pending:
        if timer["round"] != matter["round"]:
            yield f"timer {_name(timer)} runs in round {matter['round']}"


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
    misses = [
        row for row in view.rows["timer"] if row["what"] == what and row["round"] == number and row["step"] == "miss"
    ]
    last = max(misses, key=_number, default=None)
    return last is not None and last["state"] in _STANDS


def _number(timer: Row) -> int:
    """Which of the case's clocks it belongs to; 0 when its id does not say."""
    parts = timer["timer_id"].split(".")
    return int(parts[-2]) if len(parts) > 2 and parts[-2].isdecimal() else 0  # noqa: PLR2004 - case, number, step


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


def _name(timer: Row) -> str:
    return f"{timer['step']} of the {timer['what']} deadline ({timer['timer_id']})"
