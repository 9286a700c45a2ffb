"""What is wrong with a Compose file: its shape (what we use of the Compose specification) and our own rules."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tests.architecture.deploy.files import is_pinned, unknown_settings

Duration = Annotated[str, StringConstraints(pattern=r"^(\d+h)?(\d+m)?(\d+s)?$", min_length=2)]
Bytes = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?[kKmMgG]$")]
Variables = dict[str, str]

MAY_WRITE = frozenset({"kafka"})
"""Images that cannot run on a read-only file system."""
_REFERENCE = re.compile(r"\$\{([A-Z_]+)(:[?-][^}]*)?\}")
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|VAULT")


class Shape(BaseModel):
    """A mapping of the file; a misspelt key is a fault."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Amounts(Shape):
    """Resource amounts."""

    cpus: str | None = None
    memory: Bytes
    pids: int | None = None


class Resources(Shape):
    """Resource limits and reservations."""

    limits: Amounts
    reservations: Amounts | None = None


class Deploy(Shape):
    """The ``deploy`` key."""

    resources: Resources


class HealthCheck(Shape):
    """The ``healthcheck`` key."""

    test: list[str]
    interval: Duration
    timeout: Duration
    retries: int
    start_period: Duration
    start_interval: Duration | None = None


class Build(Shape):
    """The ``build`` key."""

    context: str
    dockerfile: str


class EnvFile(Shape):
    """One entry of ``env_file``."""

    path: str
    required: bool = True


class Need(Shape):
    """One entry of ``depends_on``."""

    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class ComposeService(Shape):
    """One service."""

    image: str
    deploy: Deploy
    networks: list[str]
    restart: Literal["no", "unless-stopped"]
    build: Build | None = None
    cap_add: list[str] = Field(default_factory=list)
    cap_drop: list[str] = Field(default_factory=list)
    command: list[str] | None = None
    depends_on: dict[str, Need] = Field(default_factory=dict)
    env_file: list[EnvFile] = Field(default_factory=list)
    environment: Variables = Field(default_factory=dict)
    healthcheck: HealthCheck | None = None
    init: bool = False
    ports: list[str] = Field(default_factory=list)
    profiles: list[str] = Field(default_factory=list)
    read_only: bool = False
    security_opt: list[str] = Field(default_factory=list)
    shm_size: Bytes | None = None
    stop_grace_period: Duration | None = None
    tmpfs: list[str] = Field(default_factory=list)
    volumes: list[str] = Field(default_factory=list)


class Network(Shape):
    """One network."""

    internal: bool = False


class Volume(Shape):
    """One volume."""


class Compose(Shape):
    """The file, without the ``x-`` keys that only hold anchors."""

    name: str
    services: dict[str, ComposeService]
    networks: dict[str, Network]
    volumes: dict[str, Volume]


def faults(document: Mapping[str, Any], root: Path, known: frozenset[str]) -> list[str]:
    """Every fault as a sentence; an empty list when the file is sound."""
    try:
        compose = Compose.model_validate({key: value for key, value in document.items() if not key.startswith("x-")})
    except ValidationError as error:
        return [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()]
    found = [f"there is no process {name}" for name in _missing_processes(compose)]
    for name, service in compose.services.items():
        complaints = [
            *_references(compose, service),
            *_mounts(compose, service, root),
            *_hardening(name, service),
            *_running(service),
            *unknown_settings(set(service.environment), known),
        ]
        found += [f"{name}: {complaint}" for complaint in complaints]
    return found


def _missing_processes(compose: Compose) -> list[str]:
    return [
        f"{service}-{role}"
        for service in ("intake", "dispatch", "followup", "analytics")
        for role in ("api", "worker")
        if (process := compose.services.get(f"{service}-{role}")) is None
        or process.command != ["python", "-m", f"services.{service}.main", role]
    ]


def _references(compose: Compose, service: ComposeService) -> list[str]:
    found = [f"network {name} is not declared" for name in service.networks if name not in compose.networks]
    for name, need in service.depends_on.items():
        other = compose.services.get(name)
        if other is None:
            found.append(f"depends on {name}, which is not there")
        elif need.condition == "service_healthy" and other.healthcheck is None:
            found.append(f"waits for {name} to be healthy, which has no health check")
    return found


def _mounts(compose: Compose, service: ComposeService, root: Path) -> list[str]:
    found = []
    for volume in service.volumes:
        source = volume.split(":")[0]
        if source.startswith("."):
            if not (root / source).exists():
                found.append(f"mounts {source}, which is not there")
        elif source not in compose.volumes:
            found.append(f"volume {source} is not declared")
    if service.build and not (root / service.build.context / service.build.dockerfile).is_file():
        found.append(f"is built from {service.build.dockerfile}, which is not there")
    return found


def _hardening(name: str, service: ComposeService) -> list[str]:
    rules = {
        f"image {service.image} has no version": is_pinned(service.image),
        "its file system can be written": service.read_only or name in MAY_WRITE,
        "keeps capabilities": service.cap_drop == ["ALL"],
        "can gain privileges": "no-new-privileges:true" in service.security_opt,
        "opens a port to other machines": all(port.startswith("127.0.0.1:") for port in service.ports),
    }
    found = [complaint for complaint, kept in rules.items() if not kept]
    for key, value in service.environment.items():
        if _SECRET.search(key) and not re.match(r"^\$\{[A-Z_]+:\?", value):
            found.append(f"{key} must come from the environment, and be required")
    return found


def _running(service: ComposeService) -> list[str]:
    if service.restart != "no" and service.healthcheck is None:
        return ["has no health check"]
    return []


def variables(text: str) -> frozenset[str]:
    """The names that the file takes from the environment of the one who starts it."""
    return frozenset(name for name, _ in _REFERENCE.findall(text))
