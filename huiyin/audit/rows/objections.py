"""What citizens have against the closings of a case, in followup, and what was decided."""

from huiyin.audit.case import FOLLOWUP, INTAKE, CaseView
from huiyin.audit.rows.comparing import WantedRows, columns_of
from libs.common.events import cases, objections
from libs.common.events.deadlines import SetDeadline
from services.followup.objections.actions import decided, raised
from services.followup.objections.domain import Objection


def objections_of(view: CaseView) -> WantedRows:
    """Each as it was raised, with its decision, and until when that was to be."""
    kept: dict[str, Objection] = {}
    for event in view.of(INTAKE, objections.ObjectionRaised, FOLLOWUP):
        kept[event.objection_id] = raised(event)
    due = {one.about: one.due_at for one in _limits(view) if one.about in kept}
    for ruling in view.of(FOLLOWUP, objections.ObjectionDecided):
        if (known := kept.get(ruling.objection_id)) is not None:
            kept[ruling.objection_id] = decided(known, ruling)
    rows = [columns_of(one) | {"due_at": due.get(one.objection_id)} for one in kept.values()]
    return WantedRows(FOLLOWUP, "objection", ("objection_id",), rows)


def _limits(view: CaseView) -> list[SetDeadline]:
    return [one for event in view.of(FOLLOWUP, cases.DeadlineSet) for one in event.deadlines]
