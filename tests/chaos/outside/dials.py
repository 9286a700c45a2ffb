"""Clocks (挂钟) that can be set while the processes live: each shows its machine's time and an offset from a file.

Done by libfaketime, which stands between a process and the C library. The monotonic clock stays what it is, as it does
when somebody sets a machine's clock.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

_PLACES = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime")
_OF_ONE_THREAD, _OF_SEVERAL = "libfaketime.so.1", "libfaketimeMT.so.1"
"""The second takes a lock, on which the signals of PostgreSQL would stop it for ever."""
MEND = "setting the clock of a living process needs libfaketime: as root, `apt-get install libfaketime`"


class NoDials(Exception):
    """libfaketime is not on this machine; the message says what to do."""


def library() -> Path:
    """The folder of libfaketime. Raises NoDials."""
    for place in _PLACES:
        for found in sorted(Path("/").glob(f"{place}/{_OF_SEVERAL}".lstrip("/"))):
            return found.parent
    raise NoDials(MEND)


class Dials:
    """One clock for each name, all right at first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = library()
        self.shown: dict[str, timedelta] = {}
        """What each is ahead of the machine by."""
        folder.mkdir(parents=True, exist_ok=True)

    def environment(self, name: str, *, threads: bool = True) -> Mapping[str, str]:
        """With this a process, of one thread or of several, has the clock of that name."""
        if name not in self.shown:
            self.turn(timedelta(0), name)
        return {
            "LD_PRELOAD": str(self._library / (_OF_SEVERAL if threads else _OF_ONE_THREAD)),
            "FAKETIME_TIMESTAMP_FILE": str(self._file(name)),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    @contextmanager
    def worn(self, name: str) -> Iterator[None]:
        """What is started in the block, of one thread, has the clock of that name; this process itself has not."""
        worn = self.environment(name, threads=False)
        before = {key: os.environ.get(key) for key in worn}
        os.environ.update(worn)
        try:
            yield
        finally:
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value

    def turn(self, ahead: timedelta, *names: str) -> None:
        """From now on these clocks, all when none is named, are so far ahead of the machine's."""
        for name in names or tuple(self.shown):
            self.shown[name] = ahead
            # Renamed, since whoever reads half of a number jumps elsewhere.
            half = self._file(name).with_suffix(".half")
            half.write_text(f"{ahead.total_seconds():+.0f}\n")
            half.rename(self._file(name))

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.clock"
