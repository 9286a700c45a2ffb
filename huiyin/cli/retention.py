"""``huiyin retention``: let go what has been kept as long as it is set."""

import sys
from typing import Annotated

import typer

from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.database import existing_database
from huiyin.retention import Retention
from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.host.process import open_vault
from libs.common.logs import configure_logs
from libs.common.retention import KeptClass, parse_retention
from libs.common.service.settings import CommonSettings
from libs.common.time.clock import system_now

_LONGEST_STATEMENT = 600.0


def retention(
    dry_run: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--dry-run", help="Only tell what would go; nothing changes.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Erase who spoke, files, and who lived in households that ended or left as long ago as HUIYIN_RETENTION says.

    It is for good.

    It may be stopped and run again. In a cluster: in a pod of intake-api.
    """
    configure_logs("WARNING", stream=sys.stderr.buffer)
    settings = load_settings(data_dir=data_dir)
    if not settings.retention:
        fail("HUIYIN_RETENTION is not set: everything is kept for ever")
    run_async(_retention(settings, dry=dry_run, as_json=as_json))


async def _retention(settings: CommonSettings, *, dry: bool, as_json: bool) -> int:
    vault = open_vault(settings)
    async with existing_database(settings) as url:
        database = Database(
            url, str(Service.INTAKE), pool_size=1, name="intake-retention", command_seconds=_LONGEST_STATEMENT
        )
        kept = Retention(database, vault, parse_retention(settings.retention), system_now)
        try:
            found = await kept.due()
            gone = {} if dry else await kept.apply(_tell_progress)
        finally:
            await database.close()
    for name, due in found.items():
        done = {} if dry else {"gone": gone[name]}
        if as_json:
            counted = {_what(name): due.many, "oldest": due.oldest, "newest": due.newest}
            say_json({"class": name, "days": kept.days[name], **counted, **done})
        else:
            ended = f", ended {due.oldest:%Y-%m-%d} to {due.newest:%Y-%m-%d}" if due.oldest and due.newest else ""
            went = "would go" if dry else f"were due; of {gone[name]:,} it is gone"
            say(f"{name} ({kept.days[name]} days): {due.many:,} {_what(name)}{ended} {went}")
    return 0


def _what(kept: KeptClass) -> str:
    return "households" if kept is KeptClass.HOUSEHOLDS else "cases"


def _tell_progress(kept: KeptClass, gone: int) -> None:
    print(f"{kept}: {gone:,} {_what(kept)} ...", file=sys.stderr, flush=True)  # noqa: T201 - a command
