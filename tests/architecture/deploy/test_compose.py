"""docker-compose.yml is sound, and the checker that says so finds what is not."""

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from libs.common.bus.flow import Service
from tests.architecture.deploy import compose
from tests.architecture.deploy.files import DEPLOY, ROOT, known_settings
from tests.support.containers.compose_file import variables

FILE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def test_the_file_is_sound(document: dict[str, Any]) -> None:
    assert compose.faults(document, ROOT, known_settings()) == []


def test_the_example_environment_names_every_variable_and_no_other() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "example.env").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named == variables(FILE.read_text(encoding="utf-8"))


def test_the_example_environment_holds_no_secret() -> None:
    for line in (DEPLOY / "example.env").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if not line.startswith("#") and re.search("PASSWORD|KEY", name):
            assert value == "", f"{name} has a value"


def test_the_oidc_example_names_settings() -> None:
    text = (DEPLOY / "example.oidc.env").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=", text, flags=re.MULTILINE)) <= known_settings()


def test_each_vault_has_keys_of_its_own_which_nobody_else_holds(document: dict[str, Any]) -> None:
    held = {
        name: one["environment"]["HUIYIN_VAULT_KEY"]
        for name, one in document["services"].items()
        if "HUIYIN_VAULT_KEY" in one.get("environment", {})
    }
    assert set(held) == {f"{service}-{role}" for service in ("intake", "dispatch") for role in ("api", "worker")}
    assert held["intake-api"] == held["intake-worker"] != held["dispatch-api"] == held["dispatch-worker"]


def test_only_who_signs_people_in_and_the_issuer_hold_the_key_that_signs(document: dict[str, Any]) -> None:
    services = document["services"].items()
    holders = {name for name, one in services if "HUIYIN_SIGNING_KEY" in one.get("environment", {})}
    assert holders == {"dispatch-api", "issuer"}


def test_every_process_and_nothing_else_holds_the_answer_key(document: dict[str, Any]) -> None:
    holders = {name for name, one in document["services"].items() if "HUIYIN_ANSWER_KEY" in one.get("environment", {})}
    assert holders == {f"{service}-{role}" for service in Service for role in ("api", "worker")}


def test_each_service_has_a_database_role_of_its_own(document: dict[str, Any]) -> None:
    roles = (DEPLOY / "postgres" / "roles.sh").read_text(encoding="utf-8")
    for service in Service:
        for role in ("api", "worker"):
            url = document["services"][f"{service}-{role}"]["environment"]["HUIYIN_DATABASE_URL"]
            assert url.startswith(f"postgresql://{service}:")
        assert f" {service}" in roles


def test_what_runs_now_and_then_does_not_run_at_every_start(document: dict[str, Any]) -> None:
    for name in ("anchor", "audit", "backup"):
        assert document["services"][name]["profiles"] == [name]


def test_the_audit_has_no_key(document: dict[str, Any]) -> None:
    audit = document["services"]["audit"]["environment"]
    assert audit["HUIYIN_DATABASE_URL"].startswith("postgresql://auditor:")
    assert {"HUIYIN_VAULT_KEY", "HUIYIN_VAULT_INDEX_KEY", "HUIYIN_ANCHOR_KEY"}.isdisjoint(audit)
    holders = {name for name, one in document["services"].items() if "HUIYIN_ANCHOR_KEY" in one.get("environment", {})}
    assert holders == {"anchor"}


def test_only_the_migration_owns_the_tables(document: dict[str, Any]) -> None:
    owners = {
        name
        for name, one in document["services"].items()
        if "OWNER_DB_PASSWORD" in one.get("environment", {}).get("HUIYIN_DATABASE_URL", "")
    }
    assert owners == {"migrate"}
    for service in Service:
        for role in ("api", "worker"):
            assert document["services"][f"{service}-{role}"]["environment"]["HUIYIN_MIGRATE"] == "false"


