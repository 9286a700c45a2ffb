"""``huiyin rebuild``: derive again what was derived from the ledgers."""

from typing import Annotated

import typer

from huiyin.audit.packs import UnknownPack
from huiyin.audit.snapshot import NotThere
from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.database import existing_database
from huiyin.rebuild.analytics import Rebuilt, rebuild
from libs.common.errors import Permanent
from libs.common.service.settings import CommonSettings

app = typer.Typer(help="Rebuild (重建) from the ledgers what was derived from them.", no_args_is_help=True)


@app.callback()
def _several() -> None:
    """Keeps ``analytics`` a command of its own."""


@app.command("analytics")
def analytics(
    check: Annotated[bool, typer.Option("--check", help="Only compare; change nothing and hold nobody up.")] = False,  # noqa: FBT002
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Fold all facts and roll-ups again beside the live ones, and put right what differs, in one transaction.

    It may be run while Huiyin runs: figures stay readable. Only when something differs analytics waits with new events,
    until it is put right.
    With --check the status is 1 when something differs.
    """
    run_async(_analytics(load_settings(data_dir=data_dir), check=check, as_json=as_json))


async def _analytics(settings: CommonSettings, *, check: bool, as_json: bool) -> int:
    async with existing_database(settings) as url:
        try:
            done = await rebuild(url, check=check)
        except NotThere as error:
            fail(f"there is nothing to rebuild here: {error}. Has Huiyin ever run on this database?")
        except UnknownPack as error:
            fail(f"{error}; run Huiyin until it has arrived, or send the stream `directory` again")
        except Permanent as error:
            fail(f"a ledger holds a row that is no event: {error}. Run `huiyin audit`, and restore it from a backup")
    if as_json:
        say_json(_document(done))
    else:
        _tell(done)
    return 1 if check and done.facts + done.cells else 0


def _document(done: Rebuilt) -> dict[str, object]:
    return {
        "cases": done.cases,
        "households": done.households,
        "events": done.events,
        "seconds": round(done.seconds, 3),
        "events_per_second": _pace(done),
        "different_facts": done.facts,
        "different_cells": done.cells,
        "swapped": done.swapped,
        "first": list(done.first),
    }


def _tell(done: Rebuilt) -> None:
    what = f"{done.events:,} events of {done.cases:,} cases and {done.households:,} households"
    say(f"Folded {what} in {done.seconds:.1f} s ({_pace(done):,} events/s).")
    for line in done.first:
        say(f"  {line}")
    if not done.facts + done.cells:
        say("Every fact and every figure was right.")
        return
    verb = "were put right" if done.swapped else "differ; nothing was changed"
    say(f"{done.facts:,} facts and {done.cells:,} cells of the roll-ups {verb}.")


def _pace(done: Rebuilt) -> int:
    return round(done.events / done.seconds) if done.seconds else 0
