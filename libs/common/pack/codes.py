"""Every code that some version of the pack ever had: cases keep theirs when a later pack drops it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Named(NamedTuple):
    """What a code meant in the newest version that had it. ``name_en`` may be empty."""

    version: int
    name: str
    name_en: str
    parent: str | None


class KnownCodes:
    """Areas, units and categories by code, gathered from the documents alone: no version has to be readable for it."""

    def __init__(self) -> None:
        self.areas: dict[str, Named] = {}
        self.units: dict[str, Named] = {}
        self.categories: dict[str, Named] = {}

    def learn(self, version: int, document: Mapping[str, Any]) -> None:
        """Add those of a version; of a code that is known already the newer name holds."""
        for known, part in ((self.areas, "areas"), (self.units, "units"), (self.categories, "categories")):
            for code, named in _rows(version, document.get(part)):
                if code not in known or known[code].version < version:
                    known[code] = named

    def lineage(self, unit_code: str) -> tuple[str, ...]:
        """The unit and all that were above it, nearest first; a code that was never known alone."""
        codes: list[str] = []
        above: str | None = unit_code
        while above is not None and above not in codes:
            codes.append(above)
            above = self.units[above].parent if above in self.units else None
        return tuple(codes)


def _rows(version: int, table: object) -> Iterator[tuple[str, Named]]:
    """What has a code and a name; whatever else a newer release may put there is nothing to us."""
    for row in table if isinstance(table, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("code"), str):
            name, name_en, parent = row.get("name") or row["code"], row.get("name_en") or "", row.get("parent")
            yield row["code"], Named(version, str(name), str(name_en), parent if isinstance(parent, str) else None)
