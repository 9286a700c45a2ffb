"""``huiyin migrate``: bring the tables of all services up to date, as their owner."""

import time
from typing import Annotated

import typer

from huiyin.cli.common import DataDir, fail, load_settings, run_async, say
from huiyin.cli.database import existing_database
from huiyin.house import SPECS
from libs.common.database.database_errors import DatabaseTrouble
from libs.common.database.migrate import NotTheOwner
from libs.common.database.migrate import migrate as migrate_schema
from libs.common.logs import configure_logs
from libs.common.run.supervise import Backoff
from libs.common.service.settings import CommonSettings


def migrate(
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for a database that does not answer yet.")] = 0.0,
    data_dir: DataDir = None,
) -> None:
    """Bring the tables of all four services up to this release (迁移), in the one database of HUIYIN_DATABASE_URL.

    The role of that address becomes their owner. A role with the name of a service may then read and write the rows of
    that service, and change none of its tables. What is up to date, or further, is left as it is.
    """
    configure_logs("WARNING")
    run_async(_migrate(load_settings(data_dir=data_dir), wait))


async def _migrate(settings: CommonSettings, wait: float) -> int:
    backoff, deadline = Backoff(longest=2.0), time.monotonic() + wait
    async with existing_database(settings) as url:
        while True:
            try:
                await _bring_up_to_date(url)
            except NotTheOwner as error:
                fail(f"this role may not change the tables of {error}. Give the address of the role that owns them")
            except DatabaseTrouble:
                if time.monotonic() > deadline:
                    raise
                await backoff.wait()
            else:
                return 0


async def _bring_up_to_date(url: str) -> None:
    for spec in SPECS:
        name = str(spec.service)
        await migrate_schema(url, name, spec.migrations, serves=name)
        say(f"The tables of {name} are those of this release, or newer.")
