"""What is wrong with the Kubernetes manifests: their schema, whom they select, and our own rules.

Whether the trial starts, and finds its settings, secrets and services, is tried in tests/journeys.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

from libs.common.bus.port import TopicSpec
from tests.architecture.deploy import operator
from tests.architecture.deploy.files import is_pinned, unknown_settings
from tests.support.containers.kustomize import read_manifests

VERSION = "1.37"
WORKLOADS = frozenset({"Deployment", "StatefulSet", "Job", "CronJob"})
JOBS = frozenset({"Job", "CronJob"})
"""Workloads that end by themselves: they open no port, and nobody waits for them to be ready."""
WITHOUT_SCHEMA = frozenset({"ScaledObject", "HTTPRoute"})
"""Kinds of operators, and of the Gateway API, that Kubernetes itself does not know."""
MAY_WRITE = frozenset({"kafka"})
"""Containers whose image cannot run on a read-only file system."""
_PARTITIONS = TopicSpec("any").partitions


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document of a file."""

    file: str
    body: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return str(self.body.get("kind"))

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])

    @property
    def pod(self) -> Mapping[str, Any]:
        """The pod template of a workload."""
        spec = self.body["spec"]
        template: Mapping[str, Any] = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]
        return template


def read(folder: Path) -> list[Manifest]:
    """Every manifest below the folder, kustomizations left out."""
    return [
        Manifest(str(path.relative_to(folder)), body)
        for path in sorted(folder.rglob("*.yaml"))
        if path.name != "kustomization.yaml"
        for body in read_manifests(path)
    ]


def faults(manifests: Iterable[Manifest], known: frozenset[str]) -> list[str]:
    """Every fault as a sentence; an empty list when the manifests are sound."""
    everything = list(manifests)
    found = [fault for one in everything for fault in _shape(one)]
    if found:
        return found
    for one in everything:
        complaints = _references(one, everything)
        if one.kind in WORKLOADS:
            complaints += [*_pod_rules(one), *_container_rules(one)]
        if one.kind == "NetworkPolicy":
            complaints += _open_ways(one.body["spec"])
        if one.kind in {"ConfigMap", "Secret"}:
            complaints += unknown_settings({*one.body.get("data", {}), *one.body.get("stringData", {})}, known)
        found += [f"{one.file}: {one.kind} {one.name}: {complaint}" for complaint in complaints]
    return found


def _shape(one: Manifest) -> list[str]:
    if one.kind in WITHOUT_SCHEMA:
        return []
    operators = one.kind in operator.KINDS
    if complaint := operator.complaint(one.body) if operators else _schema_complaint(json.dumps(one.body)):
        return [f"{one.file}: {one.kind} {one.name}: {complaint}"]
    if one.kind != "Namespace" and one.body["metadata"].get("namespace") != "huiyin":
        return [f"{one.file}: {one.kind} {one.name}: is not in the namespace huiyin"]
    return []


