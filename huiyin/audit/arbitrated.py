"""A dispute is ruled on once, each unit heard, by nobody of them; who was named does not give it back (I5)."""

from collections.abc import Iterator
from typing import Any

from libs.common.events import arbitration, cases, passing


class ArbitrationHistory:
    """The session about a case that is open, and whom the last ruling named."""

    def __init__(self) -> None:
        self._open: arbitration.ArbitrationOpened | None = None
        self._heard: set[str] = set()
        self._designated: str | None = None
        self._ruled: arbitration.ArbitrationRuled | None = None

    def problems(self, event: Any, lead: str | None) -> Iterator[str]:
        """What is wrong with what is said; ``lead`` leads the case."""
        match event:
            case arbitration.ArbitrationOpened():
                if self._open is not None:
                    yield "another arbitration is open about it"
                self._open, self._heard = event, set()
            case arbitration.UnitHeard() | arbitration.ArbitrationRuled():
                yield from self._in_session(event)
            case cases.CaseAssigned():
                yield from self._given(event)
            case cases.CaseReassigned() if event.succession and self._designated == event.from_unit:
                self._designated = event.lead_unit
            case cases.ReturnRequested() | passing.CaseRaised():
                gone = isinstance(event, cases.ReturnRequested) or event.lead_unit != lead
                if gone and lead is not None and lead == self._designated:
                    yield f"{lead}, which a ruling named, gives it away"

    def _in_session(self, event: arbitration.UnitHeard | arbitration.ArbitrationRuled) -> Iterator[str]:
        if self._open is None:
            yield "no arbitration is open about it"
            return
        if event.by_unit is not None and event.by_unit in self._open.units:
            yield f"{event.by_unit} arbitrates for itself"
        if isinstance(event, arbitration.UnitHeard):
            self._heard.add(event.unit_code)
            return
        missing = sorted(set(self._open.units) - self._heard)
        if missing:
            yield f"it was ruled on before {', '.join(missing)} was heard"
        self._ruled, self._open = event, None

    def _given(self, event: cases.CaseAssigned) -> Iterator[str]:
        ruled, self._ruled = self._ruled, None
        if ruled is not None:
            self._designated = ruled.lead_unit
            if ruled.lead_unit != event.lead_unit:
                yield f"{event.lead_unit} got it, though {ruled.lead_unit} was named"
        elif self._open is not None and self._open.round == event.round:
            yield "a unit got it while it was being ruled on"
        else:
            self._open = None
