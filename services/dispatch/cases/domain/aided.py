"""What a step of a matter of aid (救助帮扶) is to the case that it came of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AidPart:
    """A matter of aid by its id; what it is about is its own."""

    aid_id: str
