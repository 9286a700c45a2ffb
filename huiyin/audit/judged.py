"""I5 for judgements: a wish not to be counted is decided once, by somebody else, and only what was granted is revoked.

Judgements stand beside a case's course: they may be said at any time, before its end and after it.
"""

from collections.abc import Iterator
from typing import Any

from libs.common.events import judging

JUDGING = (
    *(judging.RepeatNamed, judging.CaseRepeated, judging.PetitionClassified, judging.DemandJudged),
    *(judging.ExclusionRequested, judging.ExclusionDecided, judging.ExclusionRevoked),
)
_Asked, _Decided, _Revoked = judging.ExclusionRequested, judging.ExclusionDecided, judging.ExclusionRevoked


class Judgements:
    """What one service said of how a case counts."""

    def __init__(self) -> None:
        self._asked: dict[str, judging.ExclusionRequested] = {}
        self._stands: str | None = None
        """The wish that waits to be decided, or that was granted."""
        self._granted = False

    def problems(self, event: Any) -> Iterator[str]:
        """What was not allowed of the next one."""
        if isinstance(event, _Asked):
            if self._stands is not None:
                yield "another wish not to be counted stands"
            self._asked[event.exclusion_id], self._stands, self._granted = event, event.exclusion_id, False
        elif isinstance(event, (_Decided, _Revoked)):
            yield from self._ruled(event)

    def _ruled(self, event: judging.ExclusionDecided | judging.ExclusionRevoked) -> Iterator[str]:
        asked = self._asked.get(event.exclusion_id)
        if asked is None or self._stands != event.exclusion_id or isinstance(event, _Revoked) is not self._granted:
            yield "there was no such wish to be decided so"
        elif event.by is not None and (event.by == asked.by or (event.by_staff and event.by_staff == asked.by_staff)):
            yield "who asked decided it"
        elif event.by_unit == asked.unit_code:
            yield "the unit that asked decided it"
        self._granted = isinstance(event, _Decided) and event.granted
        self._stands = event.exclusion_id if self._granted else None
