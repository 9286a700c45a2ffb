"""The rows of intake: the case by the door's own rules (`domain.lifecycle`), its timeline, and what was said."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, LedgerSaid, as_applied
from huiyin.audit.packs import Packs
from huiyin.audit.rows.comparing import (
    Columns,
    Masked,
    NotBefore,
    Sealed,
    Unseen,
    WantedRows,
    as_told,
    by_whom,
    columns_of,
    told,
)
from libs.common.events import cases
from libs.common.events.base import Event, SaidByHand
from libs.common.security.vault import print_of_sealed
from services.intake.cases.actions.projection import EFFECTS, said_of
from services.intake.cases.domain.lifecycle import DOOR_STEPS, WORDS, Action, State, Status, evolve
from services.intake.cases.domain.lifecycle import Said as SaidOfCase

LONGEST_NOTE = 500
"""Characters of a note on the timeline."""
_OWN = (cases.CaseRegistered, cases.CaseAnsweredDirectly)
_REGISTERED = (
    *("case_no", "channel", "kind", "urgency", "area_code", "accused_unit", "title", "confidential"),
    *("callback_wanted", "source_system", "source_no", "occurred_at", "registered_at", "pack_version"),
)
"""Columns of a case that stand as its registration said them."""
_REQUESTER = ("sealed_name", "sealed_phone", "sealed_id_no", "sealed_home", "phone_index")


@dataclass(slots=True)
class _Case:
    """A case at the door, event by event."""

    first: cases.CaseRegistered
    state: State
    moved_at: datetime
    timeline: list[Columns] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """One more event, with its entry on the timeline."""
        said = self._said(event)
        before, self.state = self.state, evolve(self.state, said)
        if self.state is not before:
            self.moved_at = event.occurred_at
        self.timeline.append(
            {"id": Unseen.NUMBER, "case_id": self.first.case_id, "at": said.at, "what": said.what, "round": said.round}
            | {"unit_code": said.unit_code, "by": said.by, "note": Masked(said.note, LONGEST_NOTE)}
            | {"status": self.state.status, "version": self.state.version}
        )

    def _said(self, event: Event) -> SaidOfCase:
        what, at = _name(event), event.occurred_at
        match event:
            case cases.CaseRegistered():
                who, unit = by_whom(event)
                return SaidOfCase(event.registered_at, what, 1, event.title, unit, who)
            case cases.CaseAnsweredDirectly():
                by, facts = told(event, "answered_by"), {"answered_directly": True}
                unit = event.answered_by_unit
                return SaidOfCase(at, what, event.round, event.answer, unit, by, Action.ANSWER, facts)
            case SaidByHand() if what in DOOR_STEPS:
                words = next(getattr(event, name) for name in WORDS if hasattr(event, name))
                who, unit = by_whom(event)
                return SaidOfCase(at, what, self.state.round, words, unit, who, DOOR_STEPS[what])
            case cases.RoundEvent():
                return said_of(event)
        raise TypeError(what)


def rows_of_intake(view: CaseView, _packs: Packs) -> Iterator[WantedRows]:
    """What should stand in intake's tables."""
    registered = view.of(INTAKE, cases.CaseRegistered)
    case = _case(view, registered[0]) if registered else None
    if case is not None:
        yield WantedRows(INTAKE, "cases", (), [_row(case)])
    yield WantedRows(INTAKE, "wording", ("case_id",), [_wording(first) for first in registered[:1]])
    yield WantedRows(INTAKE, "timeline", ("what",), [] if case is None else case.timeline)
    yield from _sealed(view, registered)
    looks = view.of(INTAKE, cases.RequesterRevealed)
    yield WantedRows(INTAKE, "reveal", ("reveal_id",), [_look(event) for event in looks], more=True)
    since = [one.event for one in view.said[INTAKE] if isinstance(one.event, _SINCE)]
    yield WantedRows(INTAKE, "supplement", ("case_id",), [_supplement(event) for event in since if _is_kept(event)])


def _case(view: CaseView, first: cases.CaseRegistered) -> _Case:
    status = Status.ANSWERED if first.answered_at_once else Status.REGISTERED
    begun = State(status, first.category_code, answered_directly=first.answered_at_once)
    case = _Case(first, begun, first.registered_at)
    for one in _in_order(view):
        case.take(one.event)
    return case


def _in_order(view: CaseView) -> list[LedgerSaid]:
    """The events of the case as they came to the door: in the order of its timeline, as far as that is whole."""
    came = [one for one in as_applied(view, INTAKE) if _is_told(one.event)]
    waiting: dict[str, deque[LedgerSaid]] = defaultdict(deque)
    for source in (INTAKE, DISPATCH, FOLLOWUP):
        for one in view.applied(INTAKE, source):
            if _is_told(one.event):
                waiting[_name(one.event)].append(one)
    ordered = [waiting[row["what"]].popleft() for row in view.rows["timeline"] if waiting[row["what"]]]
    return ordered if len(ordered) == len(came) else came


def _is_told(event: Event) -> bool:
    """Whether it has an entry on the timeline."""
    return isinstance(event, (*EFFECTS, *_OWN)) or _name(event) in DOOR_STEPS


def _name(event: Event) -> str:
    return event.type_name.rpartition(".")[2]


def _row(case: _Case) -> Columns:
    first, state = case.first, case.state
    return {
        "case_id": first.case_id,
        **{column: told(first, column) for column in _REGISTERED},
        **columns_of(state),
        "updated_at": NotBefore(case.moved_at),
    }


def _wording(first: cases.CaseRegistered) -> Columns:
    return {"case_id": first.case_id, "text": first.text}


def _sealed(view: CaseView, registered: Sequence[cases.CaseRegistered]) -> Iterator[WantedRows]:
    """Who spoke, and the words before masking: whoever has no key sees only whether they changed."""
    if not registered:
        yield WantedRows(INTAKE, "requester", ("case_id",), ())
    elif registered[0].sealed is not None:
        words, who = view.row("wording"), view.row("requester")
        kept = [None if words is None else words[column] for column in ("sealed_title", "sealed_text")]
        kept += [None if who is None else who[column] for column in _REQUESTER]
        told = {"what is sealed": registered[0].sealed}
        yield WantedRows(INTAKE, "requester", (), [told], kept=[{"what is sealed": print_of_sealed(*kept)}])


def _look(event: cases.RequesterRevealed) -> Columns:
    who, unit_code = by_whom(event)
    return as_told(event, "reveal_id", "case_id", "reason") | {
        "who": who,
        "unit_code": unit_code,
        "fields": list(event.fields),
        "at": event.occurred_at,
    }


_SINCE = (cases.CaseSupplemented, cases.CaseUrged, cases.CaseWithdrawn)
_Since = cases.CaseSupplemented | cases.CaseUrged | cases.CaseWithdrawn


def _is_kept(event: _Since) -> bool:
    """Of calls and withdrawals of before only the masked words were kept, on the timeline."""
    return isinstance(event, cases.CaseSupplemented) or event.sealed is not None


def _supplement(event: _Since) -> Columns:
    sealed = Unseen.SEALED if event.sealed is None else Sealed(event.sealed)
    return {
        "case_id": event.case_id,
        "text": event.reason if isinstance(event, cases.CaseWithdrawn) else event.text,
        "what": _name(event),
        "supplement_id": Unseen.NUMBER,
        "at": event.occurred_at,
        "by": by_whom(event)[0],
        "sealed_text": sealed,
    }
