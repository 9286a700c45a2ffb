"""``huiyin pack check``: a folder, or every problem with its file, its line and its mend."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiyin.cli.pack import app

DEMO = Path(__file__).parents[3] / "packs" / "demo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo pack."""
    return Path(shutil.copytree(DEMO, tmp_path / "pack"))


def test_a_good_pack_has_no_problems(folder: Path) -> None:
    told = CliRunner().invoke(app, ["check", str(folder)])
    assert (told.exit_code, "No problems." in told.stdout) == (0, True)


def test_a_setting_that_is_not_in_force_is_told_with_file_line_and_mend(folder: Path) -> None:
    settings = folder / "pack.yaml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    at = lines.index("callback:") + 1
    settings.write_text("\n".join([*lines[:at], "  mode: sample", *lines[at:]]), encoding="utf-8")
    told = CliRunner().invoke(app, ["check", str(folder)])
    assert told.exit_code == 1
    assert f"pack.yaml:{at + 1}: callback/mode is not in force in this version. Mend: remove it" in told.stdout
    for command in ("check", "load"):
        told = CliRunner().invoke(app, [command, str(folder), "--json"])
        (problem,) = json.loads(told.stdout)["problems"]
        assert (told.exit_code, problem["file"], problem["line"]) == (1, "pack.yaml", at + 1)
