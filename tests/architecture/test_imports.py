"""Each import contract holds, and each one fails when it is broken on purpose."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[2]

BREAKS = {
    "Inside a matter, imports point down": ("services/intake/cases/domain.py", "import services.intake.cases.api\n"),
    "a stray file of a matter fails too": ("services/followup/clocks/utils.py", "A = 1\n"),
    "Among the matters of intake, imports point down": (
        "services/intake/requesters/tables.py",
        "import services.intake.cases.tables\n",
    ),
    "Among the matters of dispatch, imports point down": (
        "services/dispatch/cases/actions/steps.py",
        "import services.dispatch.tasks.queries\n",
    ),
    "Among the matters of followup, imports point down": (
        "services/followup/clocks/api.py",
        "import services.followup.callbacks.queries\n",
    ),
    "Among the matters of analytics, imports point down": (
        "services/analytics/facts/queries.py",
        "import services.analytics.figures.domain\n",
    ),
    "a matter that no contract names fails too": ("services/intake/letters/__init__.py", ""),
    "Services do not know each other": ("services/intake/cases/queries.py", "import services.dispatch.settings\n"),
    "The command stands on the services, the services on the library": (
        "libs/common/errors.py",
        "import services.intake.settings\n",
    ),
    "no service starts a program": ("services/intake/cases/queries.py", "import libs.programs.launch\n"),
    "the library starts no program": ("libs/common/database/engine.py", "import libs.programs.postgres.server\n"),
    "The product does not know the broker of tests": ("huiyin/house.py", "import libs.programs.kafka\n"),
    "The product does not know how it is measured": ("huiyin/packs.py", "import bench.figure\n"),
    "Rules are pure: domain does no input or output": ("services/intake/cases/domain.py", "import sqlalchemy\n"),
    "a folder of rules is pure too": ("services/dispatch/routing/domain/choosing.py", "import sqlalchemy\n"),
    "the library's own rules are pure too": ("libs/common/rules/machine.py", "import libs.common.database.session\n"),
    "Only the library touches Kafka and asyncpg": ("services/intake/cases/queries.py", "import asyncpg\n"),
    "Inside the library, imports point down": ("libs/common/time/clock.py", "import libs.common.web.door\n"),
    "what is written does not know how it travels": (
        "libs/common/ledger/append.py",
        "import libs.common.delivery.handlers\n",
    ),
    "a stray file of the library fails too": ("libs/common/helpers.py", "A = 1\n"),
    "what only types need points down too": (
        "libs/common/pack/versions.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import libs.common.database.session\n",
    ),
    "Inside a room of the library, imports run in no circle": (
        "libs/common/database/database_errors.py",
        "import libs.common.database.session\n",
    ),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, env={"PATH": ""}
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    for name in ("libs", "services", "huiyin", "bench"):
        copytree(ROOT / name, folder / name, ignore=ignore_patterns("__pycache__", "*.json", "*.html"))
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def place_of(folder: Path, name: str) -> Path:
    """The file, or, where a layer has become a folder, that folder's first file."""
    path = folder / name
    return path.with_suffix("") / "__init__.py" if path.with_suffix("").is_dir() else path


def test_all_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", BREAKS)
def test_a_broken_contract_is_noticed(contract: str, copy: Path) -> None:
    name, line = BREAKS[contract]
    path = place_of(copy, name)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(line + (before or ""), encoding="utf-8")
    try:
        result = lint(copy)
    finally:
        if before is None:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        else:
            path.write_text(before, encoding="utf-8")
    assert result.returncode != 0
    if contract[0].isupper():
        assert f"{contract} BROKEN" in result.stdout
