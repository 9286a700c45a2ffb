"""What a step of a letter (函件) is to the case that it is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LetterPart:
    """A letter by its number, once it has one, and to whom it goes; and what is said of it."""

    no: str | None
    to_unit: str
    text: str = ""
