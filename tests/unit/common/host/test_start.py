"""A process that cannot start as it was told to ends with a sentence and status 2, and shows no key."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from libs.common.bus.flow import Service
from libs.common.database.migrate import History
from libs.common.delivery.handlers import reactions
from libs.common.host.process import run_service
from libs.common.service.settings import CommonSettings
from libs.common.service.spec import ServiceSpec
from tests.unit.common.service.test_settings import KEYS, SECRET, URL

ROOT = Path(__file__).parents[4]
SPEC = ServiceSpec(Service.INTAKE, "", "", (), reactions([]), History(ROOT), keeps_secrets=True)


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["api"], {}, "HUIYIN_DATABASE_URL is not set"),
        (["api"], {"HUIYIN_DATABASE_URL": URL}, "HUIYIN_VAULT_KEY and HUIYIN_VAULT_INDEX_KEY are not set"),
        (["api"], {"HUIYIN_DATABASE_URL": URL, "HUIYIN_VAULT_KEY": SECRET}, "go together"),
        (["worker"], {"HUIYIN_DATABASE_URL": URL, **KEYS}, "HUIYIN_ANSWER_KEY is not set"),
        (["api"], {"HUIYIN_DATABASE_URL": URL, **KEYS}, "Make it once: openssl rand -base64 32"),
        (["api"], {"HUIYIN_DATABASE_URL": URL, **KEYS, "HUIYIN_CLOCK": "simulated"}, "huiyin run"),
        (["api"], {"HUIYIN_DATABASE_URL": URL, **KEYS, "HUIYIN_FAILPOINTS": "nowhere:kill"}, "HUIYIN_FAILPOINTS"),
        (["both"], {}, "usage: python -m services.intake.main api|worker"),
        ([], {}, "usage: python -m services.intake.main api|worker"),
    ],
)
def test_it_says_what_is_missing(
    arguments: list[str],
    environment: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in list(os.environ):
        if name.startswith("HUIYIN_"):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["main", *arguments])
    with pytest.raises(SystemExit) as ended:
        run_service(SPEC, CommonSettings)
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert said in told.err
    assert told.err.count("\n") == 1
    assert SECRET[:8] not in told.out + told.err


@pytest.mark.parametrize("service", list(Service))
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"HUIYIN_VAULT_KEY": SECRET}, "HUIYIN_VAULT_KEY and HUIYIN_VAULT_INDEX_KEY go together"),
        (KEYS, "HUIYIN_ANSWER_KEY is not set"),
    ],
)
def test_every_service_does(service: Service, given: dict[str, str], said: str) -> None:
    """Half of the vault's keys, as a secret that was filled in halfway gives them; and no key for the answers."""
    environment = {"PATH": os.environ["PATH"], "HUIYIN_DATABASE_URL": URL, **given}
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{service}.main", "api"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert said in ended.stderr
    assert SECRET[:8] not in ended.stderr + ended.stdout
