"""Entries of a grid's dossier (档案条目): which step may be taken, and until when what was seen holds."""

from collections.abc import Mapping
from datetime import date

from libs.common.events.visit_terms import DossierPart, DossierStep
from libs.common.time.months import months_on

PARTS: Mapping[DossierPart, tuple[str, str]] = {
    DossierPart.PEOPLE: ("人", "people"),
    DossierPart.PLACES: ("地", "places"),
    DossierPart.MATTERS: ("事", "matters"),
    DossierPart.THINGS: ("物", "things"),
    DossierPart.MOODS: ("情", "moods"),
    DossierPart.ORGANISATIONS: ("组织", "organisations"),
}
STEPS: Mapping[DossierStep, str] = {
    DossierStep.ENTER: "登记",
    DossierStep.CHANGE: "变更",
    DossierStep.LOOK: "核实无变化",
    DossierStep.REMOVE: "销项",
}


def due_on(looked_on: date, months: int | None) -> date | None:
    """By when somebody looks at it again; None where the pack does not ask for that."""
    return None if months is None else months_on(looked_on, months)
