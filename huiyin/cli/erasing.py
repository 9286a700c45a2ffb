"""What the commands that erase somebody for good share: two people, a reason, and a try before it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from huiyin.cli.common import fail
from huiyin.cli.database import existing_database
from huiyin.erasing import carry_out
from libs.common.bus.flow import Service
from libs.common.database.session import Database, Session
from libs.common.host.process import open_vault
from libs.common.security.vault import Vault
from libs.common.service.settings import CommonSettings
from libs.common.time.clock import system_now
from services.intake.erasures.domain import Order

FoundT = TypeVar("FoundT")
Reason = Annotated[str, typer.Option(help="Why: it is kept, masked, for good.")]
DoneBy = Annotated[str, typer.Option(help="The account of whoever does it.")]
AgreedBy = Annotated[str, typer.Option(help="The account of whoever agreed: somebody else.")]
ForGood = Annotated[bool, typer.Option("--yes", help="Do it, for good. Without it, only tell what would go.")]
NOT_YET = "would be erased, for good; add --yes"


def order_of(by: str, agreed_by: str, reason: str) -> Order:
    """Who stands for it; ends the command where that is not two people, with a reason."""
    if not (by.strip() and agreed_by.strip() and reason.strip()):
        fail("--by, --agreed-by and --reason must not be empty")
    if by.strip() == agreed_by.strip():
        fail("--agreed-by must be somebody else than --by")
    return Order(by.strip(), agreed_by.strip(), reason.strip())


async def erased(
    act: Callable[[Session, Vault, str, Order], Awaitable[FoundT]],
    settings: CommonSettings,
    reference: str,
    order: Order,
    *,
    for_good: bool,
) -> FoundT:
    """What it came to, or would. Raises as ``act``."""
    vault = open_vault(settings)
    async with existing_database(settings) as url:
        database = Database(url, str(Service.INTAKE), pool_size=1, name="intake-erasure")
        try:
            return await carry_out(act, database, vault, system_now, reference, order, for_good=for_good)
        finally:
            await database.close()
