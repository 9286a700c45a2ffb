"""What a later release tells otherwise on purpose. All else has to be as the first release told it.

- ``timers`` of a case are not compared: a row a clock stands where a row a step stood (decision 0027).
- Rows and cells in which nothing is counted are not compared: a unit that only supported others has one now, for the
  counters ``support_...`` that the first release did not have; all else in it is 0.
- ``sign_due`` and the rate over it may differ where two units had one sign limit after the other, due at one moment,
  and the later one missed it: the first release took the miss for both. How many there are is told by the ledger.
- What is said in addition, as ``cut``, ``met`` or ``about``, is not looked at: compared is what the first release said.
"""

from typing import Any

_TABLES = ("rows", "cells")
_OF_SIGN_LIMITS = {"sign_due", "signed_on_time"}


def comparable(answer: Any) -> Any:
    """The answer without what is told otherwise in every release since."""
    if isinstance(answer, list):
        return [comparable(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: comparable([row for row in below if not _is_idle(row)] if name in _TABLES else below)
        for name, below in answer.items()
        if name != "timers"
    }


def without_sign_limits(answer: Any, *, within: str = "") -> Any:
    """The rest of a comparable answer to ``within``, where the misses of sign limits were mended."""
    if isinstance(answer, list):
        kept = (item for item in answer if not (isinstance(item, dict) and item.get("code") in _OF_SIGN_LIMITS))
        return [without_sign_limits(item, within=within) for item in kept]
    if not isinstance(answer, dict):
        return answer
    amounts = {"amount", "cases"} if any(f"={name}" in within for name in _OF_SIGN_LIMITS) else set()
    return {
        name: without_sign_limits(below, within=within)
        for name, below in answer.items()
        if name not in {"sign_due", *amounts}
    }


def _is_idle(row: dict[str, Any]) -> bool:
    if "counts" in row:
        return not any(row["counts"].values())
    if "denominator" in row:
        return not (row["numerator"] or row["denominator"])
    return "score" in row and row["score"] is None
