"""What a step of a risk matter (风险事项) is to the case."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RiskPart:
    """A risk of the case by its id."""

    risk_id: str
