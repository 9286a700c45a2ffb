"""The pack versions a service knows, ready for look-ups. Cases keep the version they were opened under."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.common.errors import Unavailable
from libs.common.pack.directory import Directory
from libs.common.pack.loader import from_document


@dataclass(frozen=True, slots=True)
class Shelved:
    """One version."""

    version: int
    digest: str
    effective_from: datetime
    directory: Directory


class PackShelf:
    """In-memory; filled at start, by the pack's event, and by a poll for versions that another process stored."""

    def __init__(self) -> None:
        self._versions: dict[int, Shelved] = {}

    def put(self, version: int, digest: str, effective_from: datetime, document: dict[str, Any]) -> None:
        """Learn a version; one that is known already is left as it is."""
        if version not in self._versions:
            self._versions[version] = Shelved(version, digest, effective_from, Directory(from_document(document)))

    @property
    def newest(self) -> int:
        """The highest version known; 0 when none is."""
        return max(self._versions, default=0)

    def current(self, now: datetime) -> Shelved:
        """The newest version in force at ``now`` (before any was: the oldest one); Unavailable when there is none."""
        if not self._versions:
            raise Unavailable("No county pack has been loaded yet", "尚未加载县域配置包")
        in_force = [version for version in self._versions.values() if version.effective_from <= now]
        if in_force:
            return max(in_force, key=lambda shelved: shelved.version)
        return self._versions[min(self._versions)]

    def own_units(self, unit_code: str | None, now: datetime) -> frozenset[str]:
        """The unit and all above it (本单位及其上级), by the pack in force, else by the newest that knew the unit."""
        if unit_code is None:
            return frozenset()
        newest_first = sorted(self._versions.values(), key=lambda shelved: shelved.version, reverse=True)
        for shelved in (self.current(now), *newest_first) if newest_first else ():
            lineage = shelved.directory.lineage(unit_code)
            if lineage:
                return frozenset(lineage)
        return frozenset({unit_code})

    def is_undivided(self, category_code: str) -> bool:
        """Whether some version knows the category, and none ever had others inside it: cases keep theirs.

        Of a code that no version here knows nothing is said: a newer version may, which has not arrived yet.
        """
        within = (shelved.directory.categories_within(category_code) for shelved in self._versions.values())
        return frozenset[str]().union(*within) == {category_code}

    def version(self, number: int) -> Directory:
        """The directory of a version; Unavailable when it has not arrived here yet."""
        try:
            return self._versions[number].directory
        except KeyError:
            raise Unavailable(f"Pack version {number} has not arrived yet", f"配置包版本 {number} 尚未到达") from None
