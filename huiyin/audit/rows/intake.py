"""The rows of intake: the case by the door's own rules (`domain.lifecycle`), its timeline, and what was said."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, LedgerSaid, as_applied
from huiyin.audit.packs import Packs
from huiyin.audit.rows.comparing import (
    Columns,
    MaskedText,
    NotBefore,
    Sealed,
    Unseen,
    WantedRows,
    also_accused_in,
    as_told,
    by_whom,
    columns_of,
    told,
)
from huiyin.audit.rows.judgements import repeats_of
from huiyin.audit.rows.upper_orders import order_at_the_door
from libs.common.events import cases, citizens, door, objections
from libs.common.events.accused import AccusedNamed
from libs.common.events.base import Event, SaidByHand
from libs.common.events.upper_orders import UpperDeadlineChanged
from libs.common.security.envelopes import is_own
from libs.common.security.vault import print_of_sealed
from services.intake.cases.actions.objecting import objected
from services.intake.cases.actions.projection import EFFECTS, said_of
from services.intake.cases.domain.lifecycle import DOOR_STEPS, WORDS, Action, State, Status, Words, evolve
from services.intake.cases.domain.lifecycle import Said as SaidOfCase
from services.intake.cases.domain.titles import HELD_TEXT
from services.intake.upper_orders.actions import changed_entry

_Worded = door.WordingReleased | door.AdditionHeld | cases.CaseSupplemented
LONGEST_NOTE = 500
"""Characters of a note on the timeline."""
_OWN = (
    *(cases.CaseRegistered, cases.CaseAnsweredDirectly, AccusedNamed),
    *(door.WordingReleased, door.AdditionHeld, UpperDeadlineChanged),
)
_REGISTERED = (
    *("case_no", "channel", "kind", "urgency", "area_code", "accused_unit", "title", "confidential", "anonymous"),
    *("callback_wanted", "callback_declined_how", "callback_declined_at", "needed_by"),
    *("source_system", "source_no", "occurred_at", "registered_at", "pack_version"),
)
"""Columns of a case that stand as its registration said them."""
_CELLS = {
    "wording": ("sealed_title", "sealed_text"),
    "requester": ("sealed_name", "sealed_phone", "sealed_id_no", "sealed_home"),
    "supplement": ("sealed_text",),
}
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
        said = changed_entry(event, self.state.round) if isinstance(event, UpperDeadlineChanged) else self._said(event)
        before, self.state = self.state, evolve(self.state, said)
        if self.state is not before:
            self.moved_at = event.occurred_at
        self.timeline.append(
            {"id": Unseen.NUMBER, "case_id": self.first.case_id, "at": said.at, "what": said.what, "round": said.round}
            | {"unit_code": said.unit_code, "by": said.by, "note": MaskedText(said.note, LONGEST_NOTE)}
            | {"status": self.state.status, "version": self.state.version}
        )

    def _said(self, event: Event) -> SaidOfCase:
        what, at = _name(event), event.occurred_at
        match event:
            case cases.CaseRegistered():
                who, unit, _ = by_whom(event)
                return SaidOfCase(event.registered_at, what, 1, event.title, unit, who)
            case cases.CaseAnsweredDirectly():
                by, facts = told(event, "answered_by"), {"answered_directly": True}
                unit = event.answered_by_unit
                return SaidOfCase(at, what, event.round, event.answer, unit, by, Action.ANSWER, facts)
            case AccusedNamed():
                who, unit, _ = by_whom(event)
                return SaidOfCase(at, what, self.state.round, event.reason, unit, who)
            case door.WordingReleased() | door.AdditionHeld() | cases.CaseSupplemented(supplement_id=str()):
                return self._worded(event, what)
            case SaidByHand() if what in DOOR_STEPS:
                note = next(getattr(event, name) for name in WORDS if hasattr(event, name))
                who, unit, _ = by_whom(event)
                made = objected(event) if isinstance(event, objections.ObjectionRaised) else {}
                return SaidOfCase(at, what, self.state.round, note, unit, who, DOOR_STEPS[what], made)
            case cases.RoundEvent():
                return said_of(event)
        raise TypeError(what)

    def _worded(self, event: _Worded, what: str) -> SaidOfCase:
        """A step by which words wait for a person, or are released by one."""
        who, unit, _ = by_whom(event)
        held = isinstance(event, door.AdditionHeld)
        note = HELD_TEXT if isinstance(event, door.AdditionHeld) else _words_of(event)
        action = Action.RELEASE if isinstance(event, door.WordingReleased) else Action.SUPPLEMENT
        facts = {"words": Words.HELD if held else Words.RELEASED}
        return SaidOfCase(event.occurred_at, what, self.state.round, note, unit, who, action, facts)


def _words_of(event: door.WordingReleased | cases.CaseSupplemented) -> str:
    return event.title if isinstance(event, door.WordingReleased) else event.text


def rows_of_intake(view: CaseView, _packs: Packs) -> Iterator[WantedRows]:
    """What should stand in intake's tables."""
    registered = view.of(INTAKE, cases.CaseRegistered)
    case = _case(view, registered[0]) if registered else None
    worded = view.of(INTAKE, door.WordingReleased)[-1:]
    if case is not None:
        yield WantedRows(INTAKE, "cases", (), [_row(case, worded, also_accused_in(view, INTAKE))])
    yield WantedRows(INTAKE, "wording", ("case_id",), [_wording(first, worded) for first in registered[:1]])
    yield WantedRows(INTAKE, "timeline", ("what",), [] if case is None else case.timeline)
    yield from _sealed(view, registered)
    yield _key(view)
    yield repeats_of(view)
    yield order_at_the_door(view)
    looks = view.of(INTAKE, door.RequesterRevealed)
    yield WantedRows(INTAKE, "reveal", ("reveal_id",), [_look(event) for event in looks], more=True)
    since = [one.event for one in view.said[INTAKE] if isinstance(one.event, _Since)]
    released = {event.supplement_id: event.text for event in since if isinstance(event, cases.CaseSupplemented)}
    kept = [_supplement(event, released, _as_now(view, event.sealed)) for event in since if _is_kept(event)]
    yield WantedRows(INTAKE, "supplement", ("case_id",), kept)


