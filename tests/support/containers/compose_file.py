"""A Compose file: its shape (what we use of the Compose specification; a misspelt key is a fault) and its variables."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Duration = Annotated[str, StringConstraints(pattern=r"^(\d+h)?(\d+m)?(\d+s)?$", min_length=2)]
Bytes = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?[kKmMgG]$")]
Variables = dict[str, str]

REFERENCE = re.compile(r"\$\$|\$\{(?P<name>[A-Z_]+)(?:(?P<how>:?[?-])(?P<more>[^}]*))?\}")


class Shape(BaseModel):
    """A mapping of the file."""

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


class Logging(Shape):
    """The ``logging`` key."""

    driver: Literal["json-file", "local"]
    options: Variables


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
    logging: Logging | None = None
    ports: list[str] = Field(default_factory=list)
    profiles: list[str] = Field(default_factory=list)
    pull_policy: Literal["never"] | None = None
    read_only: bool = False
    security_opt: list[str] = Field(default_factory=list)
    shm_size: Bytes | None = None
    stop_grace_period: Duration | None = None
    tmpfs: list[str] = Field(default_factory=list)
    volumes: list[str] = Field(default_factory=list)


class NetworkEntry(Shape):
    """One network."""

    internal: bool = False


class VolumeEntry(Shape):
    """One volume."""


class Compose(Shape):
    """The file, without the ``x-`` keys that only hold anchors."""

    name: str
    services: dict[str, ComposeService]
    networks: dict[str, NetworkEntry]
    volumes: dict[str, VolumeEntry]


def read(document: Mapping[str, Any]) -> Compose:
    """The file as it stands, references and all. Raises ValidationError."""
    return Compose.model_validate({key: value for key, value in document.items() if not key.startswith("x-")})


def interpolated(value: Any, given: Mapping[str, str]) -> Any:
    """The document with the variables of whoever starts it.

    Raises:
        LookupError: one that is required is missing or empty; says the file's own words.
    """
    if isinstance(value, dict):
        return {key: interpolated(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [interpolated(one, given) for one in value]
    return REFERENCE.sub(lambda found: _replaced(found, given), value) if isinstance(value, str) else value


def _replaced(found: re.Match[str], given: Mapping[str, str]) -> str:
    if found[0] == "$$":
        return "$"
    name, how, more = found["name"], found["how"] or "", found["more"] or ""
    value = given.get(name)
    if value is not None and (value or not how.startswith(":")):
        return value
    if how.endswith("?"):
        raise LookupError(f"required variable {name} is missing a value: {more}")
    return more


def variables(text: str) -> frozenset[str]:
    """The names that the file takes from the environment of the one who starts it."""
    return frozenset(found["name"] for found in REFERENCE.finditer(text) if found["name"])


def env_file(text: str) -> Variables:
    """The variables of an environment file."""
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))
