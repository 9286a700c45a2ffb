"""``huiyin requesters``: erase who spoke in a case."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.database import existing_database
from huiyin.requesters import erase_requester
from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.host.process import open_vault
from libs.common.logs import configure_logs
from libs.common.service.settings import CommonSettings
from libs.common.time.clock import system_now
from services.intake.erasures.actions import Order

app = typer.Typer(
    help="Who spoke in a case (诉求人). In a cluster: in a pod of intake-api.",
    no_args_is_help=True,
)


@app.callback()
def _several() -> None:
    """Keeps ``erase`` a command of its own."""


@app.command("erase")
def erase(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case, by its id or its number.")],
    reason: Annotated[str, typer.Option(help="Why: it is kept, masked, for good.")],
    by: Annotated[str, typer.Option(help="The account of whoever does it.")],
    agreed_by: Annotated[str, typer.Option(help="The account of whoever agreed: somebody else.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it, for good. Without it, only tell what would go.")] = False,  # noqa: FBT002 - an option of a command
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Destroy the key of who spoke in an ended case, with its words before masking and the citizen's files.

    Nobody can undo it. The case, its figures, its ledger and its record of looks stay as they are.
    """
    if not (by.strip() and agreed_by.strip() and reason.strip()):
        fail("--by, --agreed-by and --reason must not be empty")
    if by.strip() == agreed_by.strip():
        fail("--agreed-by must be somebody else than --by")
    configure_logs("WARNING", stream=sys.stderr.buffer)
    order = Order(by.strip(), agreed_by.strip(), reason.strip())
    run_async(_erase(load_settings(data_dir=data_dir), case, order, for_good=yes, as_json=as_json))


async def _erase(settings: CommonSettings, case: str, order: Order, *, for_good: bool, as_json: bool) -> int:
    vault = open_vault(settings)
    async with existing_database(settings) as url:
        database = Database(url, str(Service.INTAKE), pool_size=1, name="intake-erasure")
        try:
            found = await erase_requester(database, vault, system_now, case, order, for_good=for_good)
        finally:
            await database.close()
    if as_json:
        say_json(asdict(found) | {"erased": for_good})
        return 0
    did = "was erased" if for_good else "would be erased, for good; add --yes"
    say(f"{found.case_no}: who spoke {did}; files deleted with it: {found.files}")
    if found.other_cases:
        say("The same phone was given in " + ", ".join(found.other_cases))
    return 0
