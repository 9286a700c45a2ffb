"""What a kind of damage is."""

from dataclasses import dataclass

from huiyin.audit.report import Invariant


@dataclass(frozen=True, slots=True)
class Spoiled:
    """What is done, to which case, and how the audit has to name it."""

    sql: tuple[str, ...]
    invariant: Invariant
    service: str
    about: str
    says: str


def spoiled(invariant: str, service: str, about: str, says: str, *sql: str) -> Spoiled:
    """One kind, shortly said."""
    return Spoiled(sql, Invariant(invariant), service, about, says)
