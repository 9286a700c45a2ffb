"""A case by the pack in force: its area and the unit complained about may be of former packs, and merged since."""

from dataclasses import dataclass

from libs.common.pack.areas import lineage
from libs.common.pack.codes import KnownCodes
from libs.common.pack.directory import Directory


@dataclass(frozen=True, slots=True)
class Today:
    """The pack in force, and what a case's codes are in it."""

    directory: Directory
    version: int
    codes: KnownCodes
    area_code: str
    """Of the case, as it was registered."""
    accused_unit: str | None = None
    """As the case was registered."""

    @property
    def place(self) -> str:
        """The case's area itself, what it went up in, else the nearest area above it that is there."""
        successor = self.codes.successor(self.area_code, self.directory.area_codes)
        if successor is not None:
            return successor
        above = (code for code in lineage(self.area_code) if code in self.directory.area_codes)
        return next(above, self.directory.pack.place.code)

    @property
    def accused(self) -> str | None:
        """The unit complained about (被反映单位), or the one that it went up in: the same people sit there."""
        if self.accused_unit is None:
            return None
        return self.codes.successor(self.accused_unit, self.directory.unit_codes) or self.accused_unit

    def is_accused(self, unit_code: str) -> bool:
        """Whether the unit is complained about, or below one that is: it takes no part in the case."""
        return self.directory.is_within(unit_code, self.accused)
