"""``huiyin jwks``: whoever has the file checks tokens, and can make none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from huiyin.cli import app
from libs.common.host.process import open_verifier, read_keys
from libs.common.outbound.addresses import Allowed
from libs.common.outbound.fetch import PinnedOutbound
from libs.common.security.issuer import KEY_FILE, LocalIssuer
from libs.common.security.keyset import NotAKeySet
from libs.common.security.principal import Role
from libs.common.service.settings import CommonSettings


def now() -> datetime:
    return datetime.now(UTC)


async def test_the_file_alone_is_enough_to_check_a_token(tmp_path: Path) -> None:
    issuing, checking = tmp_path / "issuing", tmp_path / "checking"
    checking.mkdir()
    file = checking / "issuer.jwks"
    result = CliRunner().invoke(app, ["jwks", str(file), "--data-dir", str(issuing)])
    assert result.exit_code == 0, result.output
    issuer = LocalIssuer.load_or_create(issuing, now)
    token = issuer.issue("a", [Role.ADMIN], "999001000000", None, timedelta(minutes=1))
    async with PinnedOutbound(Allowed()) as outbound:
        verifier = open_verifier(CommonSettings(data_dir=checking, jwks_file=file), outbound, None)
        assert (await verifier.verify(token)).subject == "a"
    assert [path.name for path in checking.iterdir()] == ["issuer.jwks"]
    assert (issuing / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert '"d"' not in file.read_text(encoding="utf-8"), "the private part of the key"


def test_without_a_file_they_are_printed(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["jwks", "--data-dir", str(tmp_path)])
    assert result.exit_code == 0
    assert '"kid"' in result.stdout


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["jwks", str(tmp_path / "no" / "file"), "--data-dir", str(tmp_path)])
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_a_file_that_is_not_there_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="HUIYIN_JWKS_FILE: there is no file"):
        CommonSettings(jwks_file=tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AA"}]}'])
def test_a_file_without_public_keys_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotAKeySet, match="`huiyin jwks` writes one"):
        read_keys(file)