@cache
def _schema_complaint(body: str) -> str:
    """What the schema of Kubernetes says; kept, for each look reads megabytes of definitions."""
    try:
        kubernetes_validate.validate(json.loads(body), VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        return str(error.message)
    return ""


def _references(one: Manifest, everything: list[Manifest]) -> list[str]:
    spec = one.body.get("spec", {})
    check = {
        "HorizontalPodAutoscaler": _autoscaler,
        "ScaledObject": _scaled_object,
        "PodMonitor": _pod_monitor,
        "PodDisruptionBudget": _selects_pods,
        "NetworkPolicy": _selects_pods,
        "Deployment": _workload,
        "StatefulSet": _workload,
        "CronJob": _job,
    }.get(one.kind)
    return check(spec, everything) if check else []


def _labels(everything: list[Manifest]) -> list[Mapping[str, str]]:
    return [one.pod["metadata"]["labels"] for one in everything if one.kind in WORKLOADS]


def _matches(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return selector.items() <= labels.items()


def _workload(spec: Mapping[str, Any], everything: list[Manifest]) -> list[str]:
    labels, selector = spec["template"]["metadata"]["labels"], spec["selector"]["matchLabels"]
    found = [] if _matches(selector, labels) else ["its selector does not match its own pods"]
    if sum(_matches(selector, other) for other in _labels(everything)) > 1:
        found.append("its selector matches the pods of another workload")
    return found


def _job(spec: Mapping[str, Any], _everything: list[Manifest]) -> list[str]:
    rules = {
        "may run twice at a time": spec.get("concurrencyPolicy") == "Forbid",
        "does not say in which time zone": bool(spec.get("timeZone")),
        "may run for ever": "activeDeadlineSeconds" in spec["jobTemplate"]["spec"],
    }
    return [complaint for complaint, kept in rules.items() if not kept]


def _autoscaler(spec: Mapping[str, Any], everything: list[Manifest]) -> list[str]:
    target = spec["scaleTargetRef"]
    for one in everything:
        if (one.kind, one.name) == (target["kind"], target["name"]):
            return ["its workload has a fixed number of replicas"] if "replicas" in one.body["spec"] else []
    return [f"scales {target['kind']} {target['name']}, which is not there"]


def _scaled_object(spec: Mapping[str, Any], everything: list[Manifest]) -> list[str]:
    name = spec["scaleTargetRef"]["name"]
    found = []
    if ("Deployment", name) not in {(one.kind, one.name) for one in everything}:
        found.append(f"scales Deployment {name}, which is not there")
    if spec["maxReplicaCount"] > _PARTITIONS:
        found.append(f"scales beyond the {_PARTITIONS} partitions of a topic")
    return found


def _pod_monitor(spec: Mapping[str, Any], everything: list[Manifest]) -> list[str]:
    pods = [one.pod for one in everything if one.kind in WORKLOADS]
    chosen = [pod for pod in pods if operator.chooses(spec["selector"], pod["metadata"]["labels"])]
    if not chosen:
        return ["selects no pods"]
    found = []
    for endpoint in spec["podMetricsEndpoints"]:
        for pod in chosen:
            ports = {port["name"] for container in pod["spec"]["containers"] for port in container.get("ports", [])}
            if endpoint["port"] not in ports:
                found.append(f"asks port {endpoint['port']}, which a pod does not open")
    found += [
        "takes the job's name from a label that a pod does not have"
        for pod in chosen
        if spec["jobLabel"] not in pod["metadata"]["labels"]
    ]
    return sorted(set(found))


def _selects_pods(spec: Mapping[str, Any], everything: list[Manifest]) -> list[str]:
    selector = (spec.get("podSelector") or spec.get("selector") or {}).get("matchLabels", {})
    if not any(_matches(selector, labels) for labels in _labels(everything)):
        return ["selects no pods"]
    return []


def _open_ways(spec: Mapping[str, Any]) -> list[str]:
    """Ways out that name nobody lead everywhere."""
    return ["lets out to any address" for rule in spec.get("egress", []) if not rule.get("to")]


def _pod_rules(one: Manifest) -> list[str]:
    pod = one.pod["spec"]
    security = pod.get("securityContext", {})
    rules = {
        "may run as root": security.get("runAsNonRoot") is True,
        "has no seccomp profile": security.get("seccompProfile", {}).get("type") == "RuntimeDefault",
        "mounts a service account token": pod.get("automountServiceAccountToken") is False,
        "has too little time to end": pod.get("terminationGracePeriodSeconds", 0) >= 30,
        "is not spread over nodes": one.kind != "Deployment" or bool(pod.get("topologySpreadConstraints")),
    }
    return [complaint for complaint, kept in rules.items() if not kept]


def _container_rules(one: Manifest) -> list[str]:
    found = []
    for container in one.pod["spec"]["containers"]:
        security = container.get("securityContext", {})
        rules = {
            "can gain privileges": security.get("allowPrivilegeEscalation") is False,
            "keeps capabilities": security.get("capabilities", {}).get("drop") == ["ALL"],
            "has a file system that can be written": security.get("readOnlyRootFilesystem") is True
            or container["name"] in MAY_WRITE,
            "has no limit of memory": "memory" in container.get("resources", {}).get("limits", {}),
            "asks for no processor": "cpu" in container.get("resources", {}).get("requests", {}),
            f"has an image without a version: {container['image']}": is_pinned(container["image"]),
            "does not wait for the proxies": one.kind != "Deployment" or "preStop" in container.get("lifecycle", {}),
        }
        rules |= {
            f"has no {probe}": probe in container or one.kind in JOBS
            for probe in ("startupProbe", "readinessProbe", "livenessProbe")
        }
        found += [f"container {container['name']} {complaint}" for complaint, kept in rules.items() if not kept]
    return found


def kustomization_faults(folder: Path) -> list[str]:
    """References of the kustomizations below the folder that lead nowhere, and manifests that none refers to."""
    found = []
    used: set[Path] = set()
    for path in sorted(folder.rglob("kustomization.yaml")):
        for name in _named(yaml.safe_load(path.read_text(encoding="utf-8"))):
            target = (path.parent / name).resolve()
            used.add(target)
            if not (target / "kustomization.yaml" if target.is_dir() else target).is_file():
                found.append(f"{path.relative_to(folder)}: {name} is not there")
    return found + [
        f"{path.relative_to(folder)}: is in no kustomization"
        for path in sorted(folder.rglob("*.yaml"))
        if path.name != "kustomization.yaml" and ".example." not in path.name and path.resolve() not in used
    ]


def _named(kustomization: Mapping[str, Any]) -> list[str]:
    generated = [name for one in kustomization.get("configMapGenerator", []) for name in one.get("files", [])]
    patches = [patch["path"] for patch in kustomization.get("patches", []) if "path" in patch]
    return [*kustomization.get("resources", []), *kustomization.get("components", []), *patches, *generated]
