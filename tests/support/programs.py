"""Programs that tests/programs.sh installs; a test that needs one says so when it is missing."""

import shutil

import pytest

PROMETHEUS, PROMTOOL, AMTOOL, ALERTMANAGER = "prometheus", "promtool", "amtool", "prometheus-alertmanager"
_PACKAGES = {
    PROMETHEUS: "prometheus",
    PROMTOOL: "prometheus",
    AMTOOL: "prometheus-alertmanager",
    ALERTMANAGER: "prometheus-alertmanager",
}
_NAMES = {ALERTMANAGER: (ALERTMANAGER, "alertmanager")}
"""Debian's name, and that of the releases of Prometheus."""


def installed(program: str) -> str:
    """Where the program is; the test fails, with the mend, when it is not there."""
    for name in _NAMES.get(program, (program,)):
        if found := shutil.which(name):
            return found
    pytest.fail(
        f"{program} is not installed, so nobody knows whether alerts fire and arrive. It comes with the Debian package "
        f"{_PACKAGES[program]} (apt-get install {_PACKAGES[program]}) and with the releases of Prometheus.",
        pytrace=False,
    )
