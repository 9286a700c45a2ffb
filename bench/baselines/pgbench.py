"""Runs pgbench, which comes with the embedded PostgreSQL, with a script of ours."""

import asyncio
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from libs.programs import launch
from libs.programs.launch import Program
from libs.programs.postgres.cluster import binaries

_DONE = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_RATE = re.compile(r"tps = ([\d.]+) \(without initial connection time\)")
_SPARE = 60.0
"""Seconds beyond its own time after which it is given up."""


class PgbenchTrouble(Exception):
    """pgbench did not do what it was told to; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What pgbench reached: transactions a second, and the mean latency in milliseconds."""

    rate: float
    done: int
    clients: int


async def pgbench(url: str, script: Path, *, clients: int, seconds: float) -> Pressed:
    """Run the script over and over on so many connections, prepared once on each.

    Raises:
        PgbenchTrouble: it failed, or any of its transactions did.
    """
    options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(2, clients)}"]
    window = [f"--time={max(1, round(seconds))}", f"--file={script}"]
    program = Program([binaries() / "pgbench", *options, *window, url], SIGKILL)
    try:
        code, said = await asyncio.to_thread(launch.run, program, within=seconds + _SPARE)
    except (OSError, subprocess.SubprocessError) as error:
        raise PgbenchTrouble(str(error)) from error
    done, rate = (found.search(said) for found in (_DONE, _RATE))
    failed = _FAILED.search(said)
    if code != 0 or done is None or rate is None or (failed and int(failed[1])):
        raise PgbenchTrouble(said[-2000:])
    return Pressed(float(rate[1]), int(done[1]), clients)
