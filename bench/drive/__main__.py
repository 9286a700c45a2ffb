"""``python -m bench.drive lifecycles``: one trial of whole lifecycles, for those who look for where the time goes."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bench.drive.house import House, Kind, open_house
from bench.drive.office import Habits, Office, open_office
from bench.drive.trial import LOADER, Trial, all_counted, steady
from libs.common.run import event_loop

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def drive() -> None:
    """Drive the house as people do."""


@app.command()
def lifecycles(
    house: Annotated[Kind, typer.Option(help="How the house runs.")] = Kind.ONE,
    seconds: Annotated[float, typer.Option(help="How long to look.")] = 20.0,
    at_once: Annotated[int, typer.Option(help="Requests under way at most.")] = 64,
    open_cases: Annotated[int, typer.Option(help="Cases kept open.")] = 400,
    warm_up: Annotated[float, typer.Option(help="Seconds of load before looking.")] = 5.0,
    looks_every: Annotated[float, typer.Option(help="Seconds between two looks at a list.")] = 0.2,
    seed: Annotated[int, typer.Option(help="Of what is said, and by whom.")] = 1,
    pause: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option(help="Print the process ids and wait for Enter before the load, for a profiler.")
    ] = False,
) -> None:
    """Whole lifecycles a second at a set concurrency, and the CPU that each costs by process."""
    habits = Habits(at_once=at_once, looks_every=looks_every, seed=seed)
    event_loop.run(_lifecycles(house, habits, (open_cases, seconds, warm_up), pause=pause))


async def _lifecycles(kind: Kind, habits: Habits, load: tuple[int, float, float], *, pause: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder:
        async with open_house(kind, Path(folder)) as house:
            if pause:
                _say(json.dumps({name: sorted(pids) for name, pids in house.groups().items()}))
                await asyncio.to_thread(sys.stdin.readline)
            async with open_office(house, habits) as office:
                await _look(house, office, load)


async def _look(house: House, office: Office, load: tuple[int, float, float]) -> None:
    trial = await steady(office, *load)
    finished = await office.finish()
    stand, counted_after = await all_counted(house.database_url, len(office.closed))
    _tell(trial)
    _say(f"\nregistered {len(office.registered)}, in the table {stand.taken}; parked {stand.parked}")
    closed = f"closed {len(office.closed)}, told by intake {stand.told}, counted by analytics {stand.counted}"
    _say(f"{closed}, {counted_after:.2f} s after the last")
    if not finished:
        _say(f"{len(office.open)} cases were not closed within a minute after the load")
    summary = {
        "lifecycles_per_s": round(trial.rate, 1),
        "errors": trial.tally.errors(),
        "cpu_ms": {name: round(trial.cost(name), 3) for name in sorted(trial.cpu)},
        "lost": len(office.registered) - stand.taken,
    }
    _say(json.dumps(summary))


def _tell(trial: Trial) -> None:
    tally = trial.tally
    _say(f"{trial.rate:.1f} lifecycles/s over {trial.seconds:.1f} s ({tally.done} closed), {tally.errors()} errors\n")
    _say(f"{'step':<12}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}  by status")
    for step, statuses in tally.by_step().items():
        shares = "".join(f"{tally.percentile(share, step) * 1000:9.1f}" for share in (0.5, 0.95, 0.99))
        told = " ".join(f"{status}:{number}" for status, number in statuses.items())
        _say(f"{step:<12}{tally.count(step):>9}{shares}  {told}")
    _say(f"\n{'process':<18}{'CPU s':>8}{'cores':>8}{'ms/lifecycle':>14}")
    for name in sorted(trial.cpu, key=lambda one: (one == LOADER, one)):
        cores = trial.cpu[name] / trial.seconds
        _say(f"{name:<18}{trial.cpu[name]:8.2f}{cores:8.2f}{trial.cost(name):14.3f}")
    whole = sum(trial.cpu.values())
    _say(f"{'all':<18}{whole:8.2f}{whole / trial.seconds:8.2f}{whole * 1000 / max(1, tally.done):14.3f}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    app()
