"""``huiyin accounts``: own accounts of staff, by whoever has the machine in hand."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from huiyin.accounts import AccountBook
from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.database import existing_database
from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.host.process import open_vault
from libs.common.logs import configure_logs
from libs.common.security.fingerprints import load_or_create_answer_keys
from libs.common.service.settings import CommonSettings

app = typer.Typer(
    help="Own accounts of staff (本地账号), where there is no OIDC provider. In a cluster: in a pod of dispatch-api.",
    no_args_is_help=True,
)
StaffNumber = Annotated[str, typer.Argument(metavar="STAFF", help="The staff number, e.g. S-1001.")]
_ONCE = "It is shown this once, is good for 14 days, and has to be changed at the first signing in."


@app.command("create")
def create(
    staff_id: StaffNumber,
    phone: Annotated[str | None, typer.Option(help="To sign in with, too; kept as a keyed digest alone.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Make the account of somebody whom the register of people knows, and print its first password."""

    async def act(book: AccountBook) -> None:
        say(f"{staff_id}  first password 初始密码: {await book.create(staff_id, phone)}\n{_ONCE}")

    _run(data_dir, act)


@app.command("reset")
def reset(
    staff_id: StaffNumber,
    without_second_factor: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--without-second-factor", help="For somebody who lost the phone: take it off as well.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Print a new first password; every session of the account ends."""

    async def act(book: AccountBook) -> None:
        password = await book.reset(staff_id, without_second_factor=without_second_factor)
        say(f"{staff_id}  first password 初始密码: {password}\n{_ONCE}")

    _run(data_dir, act)


@app.command("list")
def list_accounts(data_dir: DataDir = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - an option of a command
    """List all accounts: whose, for which units, and when somebody last signed in."""

    async def act(book: AccountBook) -> None:
        for row, name, offices in await book.list():
            units = [office.unit_code for office in offices]
            state = "disabled" if row.disabled_at else "first password" if row.first_until else "in use"
            seen = None if row.signed_in_at is None else row.signed_in_at.isoformat(timespec="minutes")
            if as_json:
                say_json({"staff_id": row.staff_id, "name": name, "units": units, "state": state, "signed_in_at": seen})
            else:
                say(f"{row.staff_id:<16} {name or '-':<8} {','.join(units) or '-':<24} {state:<14} {seen or '-'}")

    _run(data_dir, act)


@app.command("unlock")
def unlock(staff_id: StaffNumber, data_dir: DataDir = None) -> None:
    """Let somebody try again who mistyped too often (解锁)."""
    _run(data_dir, lambda book: book.unlock(staff_id))


@app.command("disable")
def disable(staff_id: StaffNumber, data_dir: DataDir = None) -> None:
    """Let nobody sign in by an account any more (停用); every session ends."""
    _run(data_dir, lambda book: book.disable(staff_id))


@app.command("enable")
def enable(staff_id: StaffNumber, data_dir: DataDir = None) -> None:
    """Undo `disable` (启用)."""
    _run(data_dir, lambda book: book.enable(staff_id))


def _run(data_dir: DataDir, act: Callable[[AccountBook], Awaitable[None]]) -> None:
    configure_logs("WARNING")
    settings = load_settings(data_dir=data_dir)
    if not settings.signs_in_here():
        fail("HUIYIN_JWT_ISSUER names another issuer: staff sign in there, and have no accounts here")
    run_async(_with_book(settings, act))


async def _with_book(settings: CommonSettings, act: Callable[[AccountBook], Awaitable[None]]) -> int:
    async with existing_database(settings) as url:
        database = Database(url, str(Service.DISPATCH), pool_size=2)
        keys = settings.answer_keys() or load_or_create_answer_keys(settings.data_dir)
        book = AccountBook(database, open_vault(settings), keys.of(str(Service.DISPATCH)), lambda: datetime.now(UTC))
        try:
            await book.look_around()
            await act(book)
        finally:
            await database.close()
    return 0
