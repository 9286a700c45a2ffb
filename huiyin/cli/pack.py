"""``huiyin pack``: check a county pack, and load it into a running system or into the data directory."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.parked import call
from huiyin.house import open_house
from huiyin.packs import publish_pack
from libs.common.logs import configure_logs
from libs.common.pack.loader import digest, document, load_pack
from libs.common.pack.problems import PackError
from libs.common.pack.schema import Pack
from libs.common.service.settings import CommonSettings

app = typer.Typer(help="County packs (县包): a place's areas, units, duties and limits as data.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The pack's folder, with pack.yaml and its tables.")]


def _read(folder: Path, *, as_json: bool) -> Pack:
    if not folder.is_dir():
        fail(f"{folder} is no folder; a pack is one with pack.yaml, areas.csv, units.csv, categories.csv, duties.csv")
    try:
        return load_pack(folder)
    except PackError as error:
        if as_json:
            say_json({"problems": [vars_of(problem) for problem in error.problems]})
        else:
            for problem in error.problems:
                say(str(problem))
            say(f"\n{len(error.problems)} problems; nothing was loaded.")
        raise typer.Exit(1) from None


def vars_of(problem: object) -> dict[str, object]:
    """The fields of a problem."""
    return {name: getattr(problem, name) for name in ("file", "line", "message", "mend")}


@app.command("check")
def check(folder: Folder, as_json: AsJson = False) -> None:  # noqa: FBT002 - an option of a command
    """Check a pack: every problem with its file, its line and how to mend it."""
    pack = _read(folder, as_json=as_json)
    counts = {name: len(getattr(pack, name)) for name in ("areas", "units", "categories", "duties")}
    if as_json:
        say_json({"problems": [], "place": pack.place.code, "digest": digest(pack), **counts})
    else:
        listed = ", ".join(f"{count} {name}" for name, count in counts.items())
        say(f"{pack.place.name} ({pack.place.code}), version {pack.version}: {listed}. No problems.")


@app.command("load")
def load(
    folder: Folder,
    url: Annotated[
        str | None, typer.Option(envvar="HUIYIN_URL", help="A running system. Default: the data dir.")
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="TOKEN", help="With --url: a token with the role admin.")] = None,
    data_dir: DataDir = None,
    dry_run: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--dry-run", help="Only tell which open cases it concerns; nothing changes.")
    ] = False,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Load a pack. Loading the same pack again changes nothing. Tells which open cases use what it no longer has."""
    pack = _read(folder, as_json=as_json)
    if url is not None:
        if token is None:
            fail("--url needs --token (or TOKEN): an access token with the role admin")
        query = "?dry_run=true" if dry_run else ""
        _tell(
            call("POST", f"{url}/dispatch/v1/directory/packs{query}", token, document(pack)),
            dry_run=dry_run,
            as_json=as_json,
        )
        return
    settings = load_settings(data_dir=data_dir)
    configure_logs("WARNING", stream=sys.stderr.buffer)
    run_async(_load(settings, pack, dry_run=dry_run, as_json=as_json))


async def _load(settings: CommonSettings, pack: Pack, *, dry_run: bool, as_json: bool) -> int:
    async with open_house(settings, working=not dry_run) as house:
        published = await publish_pack(house, pack, dry_run=dry_run)
        if not dry_run:
            await house.settle()
    _tell(published.model_dump(mode="json"), dry_run=dry_run, as_json=as_json)
    return 0


def _tell(answer: dict[str, Any], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        say_json(answer)
        return
    for concern in answer["concerned"]:
        say(_told(concern))
    if dry_run:
        say(f"Loaded now, this pack would be version {answer['pack_version']}; nothing changed.")
    elif answer["published"]:
        say(f"Version {answer['pack_version']} is in force from {answer['effective_from']}.")
    else:
        say(f"This pack is in force already, as version {answer['pack_version']}; nothing changed.")


def _told(concern: dict[str, Any]) -> str:
    """Which cases, and what becomes of them."""
    shown, more = concern["case_nos"], concern["cases"] - len(concern["case_nos"])
    numbers = " ".join(shown) + (f" and {more} more" if more else "")
    what = f"{concern['what']} {concern['code']} {concern['name']}"
    return f"{concern['cases']} open cases use {what}. {concern['outcome']}.\n  {numbers}"
