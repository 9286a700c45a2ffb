"""``huiyin households``: erase who lives in a household."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.cli.common import AsJson, DataDir, load_settings, run_async, say, say_json
from huiyin.cli.erasing import NOT_YET, AgreedBy, DoneBy, ForGood, Reason, erased, order_of
from libs.common.logs import configure_logs
from libs.common.service.settings import CommonSettings
from services.intake.erasures.actions.households import erase_household
from services.intake.erasures.domain import Order

app = typer.Typer(
    help="Who lives in a household (户内信息). In a cluster: in a pod of intake-api.",
    no_args_is_help=True,
)


@app.callback()
def _several() -> None:
    """Keeps ``erase`` a command of its own."""


@app.command("erase")
def erase(
    household: Annotated[
        str, typer.Argument(metavar="HOUSEHOLD", help="The household, by its id or the office's own number.")
    ],
    reason: Reason,
    by: DoneBy,
    agreed_by: AgreedBy,
    yes: ForGood = False,  # noqa: FBT002 - an option of a command
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Destroy the key of who lives in a muted or merged household, with its notes and the photos of its visits.

    Nobody can undo it. Its steps, its visits, its figures, its ledger and its record of looks stay as they are.
    """
    order = order_of(by, agreed_by, reason)
    configure_logs("WARNING", stream=sys.stderr.buffer)
    run_async(_erase(load_settings(data_dir=data_dir), household, order, for_good=yes, as_json=as_json))


async def _erase(settings: CommonSettings, household: str, order: Order, *, for_good: bool, as_json: bool) -> int:
    found = await erased(erase_household, settings, household, order, for_good=for_good)
    if as_json:
        say_json(asdict(found) | {"erased": for_good})
        return 0
    did = "was erased" if for_good else NOT_YET
    say(f"{found.household_id}: who lives there {did}; photos of visits that go with it: {found.photos}")
    return 0