def _case(view: CaseView, first: cases.CaseRegistered) -> _Case:
    status = Status.ANSWERED if first.answered_at_once else Status.REGISTERED
    words = Words.HELD if first.held else Words.AS_MASKED
    begun = State(status, first.category_code, answered_directly=first.answered_at_once, words=words)
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


def _row(case: _Case, worded: Sequence[door.WordingReleased], also_accused: list[str]) -> Columns:
    first, state = case.first, case.state
    return {
        "also_accused": also_accused,
        "case_id": first.case_id,
        **{column: told(first, column) for column in _REGISTERED},
        **({"title": worded[0].title} if worded else {}),
        **columns_of(state),
        "updated_at": NotBefore(case.moved_at),
    }


def _wording(first: cases.CaseRegistered, worded: Sequence[door.WordingReleased]) -> Columns:
    text = worded[0].text if worded else first.text
    return {"case_id": first.case_id, "text": text, "held": first.held and not worded}


def _sealed(view: CaseView, registered: Sequence[cases.CaseRegistered]) -> Iterator[WantedRows]:
    """Who spoke, and the words before masking: whoever has no key sees only whether they changed."""
    if not registered:
        yield WantedRows(INTAKE, "requester", ("case_id",), ())
    elif registered[0].sealed is not None:
        words, who = view.row("wording"), view.row("requester")
        kept = [None if words is None else words[column] for column in ("sealed_title", "sealed_text")]
        kept += [None if who is None else who[column] for column in _REQUESTER]
        told = {"what is sealed": _as_now(view, registered[0].sealed)}
        yield WantedRows(INTAKE, "requester", (), [told], kept=[{"what is sealed": print_of_sealed(*kept)}])


def _as_now(view: CaseView, digest: str | None) -> str | None:
    """The digest of what a cell, or several, holds by now, of which the ledger told another."""
    for one in view.said[INTAKE]:
        if isinstance(one.event, door.CaseResealed | door.RequesterErased):
            digest = next((each.now for each in one.event.changed if each.was == digest), digest)
    return digest


def _key(view: CaseView) -> WantedRows:
    """The key of a case: there if anything is sealed under it, and gone if and only if that was said."""
    cells = [row[column] for table, columns in _CELLS.items() for row in view.rows[table] for column in columns]
    wanted, erased = [], view.of(INTAKE, door.RequesterErased)
    if erased or any(cell is not None and is_own(cell) for cell in cells):
        at = erased[0].occurred_at if erased else None
        wanted = [{"case_id": view.case_id, "destroyed_at": at, "wrapped": None if erased else Unseen.SEALED}]
    return WantedRows(INTAKE, "case_key", ("case_id",), wanted)


def _look(event: door.RequesterRevealed) -> Columns:
    who, unit_code, staff_id = by_whom(event)
    return as_told(event, "reveal_id", "case_id", "reason") | {
        "who": who,
        "unit_code": unit_code,
        # A process of the release before, beside the first of this one, wrote the account alone.
        "by_staff": staff_id and frozenset({staff_id, None}),
        "fields": list(event.fields),
        "at": event.occurred_at,
    }


_Since = (
    cases.CaseSupplemented
    | door.AdditionHeld
    | door.CaseUrged
    | citizens.WithdrawalWished
    | cases.CaseWithdrawn
    | objections.ObjectionRaised
)


def _is_kept(event: _Since) -> bool:
    """Of calls and withdrawals of before only the masked words were kept, on the timeline; and what was held is kept
    as it came."""
    if isinstance(event, cases.CaseSupplemented):
        return event.supplement_id is None
    if isinstance(event, objections.ObjectionRaised):
        return True
    return event.sealed is not None


def _supplement(event: _Since, released: Mapping[str | None, str], digest: str | None) -> Columns:
    sealed = Unseen.SEALED if digest is None else Sealed(digest)
    row: dict[str, Any] = {"what": _name(event), "held": False, "supplement_id": Unseen.NUMBER}
    if isinstance(event, objections.ObjectionRaised):
        row["supplement_id"] = event.objection_id
    if isinstance(event, door.AdditionHeld):
        which = event.supplement_id
        text = released.get(which, HELD_TEXT)
        row = {"what": "supplemented", "held": which not in released, "supplement_id": which}
    else:
        text = event.reason if isinstance(event, citizens.WithdrawalWished | cases.CaseWithdrawn) else event.text
    return row | {
        "case_id": event.case_id,
        "text": text,
        "at": event.occurred_at,
        "by": by_whom(event)[0],
        "sealed_text": sealed,
    }
