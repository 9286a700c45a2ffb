"""``python -m bench [--quick] [figure ...]``: measure, then a table, a line of JSON and a file of results.

It ends with 0 when everything was measured: a figure that is missed is a verdict. ``--strict`` makes it an error.
"""

import asyncio
import importlib
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.figure import Context, Figure, Verdict
from bench.ground import Ground
from bench.machine import Effort, commit, machine, versions
from bench.report import json_line, keys, merge, stored, table, write
from libs.common.run import event_loop

RESULTS = Path(__file__).parent / "results"
SMALL_HOUSE = ("start", "lifecycles", "promptness", "burst", "soak")
"""Modules that may look at the one small house; it is ended before the others measure."""
QUICK = {"start": 7.0, "lifecycles": 9.0, "burst": 8.0, "intake": 15.0, "fold": 8.0, "bus": 6.0}
"""What a quick run measures, in this order, and the seconds without which it is not begun."""
FULL = (
    "start",
    "rest",
    "desk",
    "lifecycles",
    "promptness",
    "burst",
    "soak",
    "intake",
    "registrations",
    "fold",
    "bus",
    "reads",
    "audit",
    "visits",
    "hands",
)
"""Visits and hands last: they take the largest stock as it is, and leave their households and tasks in it."""
_BEGUN = time.monotonic()
_OTHERS_MATTER = 0.1
"""Processors kept busy by others, above which a reader should know."""
QUICK_SECONDS = 51.0
"""After which a quick run begins nothing more, and breaks off what it is measuring."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to measure, and how strictly to end."""

    names: Sequence[str]
    quick: bool
    strict: bool
    runs: int
    seed: int
    stocks: Sequence[int]
    soak_minutes: float
    keep: Path | None

    @property
    def mode(self) -> str:
        """Part of the name of the results."""
        return "quick" if self.quick else "full"


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Figures: {', '.join(FULL)}. Default: all.")] = None,
    quick: Annotated[bool, typer.Option(help="Small runs of the main figures, under a minute.")] = False,  # noqa: FBT002
    strict: Annotated[bool, typer.Option(help="End with 1 when a figure is missed.")] = False,  # noqa: FBT002
    runs: Annotated[
        int | None, typer.Option(help="Runs of each, of which the median counts. Default: 3, quick 1.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of what is said, by whom and when.")] = 1,
    stocks: Annotated[str, typer.Option(help="How many cases there are beforehand.")] = "0,100000,1000000",
    soak: Annotated[float, typer.Option(help="Minutes of steady load for the growth of memory; 0: none.")] = 0.0,
    keep: Annotated[
        Path | None, typer.Option(help="Folder to find the stocks in again; one for each shape of the tables.")
    ] = None,
) -> None:
    """Measure the house beside what its parts can do alone."""
    known = tuple(QUICK) if quick else FULL
    chosen = Chosen(
        names or known,
        quick,
        strict,
        runs or (1 if quick else 3),
        seed,
        (0,) if quick else tuple(map(int, stocks.split(","))),
        soak,
        keep,
    )
    if unknown := set(chosen.names) - {*FULL}:
        raise typer.BadParameter(f"there is no figure {', '.join(sorted(unknown))}; there are {', '.join(FULL)}")
    raise typer.Exit(event_loop.run(_run(chosen)))


async def _run(chosen: Chosen) -> int:
    begun, effort, moment = time.monotonic(), Effort.now(), datetime.now(UTC)
    with _folder(chosen.keep) as folder:
        ground = Ground(folder, _note)
        context = Context(ground, chosen.quick, chosen.runs, chosen.seed, chosen.stocks, chosen.soak_minutes, _note)
        try:
            figures, troubled = await _measure(context, chosen.names, begun)
        finally:
            await ground.close()
    seconds = time.monotonic() - begun
    result = {
        "mode": chosen.mode,
        "commit": commit(),
        "began": moment.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "others_cores": round(Effort.now().others_since(effort, seconds), 2),
        "machine": machine(),
        "versions": versions(),
    }
    return _tell(chosen, result, figures, troubled=troubled)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def _measure(context: Context, names: Sequence[str], begun: float) -> tuple[list[Figure], bool]:
    """The figures, and whether any could not be measured for trouble."""
    figures: list[Figure] = []
    troubled = False
    for name in names:
        if name not in SMALL_HOUSE:
            await context.ground.end_small_house()
        left = begun + QUICK_SECONDS - time.monotonic() if context.quick else None
        if left is not None and left < QUICK.get(name, 0.0):
            _note(f"{name}: no time left in a quick run")
            continue
        _note(name)
        try:
            async with asyncio.timeout(left) as limit:
                figures += await importlib.import_module(f"bench.figures.{name}").run(context)
        except Exception:
            # One figure's trouble must not cost the others.
            if limit.expired():
                _note(f"{name}: took too long for a quick run")
            else:
                traceback.print_exc()
                troubled = True
    return figures, troubled


def _tell(chosen: Chosen, result: dict[str, Any], figures: Sequence[Figure], *, troubled: bool) -> int:
    """Show and keep what was seen; the exit status."""
    told = [stored(figure, result["commit"], result["began"]) for figure in figures]
    result = result | {"figures": told, "keys": keys(told)}
    path = RESULTS / f"{result['began'][:10]}-{chosen.mode}.json"
    write(path, merge(path, result))
    _say(f"\n{table(told)}\n")
    if result["others_cores"] > _OTHERS_MATTER:
        _say(f"Others kept {result['others_cores']} processors busy meanwhile: rates and latencies are worse for it.\n")
    _say(json_line(result))
    missed = any(figure.verdict is Verdict.MISSED for figure in figures)
    return int(troubled or (chosen.strict and missed))


def _note(text: str) -> None:
    """What is going on, beside what is told in the end."""
    print(f"{time.monotonic() - _BEGUN:6.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201 - this is a command


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
