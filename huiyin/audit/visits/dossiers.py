"""Entries of dossiers (档案条目) as their events make them (I6), and that their steps follow one another (I5)."""

from collections.abc import Iterator, Sequence

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.rows.comparing import Columns, WantedRows, by_whom
from libs.common.events.dossiers import DossierEntryKept
from libs.common.events.visit_terms import DossierStep

TABLES = {"dossier_entry": "", "dossier_change": "version"}
"""Every table of intake with rows about an entry, and the order of its rows."""
_SAME = ("entry_id", "version", "kind", "name", "text", "looked_on", "due_on")


def check_entry(view: CaseView, findings: Findings) -> None:
    """The steps of one entry, in order."""
    events = view.of(INTAKE, DossierEntryKept)
    findings.checked[Invariant.HISTORY] += bool(events)
    for problem in _problems(events):
        findings.violated(Invariant.HISTORY, view.case_id, INTAKE, problem)


def rows_wanted(view: CaseView) -> Iterator[WantedRows]:
    """What should stand in the tables of entries."""
    events = view.of(INTAKE, DossierEntryKept)
    yield WantedRows(INTAKE, "dossier_entry", ("entry_id",), [_entry(events[-1])] if events else [])
    yield WantedRows(INTAKE, "dossier_change", ("version",), [_change(event) for event in events])


def _problems(events: Sequence[DossierEntryKept]) -> Iterator[str]:
    for number, event in enumerate(events, start=1):
        if event.version != number:
            yield f"step {number} of an entry has version {event.version}"
        if (event.step is DossierStep.ENTER) != (number == 1):
            yield f"step {number} of an entry is {event.step}"
        if event.by is None:
            yield f"nobody took step {number} of an entry"
        before = events[number - 2] if number > 1 else event
        if before.step is DossierStep.REMOVE and number > 1:
            yield f"step {number} of an entry follows its removal"
        if (event.area_code, event.part) != (before.area_code, before.part):
            yield f"by step {number} an entry is of another area or part"
        if event.looked_on < before.looked_on:
            yield f"by step {number} an entry was seen earlier than before"


def _entry(last: DossierEntryKept) -> Columns:
    told = {name: getattr(last, name) for name in (*_SAME, "area_code", "part")}
    return told | {"removed": last.step is DossierStep.REMOVE, "updated_at": last.occurred_at}


def _change(event: DossierEntryKept) -> Columns:
    who, unit_code, staff_id = by_whom(event)
    told = {name: getattr(event, name) for name in (*_SAME, "why")}
    return told | {
        "action": event.step,
        "who": who,
        "unit_code": unit_code,
        "staff_id": staff_id,
        "at": event.occurred_at,
    }
