"""What processes cost, from /proc: seconds of CPU and resident memory, those of their children included."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM = 1, 11, 12, 13, 14
"""Places in ``/proc/<pid>/stat`` after the name, counted from 0."""


def cpu_seconds(pid: int) -> float:
    """CPU that a process has used, with that of its children that have ended; 0 when there is none such."""
    fields = _stat(pid)
    return (
        sum(int(fields[place]) for place in (_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM)) / _TICKS
        if fields
        else 0.0
    )


def tree(roots: Iterable[int]) -> set[int]:
    """The processes and all that descend from them."""
    children: dict[int, list[int]] = {}
    for pid in _pids():
        if fields := _stat(pid):
            children.setdefault(int(fields[_PARENT]), []).append(pid)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def named(pids: Iterable[int], name: str) -> set[int]:
    """Those whose program has this name (at most 15 characters)."""
    found = set()
    for pid in pids:
        with suppress(OSError):
            if _PROC.joinpath(str(pid), "comm").read_text() == f"{name}\n":
                found.add(pid)
    return found


def proportional_bytes(pid: int) -> int:
    """PSS: private memory, and of what is shared with others its share; 0 when the process is gone."""
    with suppress(OSError):
        for line in _PROC.joinpath(str(pid), "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_by_group(groups: Mapping[str, Iterable[int]]) -> dict[str, float]:
    """Seconds of CPU of each group of processes."""
    return {name: sum(map(cpu_seconds, pids)) for name, pids in groups.items()}


def _pids() -> list[int]:
    return [int(path.name) for path in _PROC.glob("[0-9]*")]


def _stat(pid: int) -> list[str]:
    with suppress(OSError):
        return _PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
    return []
