"""``huiyin requesters``: erase who spoke in a case."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.cli.common import AsJson, DataDir, load_settings, run_async, say, say_json
from huiyin.cli.erasing import NOT_YET, AgreedBy, DoneBy, ForGood, Reason, erased, order_of
from libs.common.logs import configure_logs
from libs.common.service.settings import CommonSettings
from services.intake.erasures.actions.requesters import erase as erase_requester
from services.intake.erasures.domain import Order

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
    reason: Reason,
    by: DoneBy,
    agreed_by: AgreedBy,
    yes: ForGood = False,  # noqa: FBT002 - an option of a command
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Destroy the key of who spoke in an ended case, with its words before masking and the citizen's files.

    Nobody can undo it. The case, its figures, its ledger and its record of looks stay as they are.
    """
    order = order_of(by, agreed_by, reason)
    configure_logs("WARNING", stream=sys.stderr.buffer)
    run_async(_erase(load_settings(data_dir=data_dir), case, order, for_good=yes, as_json=as_json))


async def _erase(settings: CommonSettings, case: str, order: Order, *, for_good: bool, as_json: bool) -> int:
    found = await erased(erase_requester, settings, case, order, for_good=for_good)
    if as_json:
        say_json(asdict(found) | {"erased": for_good})
        return 0
    did = "was erased" if for_good else NOT_YET
    say(f"{found.case_no}: who spoke {did}; files deleted with it: {found.files}")
    if found.other_cases:
        say("The same phone was given in " + ", ".join(found.other_cases))
    return 0
