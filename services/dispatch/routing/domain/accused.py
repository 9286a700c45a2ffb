"""Who takes no part in a case, since it is about them (回避)."""

from dataclasses import dataclass

from libs.common.pack.directory import Directory
from services.dispatch.routing.domain.terms import CandidateVerdict


@dataclass(frozen=True, slots=True)
class Accused:
    """The units complained about (被反映单位), and those that a person complained about (被反映人) leads."""

    units: frozenset[str] = frozenset()
    led: frozenset[str] = frozenset()
    """These may have a part in the case, but do not lead it, nor do units below them lose it."""

    def __bool__(self) -> bool:
        """Whether there is anybody."""
        return bool(self.units or self.led)

    def bars(self, directory: Directory, unit_code: str) -> bool:
        """Whether the unit is complained about, or below one that is: it takes no part at all."""
        return directory.is_within_any(unit_code, self.units)

    def verdict_on(self, directory: Directory, unit_code: str) -> CandidateVerdict | None:
        """Why the unit may not lead; None when nothing of this is against it."""
        if self.bars(directory, unit_code):
            return CandidateVerdict.ACCUSED
        return CandidateVerdict.LED_BY_ACCUSED if unit_code in self.led else None


NOBODY_ACCUSED = Accused()
