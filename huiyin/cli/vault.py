"""``huiyin vault``: under which keys things are sealed, and how a key is retired."""

import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.database import existing_database
from huiyin.vault.status import VaultStatus, status_of
from huiyin.vault.turning import REINDEX, RESEAL, Done, Turning
from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.host.process import open_vault
from libs.common.logs import configure_logs
from libs.common.rules.turns import Task
from libs.common.service.settings import CommonSettings
from libs.common.time.clock import system_now

app = typer.Typer(
    help="Keys of the vaults (保险库密钥): which are in use, and how one is retired. In a cluster: in a pod.",
    no_args_is_help=True,
)
Which = Annotated[
    Service | None,
    typer.Option("--service", help="intake or dispatch: each has keys of its own. Default: both, of the data dir."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Try it and take it back; tell what it would come to.")]
_LONGEST_STATEMENT = 600.0
_KEEPS_SECRETS = (Service.INTAKE, Service.DISPATCH)


@app.command("status")
def status(service: Which = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - an option of a command
    """Count what is sealed under which key, by table, and say whether an older key may be taken away.

    The status is 1 when something is sealed under a key that is not given.
    """
    run_async(_status(_settings(data_dir), service, as_json=as_json))


@app.command("reseal")
def reseal(
    service: Which = None,
    dry_run: DryRun = False,  # noqa: FBT002 - an option of a command
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Seal everything under the newest key, beside running services, all of which know it already.

    It may be stopped and run again. What cannot be opened is named, and the status is 1.
    """
    run_async(_turn(_settings(data_dir), service, RESEAL, dry=dry_run, as_json=as_json))


@app.command("reindex")
def reindex(
    service: Which = None,
    dry_run: DryRun = False,  # noqa: FBT002 - an option of a command
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Find every phone, and doors of households, by the newest key of the index, beside services that all know it.

    It may be stopped and run again. What cannot be found anew is named, and the status is 1.
    """
    run_async(_turn(_settings(data_dir), service, REINDEX, dry=dry_run, as_json=as_json))


def _settings(data_dir: DataDir) -> CommonSettings:
    configure_logs("WARNING", stream=sys.stderr.buffer)
    return load_settings(data_dir=data_dir)


def _services(settings: CommonSettings, service: Service | None) -> tuple[Service, ...]:
    if service is None:
        if settings.database_url is not None:
            fail("say --service intake or --service dispatch: each has keys of its own")
        return _KEEPS_SECRETS
    if service not in _KEEPS_SECRETS:
        fail(f"{service} seals nothing; say --service intake or --service dispatch")
    return (service,)


@asynccontextmanager
async def _databases(settings: CommonSettings, service: Service | None) -> AsyncIterator[dict[Service, Database]]:
    names = _services(settings, service)
    async with existing_database(settings) as url:
        found = {
            name: Database(url, str(name), pool_size=2, name=f"{name}-vault", command_seconds=_LONGEST_STATEMENT)
            for name in names
        }
        try:
            yield found
        finally:
            for database in found.values():
                await database.close()


async def _status(settings: CommonSettings, service: Service | None, *, as_json: bool) -> int:
    vault = open_vault(settings)
    async with _databases(settings, service) as databases:
        found = [await status_of(name, database, vault) for name, database in databases.items()]
    for one in found:
        if as_json:
            say_json(_document(one))
        else:
            _tell_status(one)
    return 1 if any(one.unknown for one in found) else 0


def _document(one: VaultStatus) -> dict[str, object]:
    return {
        "service": one.service,
        "current": one.key_ids[0],
        "retired": {key_id: one.cells(key_id) for key_id in one.retired},
        "unknown": {key_id: one.cells(key_id) for key_id in one.unknown},
        "tables": [{"table": each.table, "key": each.key_id, "cells": each.cells} for each in one.sealed],
    }


def _tell_status(one: VaultStatus) -> None:
    say(f"{one.service}: the current key is {one.key_ids[0]}")
    for each in one.sealed:
        say(f"  {each.table:<16} {each.key_id:<10} {each.cells:>12,}")
    for key_id in one.retired:
        left = one.cells(key_id)
        say(f"  {key_id}: " + (f"{left:,} left; run `huiyin vault reseal`" if left else "may be taken away"))
    for key_id in one.unknown:
        say(f"  {key_id} IS NOT GIVEN, and {one.cells(key_id):,} are sealed under it: nobody can open them")


async def _turn(
    settings: CommonSettings,
    service: Service | None,
    tasks: Mapping[Service, Mapping[str, Task]],
    *,
    dry: bool,
    as_json: bool,
) -> int:
    vault, found = open_vault(settings), {}
    async with _databases(settings, service) as databases:
        for name, database in databases.items():
            turning = Turning(name, database, vault, system_now, dry=dry, told=_Progress(name).tell)
            found[name] = await turning.through(tasks[name])
    for name, done in found.items():
        if as_json:
            say_json({"service": name, "changed": done.changed, "left": [one._asdict() for one in done.places]})
        else:
            _tell_done(name, done, dry=dry)
    return 1 if any(done.places for done in found.values()) else 0


class _Progress:
    """A line on standard error for every so many rows."""

    def __init__(self, service: Service, every: int = 10_000) -> None:
        self._service, self._every, self._told = service, every, dict[str, int]()

    def tell(self, what: str, changed: int) -> None:
        """So many of one kind so far."""
        if changed - self._told.get(what, 0) >= self._every:
            self._told[what] = changed
            print(f"{self._service}: {changed:,} {what} ...", file=sys.stderr, flush=True)  # noqa: T201 - a command


def _tell_done(service: Service, done: Done, *, dry: bool) -> None:
    verb = "would be changed; nothing was" if dry else "changed"
    for what, changed in done.changed.items():
        say(f"{service}: {changed:,} {what} {verb}")
    for one in done.places:
        say(f"{service}: {one.table} {json.dumps(one.row)} {one.why}")
    if done.places:
        say(f"{service}: {len(done.places):,} left as they were")
