"""What people ask of the house in the life of a case: where each step is asked, and what is said with it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

CASES = "/intake/v1/cases"
CALLBACKS = "/followup/v1/callbacks"
SUPERVISIONS = "/followup/v1/supervisions"
FIGURES = "/analytics/v1/figures"


class Errand(NamedTuple):
    """One thing that is asked; ``step`` is its name."""

    step: str
    path: str
    body: object


def register(complaint: Mapping[str, Any]) -> Errand:
    """登记."""
    return Errand("register", CASES, complaint)


def on_work(case_id: str, place: str, body: object) -> Errand:
    """A step of a unit or of a dispatcher; the place is its name: ``signature``, ``progress``, ``assignment`` ..."""
    return Errand(place, f"/dispatch/v1/cases/{case_id}/{place}", body)


def sign(case_id: str) -> Errand:
    """签收."""
    return on_work(case_id, "signature", {})._replace(step="sign")


def hand_in(case_id: str, result: Mapping[str, Any]) -> Errand:
    """办结反馈."""
    return on_work(case_id, "result", result)


def call(callback_id: str, answer: Mapping[str, Any]) -> Errand:
    """回访: what came of one try to reach the citizen."""
    return Errand("attempt", f"{CALLBACKS}/{callback_id}/attempts", answer)


def review(callback_id: str, decision: str, reason: str) -> Errand:
    """核实: what becomes of a citizen who was never reached."""
    return Errand("review", f"{CALLBACKS}/{callback_id}/review", {"decision": decision, "reason": reason})


def reply(supervision_id: str, words: str) -> Errand:
    """督办回复."""
    return Errand("reply", f"{SUPERVISIONS}/{supervision_id}/reply", {"reply": words})
