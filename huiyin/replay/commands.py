"""The work of ``huiyin replay`` and ``huiyin demo``."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from huiyin.audit.auditing import audit
from huiyin.house import open_house
from huiyin.replay.driver import Pace
from huiyin.replay.folder import prepare_folder
from huiyin.replay.mapping import load_mapping
from huiyin.replay.reader import ExportProblem
from huiyin.replay.report import as_document, print_report, verdict
from huiyin.replay.stage import Journal
from huiyin.replay.staging import Cast, choose_cast, replay_into
from libs.common.pack.loader import load_pack
from libs.common.run.settings import ClockKind, CommonSettings

SAMPLES = Path(__file__).parents[1] / "samples"
Tell = Callable[[datetime, Journal], None]


async def replay_command(
    files: list[Path],
    *,
    mapping: Path | None,
    pack: Path,
    data_dir: Path,
    seed: int,
    limit: int | None,
    as_json: bool,
    fresh: bool,
) -> int:
    """Replay files into ``data_dir``; 0 when nothing was lost or doubled and the audit is clean, else 1; 2 at once when
    the files or the folder cannot be used."""
    county = load_pack(pack)
    try:
        cast = choose_cast(files, county, None if mapping is None else load_mapping(mapping), limit)
        _check_that_there_are_rows(cast)
        prepare_folder(data_dir, fresh=fresh)
    except ExportProblem as error:
        print(f"huiyin: {error}", file=sys.stderr)  # noqa: T201 - this is a command
        return 2
    settings = CommonSettings(data_dir=data_dir, clock=ClockKind.SIMULATED)
    began = time.monotonic()
    async with open_house(settings, simulated_start=cast.start) as house:
        with _progress(cast, shown=not as_json) as tell:
            outcome = await replay_into(house, county, cast, seed=seed, pace=Pace(), tell=tell)
        report = await audit(house)
    seconds = time.monotonic() - began
    if as_json:
        print(json.dumps(as_document(outcome, report, seconds), ensure_ascii=False))  # noqa: T201 - this is a command
    else:
        print_report(Console(), outcome, report, seconds)
    return 0 if verdict(outcome, report) else 1


async def demo_command(
    files: list[Path], *, pack: Path, data_dir: Path, seed: int, limit: int | None, as_json: bool
) -> int:
    """The same for the sample that comes along, or for files given; what an earlier demo left is deleted."""
    chosen = files or sorted(SAMPLES.glob("*.jsonl"))
    status = await replay_command(
        chosen,
        mapping=None,
        pack=pack,
        data_dir=data_dir,
        seed=seed,
        limit=limit,
        as_json=as_json,
        fresh=True,
    )
    if not as_json and status == 0:
        print(f"\nLook at it: huiyin run --clock simulated --data-dir {data_dir}")  # noqa: T201 - this is a command
    return status


def _check_that_there_are_rows(cast: Cast) -> None:
    if not cast.rows:
        first = f"; the first: {cast.refused[0].detail}" if cast.refused else ""
        raise ExportProblem(f"none of the {len(cast.refused)} rows could be taken{first}")


@contextmanager
def _progress(cast: Cast, *, shown: bool) -> Iterator[Tell]:
    """A bar of cases that ended, with the simulated day; nothing where nobody watches."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield lambda _moment, _journal: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("cases", total=len(cast.rows))

        def tell(moment: datetime, journal: Journal) -> None:
            progress.update(task, completed=journal.ended, description=f"simulated day {moment:%Y-%m-%d}  closed")

        yield tell
