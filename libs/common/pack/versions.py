"""The pack versions a service knows, ready for look-ups. Cases keep the version they were opened under.

Every version is kept as it was published, pressed small; the few that were asked for last are kept read, too. Reading
one takes some milliseconds (2.8 for a county of 16 towns: 977 areas, 222 units), the whole of it 1.5 MB, pressed 25 KB.
"""

import zlib
from bisect import insort
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from libs.common.errors import Unavailable
from libs.common.logs import get_logger
from libs.common.pack.calendars import calendar_of
from libs.common.pack.codes import KnownCodes
from libs.common.pack.decoding import decode_document
from libs.common.pack.directory import Directory
from libs.common.pack.problems import PackError
from libs.common.pack.schema import CalendarSettings, Pack
from libs.common.time.calendar import WorkCalendar

log = get_logger(__name__)

KEPT = 8
"""Versions kept read: those of the open cases, with some to spare."""


class PackMissing(Unavailable):
    """A pack version that has not arrived here yet, or that this release cannot read."""

    def __init__(self, version: int, unreadable: str | None) -> None:
        what, what_zh = "has not arrived yet", "尚未到达"
        if unreadable is not None:
            what = f"is not readable by this release: {unreadable}"
            what_zh = f"本版本软件无法读取：{unreadable}"
        super().__init__(f"Pack version {version} {what}", f"配置包版本 {version} {what_zh}")
        self.version = version


@dataclass(frozen=True, slots=True)
class ShelvedPack:
    """One version."""

    version: int
    digest: str
    effective_from: datetime
    directory: Directory
    codes: KnownCodes
    """Of all versions, for what was counted or left under codes that this one does not have."""


@dataclass(frozen=True, slots=True)
class _Stored:
    digest: str
    effective_from: datetime
    pressed: bytes


class PackVersions:
    """In-memory; filled at start, by the pack's event, and by a poll for versions that another process stored."""

    def __init__(self) -> None:
        self.codes = KnownCodes()
        """Of all versions."""
        self.unreadable: dict[int, str] = {}
        """Versions that this release cannot follow, and why."""
        self.ignored: dict[int, tuple[str, ...]] = {}
        """Parts of readable versions that this release does not know and leaves out."""
        self._stored: dict[int, _Stored] = {}
        self._readable: list[int] = []
        self._read: OrderedDict[int, Directory] = OrderedDict()
        self._calendars: dict[tuple[str, CalendarSettings], WorkCalendar] = {}

    def put(self, version: int, digest: str, effective_from: datetime, document: dict[str, Any]) -> None:
        """Learn a version; one that is known already is left as it is. Never fails: it may be of a newer release."""
        if version in self._stored:
            return
        self.codes.learn(version, document)
        self._stored[version] = _Stored(digest, effective_from, zlib.compress(orjson.dumps(document), level=1))
        try:
            decoded = decode_document(document)
            self._keep(version, decoded.pack)
            insort(self._readable, version)
        except (PackError, ValueError) as error:
            self._note_unreadable(version, error)
            return
        if decoded.ignored:
            self.ignored[version] = decoded.ignored
        for part in decoded.ignored:
            log.warning("part of a pack left out by this release", pack_version=version, part=part)

    def _note_unreadable(self, version: int, error: PackError | ValueError) -> None:
        self.unreadable[version] = str(error).splitlines()[0]
        for part in [problem.file for problem in error.problems] if isinstance(error, PackError) else [None]:
            log.error("pack version not readable by this release", pack_version=version, part=part)

    @property
    def newest(self) -> int:
        """The highest version that has arrived, readable or not; 0 when none has."""
        return max(self._stored, default=0)

    @property
    def usable(self) -> bool:
        """Whether there is a version that this release can follow."""
        return bool(self._readable)

    def versions(self) -> list[int]:
        """All that have arrived."""
        return sorted(self._stored)

    def readable(self) -> list[int]:
        """Those of them that this release can follow."""
        return list(self._readable)

    def has(self, version: int) -> bool:
        """Whether a case under this version can go on here."""
        return version in self._stored and version not in self.unreadable

    def has_arrived(self, version: int) -> bool:
        """Whether it is here, readable or not."""
        return version in self._stored

    def current(self, now: datetime) -> ShelvedPack:
        """The newest readable version in force at ``now`` (before any was: the oldest); Unavailable without any."""
        if not self._readable:
            raise Unavailable("No county pack has been loaded yet", "尚未加载县域配置包")
        newest_first = reversed(self._readable)
        in_force = (version for version in newest_first if self._stored[version].effective_from <= now)
        return self.at_version(next(in_force, self._readable[0]))

    def at_version(self, number: int) -> ShelvedPack:
        """A version, whether it is in force or not. Raises PackMissing."""
        directory = self.version(number)
        stored = self._stored[number]
        return ShelvedPack(number, stored.digest, stored.effective_from, directory, self.codes)

    def own_units(self, unit_code: str | None, now: datetime) -> frozenset[str]:
        """The unit and all above it (本单位及其上级), by the pack in force, else by the newest that knew the unit.

        With all that went up in one of them: the same people sit there.
        """
        if unit_code is None:
            return frozenset()
        if not self.usable:
            return frozenset(self.codes.lineage(unit_code))
        directory = self.current(now).directory
        own = frozenset(directory.lineage(unit_code) or self.codes.lineage(unit_code))
        return own | self.codes.predecessors(own, directory.unit_codes)

    def is_undivided(self, category_code: str) -> bool:
        """Whether some version knows the category, and none ever had others inside it: cases keep theirs.

        Of a code that no version here knows nothing is said: a newer version may, which has not arrived yet.
        """
        return {code for code in self.codes.categories if code.startswith(category_code)} == {category_code}

    def version(self, number: int) -> Directory:
        """The directory of a version. Raises PackMissing."""
        directory = self._read.get(number)
        if directory is not None:
            self._read.move_to_end(number)
            return directory
        if not self.has(number):
            raise PackMissing(number, self.unreadable.get(number))
        document = orjson.loads(zlib.decompress(self._stored[number].pressed))
        return self._keep(number, decode_document(document).pack)

    def calendars(self) -> Collection[WorkCalendar]:
        """Those that were asked so far: most versions share theirs with the one before."""
        return self._calendars.values()

    def _keep(self, version: int, pack: Pack) -> Directory:
        days = pack.place.time_zone, pack.calendar
        if days not in self._calendars:
            self._calendars[days] = calendar_of(pack)
        directory = self._read[version] = Directory(pack, self._calendars[days])
        if len(self._read) > KEPT:
            self._read.popitem(last=False)
        return directory
