"""What is wrong with a Compose file: its shape, and our own rules. Whether it comes up is tried in tests/journeys."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tests.architecture.deploy.files import is_pinned, unknown_settings
from tests.support.containers.compose_file import Compose, ComposeService, read

MAY_WRITE = frozenset({"kafka"})
"""Images that cannot run on a read-only file system."""
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|VAULT|_KEY$")


def faults(document: Mapping[str, Any], root: Path, known: frozenset[str]) -> list[str]:
    """Every fault as a sentence; an empty list when the file is sound."""
    try:
        compose = read(document)
    except ValidationError as error:
        return [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()]
    found = _builds(compose)
    for name, service in compose.services.items():
        complaints = [
            *_references(compose, service),
            *_mounts(compose, service, root),
            *_hardening(name, service),
            *_running(service),
            *_logging(service),
            *unknown_settings(set(service.environment), known),
        ]
        found += [f"{name}: {complaint}" for complaint in complaints]
    return found


def _builds(compose: Compose) -> list[str]:
    """One image is built once, however many services run it."""
    built = [service.image for service in compose.services.values() if service.build]
    return [f"{image} is built {built.count(image)} times" for image in sorted(set(built)) if built.count(image) > 1]


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


def _logging(service: ComposeService) -> list[str]:
    options = service.logging.options if service.logging else {}
    return [] if {"max-size", "max-file"} <= set(options) else ["its log grows without end"]


def _running(service: ComposeService) -> list[str]:
    if service.restart != "no" and service.healthcheck is None:
        return ["has no health check"]
    return []