def test_prometheus_asks_every_process(document: dict[str, Any]) -> None:
    settings = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    targets = settings["scrape_configs"][0]["static_configs"][0]["targets"]
    assert sorted(targets) == sorted(f"{service}-{role}:8600" for service in Service for role in ("api", "worker"))
    assert {target.split(":")[0] for target in targets} <= set(document["services"])


Break = Callable[[dict[str, Any]], Any]
BROKEN: dict[str, tuple[Break, str]] = {
    "a misspelt key": (lambda s: s["kafka"].update(comand=["x"]), "services.kafka.comand: Extra inputs"),
    "a value of the wrong kind": (lambda s: s["kafka"].update(ports=[9092]), "services.kafka.ports.0"),
    "no image": (lambda s: s["kafka"].pop("image"), "services.kafka.image: Field required"),
    "a moving image": (lambda s: s["kafka"].update(image="apache/kafka:latest"), "has no version"),
    "an image without a tag": (lambda s: s["kafka"].update(image="apache/kafka"), "has no version"),
    "an image that is built twice": (
        lambda s: s["intake-api"].update(build=s["migrate"]["build"]),
        "huiyin:0.1.0 is built 2 times",
    ),
    "a log without end": (lambda s: s["kafka"].pop("logging"), "kafka: its log grows without end"),
    "a neighbour that is not there": (
        lambda s: s["proxy"]["depends_on"].update(mail={"condition": "service_started"}),
        "proxy: depends on mail, which is not there",
    ),
    "waiting for health that nobody checks": (
        lambda s: s["kafka"].pop("healthcheck"),
        "intake-worker: waits for kafka to be healthy, which has no health check",
    ),
    "a process without a health check": (lambda s: s["proxy"].pop("healthcheck"), "proxy: has no health check"),
    "an unknown network": (lambda s: s["proxy"].update(networks=["outside"]), "network outside is not declared"),
    "an unknown volume": (lambda s: s["kafka"].update(volumes=["k:/x"]), "volume k is not declared"),
    "a file that is not there": (lambda s: s["proxy"].update(volumes=["./no:/x"]), "mounts ./no, which is not there"),
    "a setting that nobody reads": (
        lambda s: s["intake-api"]["environment"].update(HUIYIN_DATABSE_URL="x"),
        "HUIYIN_DATABSE_URL is no setting",
    ),
    "a secret in the file": (
        lambda s: s["grafana"]["environment"].update(GF_SECURITY_ADMIN_PASSWORD="admin"),
        "GF_SECURITY_ADMIN_PASSWORD must come from the environment",
    ),
    "a secret with a default": (
        lambda s: s["intake-api"]["environment"].update(HUIYIN_VAULT_KEY="${HUIYIN_VAULT_KEY:-aaaa}"),
        "HUIYIN_VAULT_KEY must come from the environment",
    ),
    "an answer key in the file": (
        lambda s: s["followup-api"]["environment"].update(HUIYIN_ANSWER_KEY="aaaa"),
        "HUIYIN_ANSWER_KEY must come from the environment",
    ),
    "a port for everybody": (lambda s: s["proxy"].update(ports=["8600:8080"]), "opens a port to other machines"),
    "a writable file system": (lambda s: s["intake-api"].update(read_only=False), "file system can be written"),
    "capabilities kept": (lambda s: s["intake-api"].pop("cap_drop"), "keeps capabilities"),
    "no limit of memory": (
        lambda s: s["intake-api"]["deploy"]["resources"]["limits"].pop("memory"),
        "services.intake-api.deploy.resources.limits.memory: Field required",
    ),
}


@pytest.mark.parametrize(("breaks", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_the_checker_finds(document: dict[str, Any], breaks: Break, expected: str) -> None:
    broken = copy.deepcopy(document)
    breaks(broken["services"])
    assert any(expected in fault for fault in compose.faults(broken, ROOT, known_settings()))
