"""What a step of a mediation (调解) is to the case that it is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediationPart:
    """A mediation by its id. What was said and agreed is its own, and stands in no history of the case."""

    mediation_id: str
