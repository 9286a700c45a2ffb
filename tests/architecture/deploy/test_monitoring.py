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
from tests.architecture.deploy.files import DEPLOY, OPERATIONS, ROOT, anchors
from tests.support.programs import AMTOOL, PROMTOOL, installed

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
    return run(PROMTOOL, *arguments, folder=folder)


def run(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    # Seconds of work, and minutes on a machine that does much else: only what hangs for good is given up.
    command = [installed(program), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900)


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


def test_the_dashboard_is_sound(dashboard: dict[str, Any], rules: dict[str, Any], targets: frozenset[str]) -> None:
    assert monitoring.dashboard_faults(dashboard, monitoring.recorded(rules), targets) == []


def test_every_job_that_is_asked_for_is_one_that_prometheus_knows(dashboard: dict[str, Any]) -> None:
    """By compose it is named, on Kubernetes taken from a label of the pods."""
    asked = monitoring.jobs((FOLDER / "alerts.yml").read_text("utf-8")) | monitoring.jobs(json.dumps(dashboard))
    (job, *_) = load(FOLDER / "prometheus.yml")["scrape_configs"]
    monitor = load(DEPLOY / "k8s/components/monitoring/podmonitor.yaml")["spec"]
    assert asked == {job["job_name"]} == {monitor["selector"]["matchLabels"][monitor["jobLabel"]]}


def test_a_process_has_one_name_wherever_it_runs() -> None:
    (job, *_) = load(FOLDER / "prometheus.yml")["scrape_configs"]
    (endpoint,) = load(DEPLOY / "k8s/components/monitoring/podmonitor.yaml")["spec"]["podMetricsEndpoints"]
    assert {one["target_label"] for one in job["relabel_configs"]} == {"process"}
    assert {one["targetLabel"] for one in endpoint["relabelings"]} == {"process"}


def test_kubernetes_is_given_the_same_rules() -> None:
    rule = load(DEPLOY / "k8s/components/monitoring/rules.yaml")
    assert rule["spec"] == load(FOLDER / "alerts.yml")


def test_promtool_accepts_the_rules_of_kubernetes(tmp_path: Path) -> None:
    rule = load(DEPLOY / "k8s/components/monitoring/rules.yaml")
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rule["spec"]), encoding="utf-8")
    done = promtool("check", "rules", "rules.yml", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_deployment_that_is_not_ready_yet_would_call_if_its_probes_were_requests(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "prometheus")
    fresh = tmp_path / "prometheus/tests/fresh.yml"
    probe = """      - series: 'huiyin_http_requests_total{service="intake", route="/readyz", method="GET", code="503"}'
        values: '_x7 0+3x240'
    promql_expr_test:"""
    fresh.write_text(fresh.read_text(encoding="utf-8").replace("    promql_expr_test:", probe), encoding="utf-8")
    done = promtool("test", "rules", "tests/fresh.yml", folder=tmp_path / "prometheus")
    assert "IntakeBudgetBurnsFast" in done.stdout + done.stderr


ALERTMANAGER = DEPLOY / "alertmanager"


@pytest.mark.parametrize("name", ["alertmanager.yml", "example.yml"])
def test_amtool_accepts_who_is_told(name: str) -> None:
    done = run(AMTOOL, "check-config", name, folder=ALERTMANAGER)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_differs_in_the_receivers_alone() -> None:
    usual, example = load(ALERTMANAGER / "alertmanager.yml"), load(ALERTMANAGER / "example.yml")
    assert {key: usual[key] for key in ("route", "inhibit_rules")} == {
        key: example[key] for key in ("route", "inhibit_rules")
    }
    assert [one["name"] for one in usual["receivers"]] == [one["name"] for one in example["receivers"]]
    assert all(len(one) > 1 for one in example["receivers"]), "a receiver of the example tells nobody"
    assert "REPLACE" not in json.dumps(usual)


@pytest.mark.parametrize(("severity", "receiver"), [("page", "page"), ("ticket", "ticket")])
def test_each_severity_has_its_receiver(severity: str, receiver: str) -> None:
    labels = ("alertname=Any", "service=intake", f"severity={severity}")
    done = run(AMTOOL, "config", "routes", "test", "--config.file=alertmanager.yml", *labels, folder=ALERTMANAGER)
    assert done.stdout.split() == [receiver], done.stderr


def test_only_alerts_that_there_are_keep_others_quiet(rules: dict[str, Any]) -> None:
    names = {alert["alert"] for alert in monitoring.alerts(rules)}
    for rule in load(ALERTMANAGER / "alertmanager.yml")["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            named = re.fullmatch(r'alertname=~?"([A-Za-z|]+)"', matcher)
            assert named, matcher
            assert set(named[1].split("|")) <= names


def test_alerts_are_sent_to_the_alertmanager_of_compose() -> None:
    settings = load(FOLDER / "prometheus.yml")
    (alertmanager,) = settings["alerting"]["alertmanagers"]
    compose = load(ROOT / "docker-compose.yml")
    (target,) = alertmanager["static_configs"][0]["targets"]
    name, _, port = target.partition(":")
    assert compose["services"][name]["ports"][0].endswith(f":{port}")
    assert settings["global"]["external_labels"] == {"runbooks": "${RUNBOOKS_URL}"}
    assert "RUNBOOKS_URL" in compose["services"]["prometheus"]["environment"]


def test_grafana_is_given_the_source_and_the_folder() -> None:
    source = load(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")["datasources"][0]
    assert (source["uid"], source["url"]) == ("prometheus", "http://prometheus:9090")
    provider = load(DEPLOY / "grafana/provisioning/dashboards/huiyin.yml")["providers"][0]
    assert provider["options"]["path"] == "/etc/grafana/dashboards"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("max by (service) (outbox_oldest_age_seconds) > 60", ["nobody exports outbox_oldest_age_seconds"]),
        ("a:b:rate5m > 0 or c:d:rate5m", ["nobody exports c:d:rate5m"]),
        ("rate(huiyin_event_end_to_end_seconds[5m])", ["nobody exports huiyin_event_end_to_end_seconds"]),
        ('up{jobb="huiyin"} == 0', ["no series has the label jobb"]),
        ("sum by (serivce) (huiyin_consumer_halted)", ["no series has the label serivce"]),
        ("a_total unless on (service) huiyin_consumer_halted", ["nobody exports a_total"]),
        ('sum(rate(huiyin_http_requests_total{code=~"5..", service!="x"}[$__rate_interval])) / 2.5e3 > 0.1', []),
        ("histogram_quantile(0.99, sum by (le) (rate(huiyin_event_end_to_end_seconds_bucket[5m])))", []),
    ],
)
def test_the_query_checker_finds(query: str, expected: list[str]) -> None:
    assert monitoring.query_faults(query, frozenset({"a:b:rate5m"})) == expected


Break = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        (lambda alert: alert.update(expr="nothing > 0"), "TargetDown: nobody exports nothing"),
        (lambda alert: alert["annotations"].pop("summary"), "TargetDown: has no summary"),
        (lambda alert: alert["labels"].update(severity="bad"), "TargetDown: has no severity"),
        (lambda alert: alert["annotations"].pop("runbook_url"), "TargetDown: has no section in the operations guide: "),
        (
            lambda alert: alert["annotations"].update(runbook_url=f"{monitoring.RUNBOOK}nowhere"),
            f"TargetDown: has no section in the operations guide: {monitoring.RUNBOOK}nowhere",
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
        (lambda panel: panel["targets"][0].update(expr="huiyin_build_info"), "does not keep to the place"),
        (lambda panel: panel["targets"][0].update(expr='up{job="$x"}'), "there is no variable x"),
        (lambda panel: panel["targets"][0]["datasource"].update(uid="x"), "asks another source"),
        (lambda panel: panel["links"][0].update(url="${runbooks}#nowhere"), "links to no section"),
        (lambda panel: panel.pop("description"), "has no description"),
        (lambda panel: panel["gridPos"].update(x=4), "lies over another panel"),
        (lambda panel: panel["gridPos"].update(x=22), "beyond the edge"),
    ],
)
def test_the_dashboard_checker_finds(dashboard: dict[str, Any], breaks: Break, expected: str) -> None:
    broken = copy.deepcopy(dashboard)
    breaks(broken["panels"][1])
    assert any(expected in fault for fault in monitoring.dashboard_faults(broken))
