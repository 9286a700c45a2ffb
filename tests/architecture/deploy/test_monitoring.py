"""Alerts and dashboards ask for what is exported, every alert was tried, and the operations guide explains each."""

import copy
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.deploy import monitoring
from tests.architecture.deploy.files import DEPLOY, OPERATIONS, anchors

FOLDER = DEPLOY / "prometheus"


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def rules() -> dict[str, Any]:
    return load(FOLDER / "alerts.yml")


@pytest.fixture(scope="module")
def tests() -> list[dict[str, Any]]:
    return [load(path) for path in sorted((FOLDER / "tests").glob("*.yml"))]


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DEPLOY / "grafana/dashboards/huiyin.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def targets() -> frozenset[str]:
    return anchors(OPERATIONS.read_text(encoding="utf-8"))


def promtool(*arguments: str, folder: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.fail(
            "promtool is not installed, so nobody knows whether the alerts fire. It comes with the Debian package "
            "prometheus (apt-get install prometheus) and with the releases of Prometheus.",
            pytrace=False,
        )
    # Seconds of work, and minutes on a machine that does much else: only what hangs for good is given up.
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=900)


def test_every_alert_is_sound(rules: dict[str, Any], targets: frozenset[str]) -> None:
    assert monitoring.alert_faults(rules, targets) == []


def test_every_alert_has_a_page_for_who_is_woken_up(rules: dict[str, Any]) -> None:
    assert monitoring.page_faults(rules, OPERATIONS.read_text(encoding="utf-8")) == []


def test_every_page_is_of_an_alert(rules: dict[str, Any]) -> None:
    guide = OPERATIONS.read_text(encoding="utf-8").partition("\n## Alerts\n")[2].partition("\n## ")[0]
    assert re.findall(r"^### (.+)$", guide, flags=re.MULTILINE) == [one["alert"] for one in monitoring.alerts(rules)]


def test_every_alert_was_seen_to_fire_and_to_stay_quiet(rules: dict[str, Any], tests: list[dict[str, Any]]) -> None:
    assert monitoring.untried(rules, tests) == []


def test_promtool_accepts_the_settings_and_the_rules() -> None:
    for arguments in (("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yml")):
        done = promtool(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_alerts_fire_when_they_should_and_only_then() -> None:
    done = promtool("test", "rules", *sorted(f"tests/{path.name}" for path in (FOLDER / "tests").glob("*.yml")))
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_finds_an_alert_that_does_not_fire(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "prometheus")
    broken = tmp_path / "prometheus" / "alerts.yml"
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace("oldest_unpublished_age_seconds) > 60", "oldest_unpublished_age_seconds) > 6000"))
    done = promtool("test", "rules", "tests/sending.yml", folder=tmp_path / "prometheus")
    assert done.returncode != 0


def test_the_dashboard_is_sound(dashboard: dict[str, Any]) -> None:
    assert monitoring.dashboard_faults(dashboard) == []


def test_grafana_is_given_the_source_and_the_folder() -> None:
    source = load(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")["datasources"][0]
    assert (source["uid"], source["url"]) == ("prometheus", "http://prometheus:9090")
    provider = load(DEPLOY / "grafana/provisioning/dashboards/huiyin.yml")["providers"][0]
    assert provider["options"]["path"] == "/etc/grafana/dashboards"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("max by (service) (outbox_oldest_age_seconds) > 60", ["nobody exports outbox_oldest_age_seconds"]),
        ("rate(huiyin_event_end_to_end_seconds[5m])", ["nobody exports huiyin_event_end_to_end_seconds"]),
        ('up{jobb="huiyin"} == 0', ["no series has the label jobb"]),
        ("sum by (serivce) (huiyin_consumer_halted)", ["no series has the label serivce"]),
        ("a_total unless on (service) huiyin_consumer_halted", ["nobody exports a_total"]),
        ('sum(rate(huiyin_http_requests_total{code=~"5..", service!="x"}[$__rate_interval])) / 2.5e3 > 0.1', []),
        ("histogram_quantile(0.99, sum by (le) (rate(huiyin_event_end_to_end_seconds_bucket[5m])))", []),
    ],
)
def test_the_query_checker_finds(query: str, expected: list[str]) -> None:
    assert monitoring.query_faults(query) == expected


Break = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        (lambda alert: alert.update(expr="nothing > 0"), "TargetDown: nobody exports nothing"),
        (lambda alert: alert["annotations"].pop("summary"), "TargetDown: has no summary"),
        (lambda alert: alert["labels"].update(severity="bad"), "TargetDown: has no severity"),
        (lambda alert: alert["annotations"].pop("runbook_url"), "TargetDown: has no section in the operations guide: "),
        (
            lambda alert: alert["annotations"].update(runbook_url="docs/operations.md#nowhere"),
            "TargetDown: has no section in the operations guide: docs/operations.md#nowhere",
        ),
    ],
)
def test_the_alert_checker_finds(rules: dict[str, Any], targets: frozenset[str], breaks: Break, expected: str) -> None:
    broken = copy.deepcopy(rules)
    breaks(broken["groups"][0]["rules"][0])
    assert monitoring.alert_faults(broken, targets) == [expected]


def test_an_alert_without_tests_is_found(rules: dict[str, Any], tests: list[dict[str, Any]]) -> None:
    more = copy.deepcopy(rules)
    more["groups"][0]["rules"].append({"alert": "New", "expr": "up"})
    assert monitoring.untried(more, tests) == ["New has not been seen to fire", "New has not been seen to stay quiet"]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("", [f"TargetDown: its page does not say: {part}" for part in monitoring.PAGE]),
        (
            "### TargetDown\n\n- **Means:** a\n- **Citizens notice:** b\n- **Look at:** it\n- **Mend:** c\n"
            "- **Ends:** d\n",
            ["TargetDown: its page names nothing that one could look at"],
        ),
    ],
)
def test_the_page_checker_finds(page: str, expected: list[str]) -> None:
    rules = {"groups": [{"rules": [{"alert": "TargetDown"}]}]}
    assert monitoring.page_faults(rules, page) == expected


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        (lambda panel: panel["targets"][0].update(expr="nothing"), "nobody exports nothing"),
        (lambda panel: panel["targets"][0]["datasource"].update(uid="x"), "asks another source"),
        (lambda panel: panel.pop("description"), "has no description"),
        (lambda panel: panel["gridPos"].update(x=4), "lies over another panel"),
        (lambda panel: panel["gridPos"].update(x=22), "beyond the edge"),
    ],
)
def test_the_dashboard_checker_finds(dashboard: dict[str, Any], breaks: Break, expected: str) -> None:
    broken = copy.deepcopy(dashboard)
    breaks(broken["panels"][1])
    assert any(expected in fault for fault in monitoring.dashboard_faults(broken))
