"""Programs that tests/programs.sh installs; a test that needs one says so when it is missing."""

import shutil

import pytest

PROMETHEUS, PROMTOOL, AMTOOL, ALERTMANAGER = "prometheus", "promtool", "amtool", "prometheus-alertmanager"
CHROMIUM, CHROMEDRIVER = "chromium", "chromedriver"
_PACKAGES = {
    CHROMIUM: "chromium",
    CHROMEDRIVER: "chromium-driver",
    PROMETHEUS: "prometheus",
    PROMTOOL: "prometheus",
    AMTOOL: "prometheus-alertmanager",
    ALERTMANAGER: "prometheus-alertmanager",
}
_ALERTS = "alerts fire and arrive"
_SHOWS = dict.fromkeys((CHROMIUM, CHROMEDRIVER), "the pages work in a browser")
_NAMES = {ALERTMANAGER: (ALERTMANAGER, "alertmanager")}
"""Debian's name, and that of the releases of Prometheus."""


def installed(program: str) -> str:
    """Where the program is; the test fails, with the mend, when it is not there."""
    for name in _NAMES.get(program, (program,)):
        if found := shutil.which(name):
            return found
    package = _PACKAGES[program]
    pytest.fail(
        f"{program} is not installed, so nobody knows whether {_SHOWS.get(program, _ALERTS)}. It comes with the Debian "
        f"package {package} (apt-get install {package}).",
        pytrace=False,
    )
