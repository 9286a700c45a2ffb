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


def columns(
    service: str,
    table: str,
    about: str,
    changes: str,
    *,
    where: str = "true",
    invariant: str = "I6",
    key: str = "case_id",
) -> dict[str, Spoiled]:
    """One kind for each line ``column = value``: all of them are changed, and every one has to be named."""
    lines = [line.strip() for line in changes.strip().splitlines()]
    return {
        f"{service} {table} {about} {line.split()[0]}": spoiled(
            invariant, service, about, f": {line.split()[0]} is ",
            f"UPDATE {service}.{table} SET {line} WHERE {key} = {{{about}}} AND {where}",  # noqa: S608
        )
        for line in lines
    }  # fmt: skip
