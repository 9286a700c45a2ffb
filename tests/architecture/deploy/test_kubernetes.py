"""The Kubernetes manifests are sound, and the checker that says so finds what is not."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.common.bus.flow import Service
from tests.architecture.deploy import kubernetes, operator
from tests.architecture.deploy.files import DEPLOY, known_settings
from tests.architecture.deploy.kubernetes import Manifest

FOLDER = DEPLOY / "k8s"


@pytest.fixture(scope="module")
def manifests() -> list[Manifest]:
    return kubernetes.read(FOLDER)


def test_the_manifests_are_sound(manifests: list[Manifest]) -> None:
    assert kubernetes.faults(manifests, known_settings()) == []


def test_each_kustomization_refers_to_files_and_each_file_is_referred_to() -> None:
    assert kubernetes.kustomization_faults(FOLDER) == []


def test_a_reference_to_nothing_and_a_forgotten_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml, sub]\npatches: [{path: b.yaml}]\n", "utf-8")
    (tmp_path / "forgotten.yaml").write_text("kind: Service\n", "utf-8")
    (tmp_path / "secrets.example.yaml").write_text("kind: Secret\n", "utf-8")
    (tmp_path / "sub").mkdir()
    assert kubernetes.kustomization_faults(tmp_path) == [
        "kustomization.yaml: a.yaml is not there",
        "kustomization.yaml: sub is not there",
        "kustomization.yaml: b.yaml is not there",
        "forgotten.yaml: is in no kustomization",
    ]


@pytest.mark.parametrize("folder", ["base", "components/keda"])
def test_the_files_of_the_services_differ_in_the_name_only(folder: str) -> None:
    intake = (FOLDER / folder / "intake.yaml").read_text(encoding="utf-8")
    for service in Service:
        text = (FOLDER / folder / f"{service}.yaml").read_text(encoding="utf-8")
        assert text == intake.replace("intake", service)


def test_every_service_has_an_api_and_a_worker(manifests: list[Manifest]) -> None:
    commands = [one.pod["spec"]["containers"][0]["command"] for one in manifests if one.kind == "Deployment"]
    expected = [["python", "-m", f"services.{service}.main", role] for service in Service for role in ("api", "worker")]
    assert sorted(commands) == sorted(expected)


def test_who_says_that_a_request_came_by_tls_is_believed_where_only_the_door_gets_in(manifests: list[Manifest]) -> None:
    settings = next(one for one in manifests if one.kind == "ConfigMap" and one.name == "huiyin-settings")
    assert settings.body["data"]["FORWARDED_ALLOW_IPS"] == "*"
    opened = [one for one in manifests if one.kind == "NetworkPolicy" and "Ingress" in one.body["spec"]["policyTypes"]]
    to_apis = [
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for one in opened
        for rule in one.body["spec"].get("ingress", ())
        for peer in rule["from"]
        if "namespaceSelector" in peer
    ]
    assert set(to_apis) == {"envoy-gateway-system", "ingress-nginx", "monitoring"}


def test_no_service_reads_the_secret_of_another(manifests: list[Manifest]) -> None:
    for one in manifests:
        if one.kind == "Deployment":
            sources = one.pod["spec"]["containers"][0]["envFrom"]
            secrets = [source["secretRef"]["name"] for source in sources if "secretRef" in source]
            assert secrets == [f"huiyin-{one.body['metadata']['labels']['app.kubernetes.io/name']}"]


def test_every_service_has_an_answer_key_and_those_with_a_vault_its_keys(manifests: list[Manifest]) -> None:
    of_all, of_a_vault = (
        {"HUIYIN_DATABASE_URL", "HUIYIN_ANSWER_KEY"},
        {"HUIYIN_VAULT_KEY", "HUIYIN_VAULT_INDEX_KEY"},
    )
    beside = {Service.INTAKE: of_a_vault, Service.DISPATCH: of_a_vault | {"HUIYIN_SIGNING_KEY"}}
    for service in Service:
        (secret,) = [one for one in manifests if one.name == f"huiyin-{service}" and one.kind == "Secret"]
        assert set(secret.body["stringData"]) == of_all | beside.get(service, set())


def test_the_audit_runs_every_night_and_has_no_key(manifests: list[Manifest]) -> None:
    (audit,) = [one for one in manifests if one.kind == "CronJob" and one.name == "audit"]
    assert audit.body["spec"]["schedule"] == "0 3 * * *"
    assert audit.pod["spec"]["restartPolicy"] == "Never"
    secret = next(one for one in manifests if one.name == "huiyin-audit")
    assert set(secret.body["stringData"]) == {"HUIYIN_DATABASE_URL"}


def test_anchors_are_taken_before_the_audit_by_whoever_alone_has_their_key(manifests: list[Manifest]) -> None:
    (anchor,) = [one for one in manifests if one.kind == "CronJob" and one.name == "anchor"]
    assert anchor.body["spec"]["schedule"] == "40 2 * * *"
    secrets = [one for one in manifests if one.kind == "Secret" and "HUIYIN_ANCHOR_KEY" in one.body["stringData"]]
    assert [one.name for one in secrets] == ["huiyin-anchor"]
    users = [one.name for one in manifests if "'huiyin-anchor'" in str(one.body.get("spec"))]
    assert users == ["anchor"]


def test_the_monitor_asks_every_process_and_no_job(manifests: list[Manifest]) -> None:
    (monitor,) = [one for one in manifests if one.kind == "PodMonitor"]
    selector = monitor.body["spec"]["selector"]
    asked = {
        one.name
        for one in manifests
        if one.kind in kubernetes.WORKLOADS and operator.chooses(selector, one.pod["metadata"]["labels"])
    }
    assert asked == {f"{service}-{role}" for service in Service for role in ("api", "worker")}


def test_the_links_of_alerts_are_put_together_in_one_place(manifests: list[Manifest]) -> None:
    component = yaml.safe_load((FOLDER / "components/monitoring/kustomization.yaml").read_text(encoding="utf-8"))
    (replacement,) = component["replacements"]
    (target,) = replacement["targets"]
    assert target["options"] == {"delimiter": "#", "index": 0}
    assert target["fieldPaths"] == ["spec.groups.*.rules.*.annotations.runbook_url"]
    (rule,) = [one for one in manifests if one.kind == target["select"]["kind"]]
    assert rule.name == target["select"]["name"]
    urls = [
        one["annotations"]["runbook_url"]
        for group in rule.body["spec"]["groups"]
        for one in group["rules"]
        if "alert" in one
    ]
    assert urls
    assert all(url.count("#") == 1 for url in urls)
    source = replacement["source"]
    (place,) = [one for one in manifests if (one.kind, one.name) == (source["kind"], source["name"])]
    assert place.body["data"][source["fieldPath"].removeprefix("data.")].startswith("https://")
    assert place.body["metadata"]["annotations"] == {"config.kubernetes.io/local-config": "true"}


def test_only_the_migration_has_the_owner_of_the_tables(manifests: list[Manifest]) -> None:
    holders = {
        one.name
        for one in manifests
        if one.kind in kubernetes.WORKLOADS
        for container in one.pod["spec"]["containers"]
        for source in container.get("envFrom", [])
        if source.get("secretRef", {}).get("name") == "huiyin-owner"
    }
    assert holders == {"migrate"}
    settings = next(one for one in manifests if one.name == "huiyin-settings" and one.file.startswith("base/"))
    assert settings.body["data"]["HUIYIN_MIGRATE"] == "false"


def test_a_pod_may_be_asked_before_a_pack_is_known_and_lives_without_a_database(manifests: list[Manifest]) -> None:
    for one in manifests:
        if one.kind == "Deployment":
            container = one.pod["spec"]["containers"][0]
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz?exclude=pack"
            assert {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness")} == {"/healthz"}


def test_the_namespace_is_restricted_and_closed_by_default(manifests: list[Manifest]) -> None:
    namespace = next(one for one in manifests if one.kind == "Namespace")
    assert namespace.body["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    closed = next(one for one in manifests if one.name == "default-deny")
    assert closed.body["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_secrets_are_examples_only(manifests: list[Manifest]) -> None:
    for one in manifests:
        if one.kind == "Secret":
            assert one.file.endswith(".example.yaml")
            assert all("REPLACE" in value for value in one.body["stringData"].values())


Break = Callable[[dict[str, Any]], Any]


def container(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["spec"]["template"]["spec"]["containers"][0]
    return found


BROKEN: dict[str, tuple[str, str, Break, str]] = {
    "a misspelt key": ("Deployment", "intake-api", lambda b: b["spec"].update(replica=2), "unexpected"),
    "a value of the wrong kind": ("Deployment", "intake-worker", lambda b: b["spec"].update(replicas="two"), "integer"),
    "another namespace": (
        "Service", "intake-api", lambda b: b["metadata"].update(namespace="x"), "not in the namespace huiyin",
    ),
    "a selector that misses": (
        "Deployment", "intake-api",
        lambda b: b["spec"]["selector"]["matchLabels"].update({"app.kubernetes.io/name": "x"}),
        "does not match its own pods",
    ),
    "a selector that takes too much": (
        "Deployment", "intake-api",
        lambda b: b["spec"]["selector"]["matchLabels"].pop("app.kubernetes.io/component"),
        "matches the pods of another workload",
    ),
    "an autoscaler of nothing": (
        "HorizontalPodAutoscaler", "intake-api",
        lambda b: b["spec"]["scaleTargetRef"].update(name="x"), "scales Deployment x",
    ),
    "an autoscaler that is fought": (
        "Deployment", "intake-api", lambda b: b["spec"].update(replicas=2), "fixed number of replicas",
    ),
    "more workers than partitions": (
        "ScaledObject", "intake-worker", lambda b: b["spec"].update(maxReplicaCount=9), "beyond the 8 partitions",
    ),
    "a scaled object of nothing": (
        "ScaledObject", "intake-worker",
        lambda b: b["spec"]["scaleTargetRef"].update(name="x"), "scales Deployment x",
    ),
    "a monitor of nothing": (
        "PodMonitor", "huiyin", lambda b: b["spec"]["selector"]["matchLabels"].update(x="y"), "selects no pods",
    ),
    "a monitor of a closed port": (
        "PodMonitor", "huiyin", lambda b: b["spec"]["podMetricsEndpoints"][0].update(port="admin"), "asks port admin",
    ),
    "a monitor whose job has no name": (
        "PodMonitor", "huiyin", lambda b: b["spec"].update(jobLabel="x"), "from a label that a pod does not have",
    ),
    "a monitor with a misspelt field": (
        "PodMonitor", "huiyin",
        lambda b: b["spec"]["podMetricsEndpoints"][0]["relabelings"][0].update(sourceLabel=["x"]),
        "relabelings.0.sourceLabel: Extra inputs",
    ),
    "a rule with a misspelt field": (
        "PrometheusRule", "huiyin", lambda b: b["spec"]["groups"][0]["rules"][0].update(forr="1m"), "forr: Extra",
    ),
    "a rule that is neither": (
        "PrometheusRule", "huiyin", lambda b: b["spec"]["groups"][0]["rules"][0].pop("alert"), "an alert or recorded",
    ),
    "a budget for nothing": (
        "PodDisruptionBudget", "intake-api",
        lambda b: b["spec"]["selector"]["matchLabels"].update(x="y"), "selects no pods",
    ),
    "a way out to everywhere": (
        "NetworkPolicy", "api-to-oidc", lambda b: b["spec"]["egress"][0].pop("to"), "lets out to any address",
    ),
    "a network policy for nothing": (
        "NetworkPolicy", "api-to-oidc",
        lambda b: b["spec"]["podSelector"]["matchLabels"].update(x="y"), "selects no pods",
    ),
    "a setting that nobody reads": (
        "ConfigMap", "huiyin-settings", lambda b: b["data"].update(HUIYIN_HOTS="x"), "HUIYIN_HOTS is no setting",
    ),
    "root": (
        "Deployment", "intake-api",
        lambda b: b["spec"]["template"]["spec"]["securityContext"].pop("runAsNonRoot"), "may run as root",
    ),
    "no seccomp profile": (
        "Deployment", "intake-api",
        lambda b: b["spec"]["template"]["spec"]["securityContext"].pop("seccompProfile"), "no seccomp profile",
    ),
    "a token in the pod": (
        "Deployment", "intake-api",
        lambda b: b["spec"]["template"]["spec"].pop("automountServiceAccountToken"), "service account token",
    ),
    "no time to end": (
        "Deployment", "intake-api",
        lambda b: b["spec"]["template"]["spec"].update(terminationGracePeriodSeconds=5), "too little time",
    ),
    "all on one node": (
        "Deployment", "intake-api",
        lambda b: b["spec"]["template"]["spec"].pop("topologySpreadConstraints"), "not spread over nodes",
    ),
    "privileges to gain": (
        "Deployment", "intake-api",
        lambda b: container(b)["securityContext"].pop("allowPrivilegeEscalation"), "can gain privileges",
    ),
    "capabilities kept": (
        "Deployment", "intake-api",
        lambda b: container(b)["securityContext"].pop("capabilities"), "keeps capabilities",
    ),
    "a writable file system": (
        "Deployment", "intake-api",
        lambda b: container(b)["securityContext"].update(readOnlyRootFilesystem=False), "can be written",
    ),
    "no limit of memory": (
        "Deployment", "intake-api", lambda b: container(b)["resources"]["limits"].pop("memory"), "no limit of memory",
    ),
    "no request of processor": (
        "Deployment", "intake-api", lambda b: container(b)["resources"].pop("requests"), "asks for no processor",
    ),
    "a moving image": (
        "Deployment", "intake-api", lambda b: container(b).update(image="huiyin:latest"), "image without a version",
    ),
    "no wait for the proxies": (
        "Deployment", "intake-api", lambda b: container(b).pop("lifecycle"), "does not wait for the proxies",
    ),
    "no startup probe": ("Deployment", "intake-api", lambda b: container(b).pop("startupProbe"), "no startupProbe"),
    "no readiness probe": (
        "Deployment", "intake-worker", lambda b: container(b).pop("readinessProbe"), "no readinessProbe",
    ),
    "an audit beside an audit": (
        "CronJob", "audit", lambda b: b["spec"].update(concurrencyPolicy="Allow"), "may run twice at a time",
    ),
    "a night that is nobody's": ("CronJob", "audit", lambda b: b["spec"].pop("timeZone"), "in which time zone"),
    "an audit without end": (
        "CronJob", "audit", lambda b: b["spec"]["jobTemplate"]["spec"].pop("activeDeadlineSeconds"), "run for ever",
    ),
    "no liveness probe": ("StatefulSet", "kafka", lambda b: container(b).pop("livenessProbe"), "no livenessProbe"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "breaks", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_the_checker_finds(manifests: list[Manifest], kind: str, name: str, breaks: Break, expected: str) -> None:
    broken = [Manifest(one.file, copy.deepcopy(dict(one.body))) for one in manifests]
    for one in broken:
        if (one.kind, one.name) == (kind, name):
            breaks(dict(one.body))
    assert any(expected in fault for fault in kubernetes.faults(broken, known_settings()))
