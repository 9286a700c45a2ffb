"""A case by the pack in force: its area and the units complained about may be of former packs, and merged since."""

from dataclasses import dataclass

from libs.common.pack.areas import lineage
from libs.common.pack.codes import KnownCodes
from libs.common.pack.directory import Directory
from services.dispatch.routing.domain.accused import Accused
from services.dispatch.routing.domain.terms import CandidateVerdict


@dataclass(frozen=True, slots=True)
class Today:
    """The pack in force, and what a case's codes are in it."""

    directory: Directory
    version: int
    codes: KnownCodes
    area_code: str
    """Of the case, as it was registered."""
    accused_units: tuple[str, ...] = ()
    """As they were named."""
    led: frozenset[str] = frozenset()
    """Units that somebody complained about leads."""

    @property
    def place(self) -> str:
        """The case's area itself, what it went up in, else the nearest area above it that is there."""
        successor = self.codes.successor(self.area_code, self.directory.area_codes)
        if successor is not None:
            return successor
        above = (code for code in lineage(self.area_code) if code in self.directory.area_codes)
        return next(above, self.directory.pack.place.code)

    @property
    def accused(self) -> Accused:
        """The units complained about (被反映单位), or those that they went up in: the same people sit there."""
        there = self.directory.unit_codes
        return Accused(frozenset(self.codes.successor(unit, there) or unit for unit in self.accused_units), self.led)

    def is_accused(self, unit_code: str) -> bool:
        """Whether the unit is complained about, or below one that is: it takes no part in the case."""
        return self.accused.bars(self.directory, unit_code)

    def may_not_lead(self, unit_code: str) -> CandidateVerdict | None:
        """Why the unit does not lead a case about whom this one is; None when it may."""
        return self.accused.verdict_on(self.directory, unit_code)
