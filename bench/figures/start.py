"""What the house costs before anybody comes: seconds from its start to readiness, and memory while nobody asks for it.

Measured on ``huiyin run`` on an empty folder: PostgreSQL made and started, tables made, the demo pack loaded. Memory is
PSS, PostgreSQL's processes and its shared buffers included.
"""

import asyncio

from bench.drive import processes
from bench.figure import Context, Figure, at_most, below

_MB = 1_000_000


async def run(context: Context) -> list[Figure]:
    """``ready_s`` and ``idle_mb``."""
    small = await context.ground.small_house()
    await asyncio.sleep(2.0 if context.quick else 30.0)
    groups = small.house.groups()
    parts = {name: sum(map(processes.proportional_bytes, pids)) / _MB for name, pids in groups.items()}
    told = ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in parts.items())
    if not context.quick:
        await context.ground.end_small_house()
    return [
        Figure(
            "ready_s", at_most(10), small.ready_after, "s", "", "from nothing: database made, migrated, pack loaded"
        ),
        Figure("idle_mb", below(400), sum(parts.values()), "MB", "", f"PSS: {told}"),
    ]
