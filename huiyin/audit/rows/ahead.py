"""What followup's own ledger and history say of a case, looked up before it is folded to there."""

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, EventT
from libs.common.events import cases
from services.followup.cases.domain.terms import Purpose

_HEARD_FROM = {
    "open": INTAKE,
    "wish": INTAKE,
    "withdraw": INTAKE,
    "object": INTAKE,
    **dict.fromkeys(("queue", "assign", "reassign", "delegate", "raise", "not_accept"), DISPATCH),
}


class Ahead:
    """Of one case."""

    def __init__(self, view: CaseView) -> None:
        self.own = [one.event for one in view.said[FOLLOWUP]]
        self.kept = {row["version"]: row for row in view.rows["followup.transition"]}
        """Steps of the history by the version that they made."""
        asked = {(row["round"], row["requester"], row["purpose"]): row for row in view.rows["callback"]}
        self.ids = {key: row["callback_id"] for key, row in asked.items()}
        self._opened_at = {key[0]: row["opened_at"] for key, row in asked.items() if key[2] == Purpose.CLOSING}
        answers = view.of(INTAKE, cases.CaseAnsweredDirectly, FOLLOWUP)
        self._answers = {(event.round, event.occurred_at) for event in answers}

    def heard_from(self, version: int, number: int) -> str | None:
        """Of whom the step to a version was heard, as the history says; what finishes a round its callback tells."""
        row = self.kept.get(version)
        action = "" if row is None else row["action"]
        if action not in ("ask", "leave_unasked"):
            return _HEARD_FROM.get(action)
        return INTAKE if (number, self._opened_at.get(number)) in self._answers else DISPATCH

    def first(self, kind: type[EventT], number: int, **fields: object) -> EventT | None:
        """The first of its kind that was said of a round."""
        fields["round"] = number
        said = (event for event in self.own if isinstance(event, kind))
        return next((event for event in said if all(getattr(event, name) == fields[name] for name in fields)), None)
