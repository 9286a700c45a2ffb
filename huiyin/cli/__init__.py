"""The command ``huiyin``."""

import typer

from huiyin.cli import (
    accounts,
    anchor,
    audit,
    households,
    jwks,
    migrate,
    pack,
    parked,
    rebuild,
    replay,
    requesters,
    retention,
    run,
    staff,
    token,
    vault,
)

app = typer.Typer(
    name="huiyin",
    help="Huiyin 回音: the open backend for grassroots complaint handling (基层诉求办理).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("demo")(replay.demo)
app.command("replay")(replay.replay)
app.add_typer(pack.app, name="pack")
app.add_typer(staff.app, name="staff")
app.add_typer(accounts.app, name="accounts")
app.command("retention")(retention.retention)
app.add_typer(requesters.app, name="requesters")
app.add_typer(households.app, name="households")
app.add_typer(vault.app, name="vault")
app.command("audit")(audit.audit)
app.add_typer(anchor.app, name="anchor")
app.add_typer(parked.app, name="parked")
app.command("migrate")(migrate.migrate)
app.command("token")(token.token)
app.command("jwks")(jwks.jwks)
app.add_typer(rebuild.app, name="rebuild")
