"""``huiyin token``: what it prints is believed by a process with the same key."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiyin.cli import app
from huiyin.cli.token import parse_lifetime
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.principal import Role


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_printed_token_is_believed(tmp_path: Path) -> None:
    arguments = ["token", "--role", "handler", "--unit", "D-WATER", "--data-dir", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    verifier = LocalVerifier(LocalIssuer.load_or_create(tmp_path, now), now)
    principal = await verifier.verify(result.stdout.strip())
    assert (set(principal.roles), principal.unit_code) == ({Role.HANDLER}, "D-WATER")


def test_a_role_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["token", "--role", "king", "--data-dir", str(tmp_path)])
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "lifetime"), [("90m", timedelta(minutes=90)), ("12h", timedelta(hours=12)), ("7d", timedelta(days=7))]
)
def test_a_lifetime_is_a_number_and_a_unit(text: str, lifetime: timedelta) -> None:
    assert parse_lifetime(text) == lifetime


@pytest.mark.parametrize("text", ["", "12", "h", "0h", "1.5h", "1w", "-1h"])
def test_any_other_lifetime_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_lifetime(text)
