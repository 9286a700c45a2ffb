"""``huiyin replay`` and ``huiyin demo``: real messages through the whole loop, in simulated time."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from huiyin.cli.common import AsJson, DataDir, load_settings, run_async
from huiyin.cli.run import DEMO_PACK
from huiyin.replay.commands import demo_command, replay_command
from libs.common.logs import configure_logs

PackOption = Annotated[Path, typer.Option("--pack", help="The county whose rules the cases go by.")]
SeedOption = Annotated[
    int, typer.Option("--seed", help="Of the simulated citizens and units: same seed, same figures.")
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N rows.")]


def replay(
    files: Annotated[list[Path], typer.Argument(help="JSONL or CSV exports, taken together.")],
    mapping: Annotated[
        Path | None, typer.Option(help="Which column is what. Default: recognised by the columns.")
    ] = None,
    pack: PackOption = DEMO_PACK,
    seed: SeedOption = 1,
    limit: LimitOption = None,
    data_dir: DataDir = None,
    fresh: Annotated[bool, typer.Option("--fresh/--keep", help="Begin with an empty database.")] = True,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Replay an export: every row is registered, dispatched, handled when its real reply came, called back, closed.

    What the rows do not tell, callback answers above all, is simulated and called so. Rows that cannot be right are
    refused one by one, with the reason. Data go to the folder `replay` of the data directory.
    """
    settings = load_settings(data_dir=data_dir)
    configure_logs("ERROR", stream=sys.stderr.buffer)
    run_async(
        replay_command(
            files,
            mapping=mapping,
            pack=pack,
            data_dir=settings.data_dir / "replay",
            seed=seed,
            limit=limit,
            as_json=as_json,
            fresh=fresh,
        )
    )


def demo(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Exports to show. Default: the sample that comes along.")
    ] = None,
    pack: PackOption = DEMO_PACK,
    seed: SeedOption = 1,
    limit: LimitOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show the whole loop on messages that come along, in simulated time, and then the figures and the audit."""
    settings = load_settings(data_dir=data_dir)
    configure_logs("ERROR", stream=sys.stderr.buffer)
    run_async(
        demo_command(
            files or [], pack=pack, data_dir=settings.data_dir / "demo", seed=seed, limit=limit, as_json=as_json
        )
    )
