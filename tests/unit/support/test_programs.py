"""tests/programs.sh says at the start what is missing and how to get it, and installs it only where it may."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "programs.sh"
BASE = ("sh", "ls", "grep", "mktemp", "tail", "rm", "chmod", "python3")
MISSING = "Missing: Prometheus and promtool, which say whether alerts fire (on Debian the package prometheus)"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The programs of a machine that has none of those that tests need."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASE:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def program(machine: Path, name: str, *lines: str) -> None:
    """A program of the machine, as a script."""
    path = machine / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)


def run(machine: Path) -> tuple[int, str]:
    """What the script does there."""
    done = subprocess.run(
        [str(SCRIPT)],
        env={"PATH": str(machine), "TMPDIR": str(machine), "POLICY_RC_D": str(machine / "policy-rc.d")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_who_may_install_nothing_is_told_what_to_ask_for(machine: Path) -> None:
    program(machine, "id", "echo 1000")
    program(machine, "sudo", "exit 1")
    program(machine, "apt-get", f"echo called >>{machine}/calls")
    status, said = run(machine)
    assert status == 1
    assert MISSING in said.splitlines()
    last = said.splitlines()[-1]
    assert last.startswith(f"Nothing was installed, for that takes root: sudo {SCRIPT} (it installs ")
    assert {"prometheus", "wget", "chromium"} <= set(last.split())
    assert not (machine / "calls").exists()


def test_who_is_on_another_system_is_told_that_nothing_was_installed(machine: Path) -> None:
    program(machine, "id", "echo 0")
    status, said = run(machine)
    assert status == 1
    assert MISSING in said.splitlines()
    assert said.splitlines()[-1].startswith("This is no Debian machine, so nothing was installed")


def test_who_may_by_sudo_does(machine: Path) -> None:
    program(machine, "id", "echo 1000")
    program(machine, "sudo", f'printf "%s\\n" "$*" >>{machine}/calls')
    program(machine, "apt-get", "exit 0")
    assert run(machine) == (0, "")
    asked = (machine / "calls").read_text("utf-8").splitlines()
    assert asked == ["-n true", f"-n PYTHON=python3 {SCRIPT}"]


def test_what_cannot_be_installed_is_told_with_what_apt_said(machine: Path) -> None:
    program(machine, "id", "echo 0")
    program(machine, "apt-get", "echo no such mirror", "exit 100")
    status, said = run(machine)
    assert status == 1
    assert "no such mirror" in said.splitlines()
    assert said.splitlines()[-1].startswith("These Debian packages could not be installed: ")


def test_what_was_installed_and_is_still_not_there_is_told(machine: Path) -> None:
    program(machine, "id", "echo 0")
    program(machine, "apt-get", f'printf "%s\\n" "$*" >>{machine}/calls')
    status, said = run(machine)
    assert status == 1
    assert said.splitlines()[-1] == "These packages are installed, and what they should bring was not found."
    update, install = (machine / "calls").read_text("utf-8").splitlines()
    assert update == "update"
    assert install.startswith("install -y --no-install-recommends ")
    assert not (machine / "policy-rc.d").exists(), "services may start again"
