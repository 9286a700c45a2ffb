"""The environment that all services share; each adds its own in its ``settings.py``. Only ``main`` reads it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.common.bus.choose import BusKind


class ClockKind(StrEnum):
    """What makes time pass."""

    SYSTEM = "system"
    SIMULATED = "simulated"


class CommonSettings(BaseSettings):
    """``HUIYIN_*`` variables. What is said only by half is refused at start with a sentence, not in the night."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_", extra="ignore", env_ignore_empty=True)

    database_url: str | None = None
    """``postgresql://user:password@host:port/name``; without it an embedded PostgreSQL runs in the data directory."""
    bus: BusKind = BusKind.EMBEDDED
    kafka_bootstrap: str | None = None
    topic_prefix: str = ""
    partitions: int = 8
    data_dir: Path = Path(".huiyin")
    host: str = "127.0.0.1"
    port: int = 8600
    clock: ClockKind = ClockKind.SYSTEM
    jwks_url: str | None = None
    jwks_file: Path | None = None
    """Public keys that somebody put here as a JWK set, instead of an address to fetch them from."""
    jwt_issuer: str | None = None
    jwt_audience: str = "huiyin"
    vault_key: str | None = None
    """Base64 of 32 bytes, several by comma, the current one first; without it a key file in the data directory."""
    vault_index_key: str | None = None
    log_level: str = "INFO"
    commit: str = ""
    """What the image was built of, for ``huiyin_build_info``."""
    failpoints: str = ""
    pool_size: int = 8
    migrate: bool = True
    """Whether a process brings its own tables up to date when it starts, or waits for somebody who may."""
    stall_seconds: Annotated[float, Field(ge=2.0, le=300.0)] = 15.0
    """A worker that is frozen for so long loses what it reads and sends to the others. Kafka takes 6 s and more."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.bus is BusKind.KAFKA and not self.kafka_bootstrap:
            raise ValueError("HUIYIN_BUS=kafka needs HUIYIN_KAFKA_BOOTSTRAP=host:port")
        if self.jwks_url and not self.jwt_issuer:
            raise ValueError("HUIYIN_JWKS_URL needs HUIYIN_JWT_ISSUER, the `iss` that its tokens carry")
        if self.jwks_file and not self.jwks_url and not self.jwks_file.is_file():
            raise ValueError(f"HUIYIN_JWKS_FILE: there is no file {self.jwks_file}")
        if bool(self.vault_key) != bool(self.vault_index_key):
            raise ValueError("HUIYIN_VAULT_KEY and HUIYIN_VAULT_INDEX_KEY go together")
        return self
