"""The work of ``huiyin replay`` and ``huiyin demo``."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from huiyin.audit import audit
from huiyin.audit.report import AuditReport
from huiyin.house import open_house
from huiyin.replay.driver import Pace
from huiyin.replay.folder import prepare_folder, write_refusals
from huiyin.replay.mapping import load_mapping
from huiyin.replay.reader import ExportProblem
from huiyin.replay.report import as_document, nothing_taken, print_refusals, print_report, verdict
from huiyin.replay.stage import Journal
from huiyin.replay.staging import Cast, ReplayOutcome, choose_cast, replay_into
from libs.common.bus.choose import BusKind
from libs.common.pack.loader import load_pack
from libs.common.pack.problems import PackError
from libs.common.pack.schema import Pack
from libs.common.service.settings import ClockKind, CommonSettings

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
    """Replay files into ``data_dir``.

    The exit status: 0 when nothing was lost or doubled, every step was taken and the audit is clean; 1 when not, or
    when no row could be taken; 2 when the files, the pack or the folder cannot be used.
    """
    try:
        county = load_pack(pack)
        cast = choose_cast(files, county, None if mapping is None else load_mapping(mapping), limit)
        prepare_folder(data_dir, fresh=fresh)
    except (ExportProblem, PackError) as error:
        print(f"huiyin: {error}", file=sys.stderr)  # noqa: T201 - this is a command
        return 2
    if not cast.rows:
        return _end_without_rows(cast, data_dir, as_json=as_json)
    began = time.monotonic()
    with _progress(cast, shown=not as_json) as tell:
        outcome, report = await _replay(county, cast, data_dir, seed, tell)
    seconds = time.monotonic() - began
    listed = write_refusals(data_dir, outcome.refused)
    if as_json:
        _say_json(as_document(outcome, report, seconds, listed))
    else:
        print_report(Console(), outcome, report, seconds, listed)
        _say_where(data_dir, outcome)
    return 0 if verdict(outcome, report) else 1


async def demo_command(
    files: list[Path], *, pack: Path, data_dir: Path, seed: int, limit: int | None, as_json: bool
) -> int:
    """The same for the sample that comes along, or for files given; what an earlier demo left is deleted."""
    return await replay_command(
        files or sorted(SAMPLES.glob("*.jsonl")),
        mapping=None,
        pack=pack,
        data_dir=data_dir,
        seed=seed,
        limit=limit,
        as_json=as_json,
        fresh=True,
    )


async def _replay(county: Pack, cast: Cast, data_dir: Path, seed: int, tell: Tell) -> tuple[ReplayOutcome, AuditReport]:
    async with open_house(settings_apart(data_dir), simulated_start=cast.start) as house:
        outcome = await replay_into(house, county, cast, seed=seed, pace=Pace(), tell=tell)
        return outcome, await audit(house)


def settings_apart(data_dir: Path) -> CommonSettings:
    """Simulated cases never go into the database or the bus that the environment names for real ones."""
    return CommonSettings(
        data_dir=data_dir,
        clock=ClockKind.SIMULATED,
        database_url=None,
        bus=BusKind.EMBEDDED,
        topic_prefix="",
        jwks_url=None,
        jwks_file=None,
        signing_key=None,
        jwt_issuer=None,
    )


def _end_without_rows(cast: Cast, data_dir: Path, *, as_json: bool) -> int:
    listed = write_refusals(data_dir, cast.refused)
    if as_json:
        _say_json(nothing_taken(cast, listed))
    else:
        print_refusals(Console(), cast.refused, listed)
        print(f"None of the {cast.read:,} rows could be taken.")  # noqa: T201 - this is a command
    return 1


def _say_json(document: dict[str, object]) -> None:
    print(orjson.dumps(document).decode())  # noqa: T201 - this is a command


def _say_where(data_dir: Path, outcome: ReplayOutcome) -> None:
    at = outcome.ended_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    print(f"\nLook at it: huiyin run --clock simulated --clock-start {at} --data-dir {data_dir}")  # noqa: T201


@contextmanager
def _progress(cast: Cast, *, shown: bool) -> Iterator[Tell]:
    """A bar of what is registered and what has ended, with the simulated day; nothing where nobody watches."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield _nobody_watches
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        rows = len(cast.rows)
        task = progress.add_task("starting", total=rows + sum(row.closed_at is not None for row in cast.rows))

        def tell(moment: datetime, journal: Journal) -> None:
            begun = len(journal.registered) + len(journal.known_before) + len(journal.refused)
            said = f"simulated day {moment:%Y-%m-%d}  registered {begun:,} of {rows:,}  closed {journal.ended:,}"
            progress.update(task, completed=begun + journal.ended, description=said)

        yield tell


def _nobody_watches(_moment: datetime, _journal: Journal) -> None:
    pass
