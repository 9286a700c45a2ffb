"""Every code that some version of the pack ever had: cases keep theirs when a later pack drops it."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple


class NamedCode(NamedTuple):
    """What a code meant in the newest version that had it. ``name_en`` may be empty."""

    version: int
    name: str
    name_en: str
    parent: str | None


class KnownCodes:
    """Areas, units and categories by code, gathered from the documents alone: no version has to be readable for it."""

    def __init__(self) -> None:
        self.areas: dict[str, NamedCode] = {}
        self.units: dict[str, NamedCode] = {}
        self.categories: dict[str, NamedCode] = {}
        self._successors: dict[str, tuple[int, str]] = {}

    def copy(self) -> "KnownCodes":
        """The same, to learn on its own."""
        other = KnownCodes()
        other.areas, other.units, other.categories = dict(self.areas), dict(self.units), dict(self.categories)
        other._successors = dict(self._successors)
        return other

    def learn(self, version: int, document: Mapping[str, Any]) -> None:
        """Add those of a version; of a code that is known already the newer name holds."""
        for known, part in ((self.areas, "areas"), (self.units, "units"), (self.categories, "categories")):
            for code, named in _rows(version, document.get(part)):
                if code not in known or known[code].version < version:
                    known[code] = named
        merged = document.get("merged")
        if isinstance(merged, Mapping):
            self._learn_merged(version, self.areas, merged.get("areas"))
            self._learn_merged(version, self.units, merged.get("units"))

    def _learn_merged(self, version: int, known: dict[str, NamedCode], table: object) -> None:
        for code, named, successor in _merged(version, table):
            known.setdefault(code, named)
            self._successors[code] = max(self._successors.get(code, (0, "")), (version, successor))

    def successor(self, code: str, there: Container[str]) -> str | None:
        """What an area or unit that was merged is now, through however many mergers; None when nobody said.

        ``there``: the codes that exist, one of which is looked for.
        """
        seen = set[str]()
        while code not in there:
            if code in seen or code not in self._successors:
                return None
            seen.add(code)
            _, code = self._successors[code]
        return code

    def predecessors(self, codes: Container[str], there: Container[str]) -> frozenset[str]:
        """All that are gone and went up in one of these."""
        gone = (code for code in self._successors if code not in there)
        return frozenset(code for code in gone if (self.successor(code, there) or "") in codes)

    def lineage(self, unit_code: str) -> tuple[str, ...]:
        """The unit and all that were above it, nearest first; a code that was never known alone."""
        codes: list[str] = []
        above: str | None = unit_code
        while above is not None and above not in codes:
            codes.append(above)
            above = self.units[above].parent if above in self.units else None
        return tuple(codes)


def _rows(version: int, table: object) -> Iterator[tuple[str, NamedCode]]:
    """What has a code and a name; whatever else a newer release may put there is nothing to us."""
    for row in table if isinstance(table, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("code"), str):
            name, name_en, parent = row.get("name") or row["code"], row.get("name_en") or "", row.get("parent")
            yield row["code"], NamedCode(version, str(name), str(name_en), parent if isinstance(parent, str) else None)


def _merged(version: int, table: object) -> Iterator[tuple[str, NamedCode, str]]:
    for row in table if isinstance(table, list) else ():
        for code, named in _rows(version, [row]):
            if isinstance(row.get("successor"), str):
                yield code, named, row["successor"]
