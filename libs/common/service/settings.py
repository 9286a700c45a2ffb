"""The environment that all services share; each adds its own in its ``settings.py``. Only ``main`` reads it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from libs.common.blobs.bucket import Bucket
from libs.common.blobs.disk import DiskBlobs
from libs.common.blobs.scanning import ClamAv, NoScanner, Scanner
from libs.common.blobs.uploads import LARGEST_UPLOAD, Uploads
from libs.common.bus.choose import BusKind
from libs.common.database.engine import PATIENCE
from libs.common.outbound.addresses import Allowed
from libs.common.retention import parse_retention
from libs.common.rules.looks import LOOKS_PER_HOUR
from libs.common.run.failpoints import check_failpoints
from libs.common.security.fingerprints import AnswerKeys
from libs.common.security.issuer import LOCAL_RULES, LocalIssuer
from libs.common.security.persons import EntryRules
from libs.common.security.principal import Role
from libs.common.security.tokens import STAFF_CLAIM, TokenRules
from libs.common.security.vault import VaultKeys
from libs.common.security.webhooks import WebhookSources
from libs.common.service.anchor_settings import AnchorSettings
from libs.common.time.clock import system_now

SettingsT = TypeVar("SettingsT", bound="CommonSettings")

_HIGHEST_PORT = 65_535
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_DATABASE_URL = "postgresql://user:password@host:port/name"


class WrongSetting(ValueError):
    """A setting is missing, half given or not valid. The message is a sentence that names it and repeats no secret."""


class ClockKind(StrEnum):
    """What makes time pass."""

    SYSTEM = "system"
    SIMULATED = "simulated"


class CommonSettings(AnchorSettings):
    """``HUIYIN_*`` variables. What is said only by half is refused at start with a sentence, not in the night.

    What is secret is a ``SecretStr``: neither an error nor the settings themselves show it.
    """

    model_config = SettingsConfigDict(
        env_prefix="HUIYIN_", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: SecretStr | None = None
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
    outbound_allow: str = ""
    """Networks by comma, such as ``10.0.0.0/8``, that may be asked besides the open internet, and without TLS."""
    jwt_issuer: str | None = None
    jwt_audience: str = "huiyin"
    staff_claim: str = STAFF_CLAIM
    """The claim of a token that names the member of staff whose account it is."""
    signing_key: SecretStr | None = None
    """Base64 of 32 bytes, several by comma, the one that signs first: of dispatch alone, which signs tokens of own
    accounts and checks them by these keys. Not looked at where tokens are of another issuer."""
    totp_roles: str = ""
    """Roles by comma, such as ``admin,auditor``, that sign in to own accounts with a code beside the password only."""
    known_staff_only: bool = False
    """Whether whoever is no outside system has to be somebody whom the register of people knows."""
    technical_accounts: str = ""
    """Subjects by comma that are programs of the office: with ``known_staff_only`` let in as admin or auditor."""
    looks_per_hour: Annotated[int, Field(ge=1, le=10_000)] = LOOKS_PER_HOUR
    """How many identities one person may look at within an hour: in intake requesters, in dispatch contacts."""
    vault_key: SecretStr | None = None
    """Base64 of 32 bytes, several by comma, the current one first; without it a key file in the data directory."""
    vault_index_key: SecretStr | None = None
    retention: str = ""
    """Days for which something is kept after its case has ended, as ``requesters=1095,files=1825``; else for ever."""
    answer_key: SecretStr | None = None
    """Base64 of 32 bytes, several by comma, for the fingerprints of requests; else a key file in the data directory."""
    webhooks: SecretStr | None = None
    """Outside systems that send signed webhooks, as JSON: ``{"hotline-12345": {"area": "330799000000", "keys":
    ["whsec_..."]}}``."""
    attachments_dir: Path | None = None
    """Where attached files are kept; without it a folder in the data directory."""
    attachments_bucket: str | None = None
    """Instead of that folder, a bucket of an S3-compatible store: ``https://host/bucket``, perhaps with a prefix."""
    bucket_region: str = "us-east-1"
    bucket_access_key: SecretStr | None = None
    bucket_secret_key: SecretStr | None = None
    attachment_max_bytes: Annotated[int, Field(ge=1024, le=2**31)] = LARGEST_UPLOAD
    clamav: str | None = None
    """``host:port`` of a ``clamd`` that looks at every file; without it files are kept as not looked at."""
    log_level: str = "INFO"
    commit: str = ""
    """What the image was built of, for ``huiyin_build_info``."""
    failpoints: str = ""
    pool_size: int = 8
    migrate: bool = True
    """Whether a process brings its own tables up to date when it starts, or waits for somebody who may."""
    stall_seconds: Annotated[float, Field(ge=2.0, le=300.0)] = 15.0
    """A worker that is frozen for so long loses what it reads and sends to the others. Kafka takes 6 s and more."""
    answer_seconds: Annotated[float, Field(ge=2.0, le=300.0)] = PATIENCE
    """Who has asked for so long is told to come again; shorter than what any proxy before the door waits."""

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, given: SecretStr | None) -> SecretStr | None:
        if given is None:
            return None
        try:
            url = make_url(given.get_secret_value())
        except (ArgumentError, ValueError):
            raise ValueError(f"must be {_DATABASE_URL}") from None
        if url.get_backend_name() not in ("postgresql", "postgres"):
            raise ValueError(f"must be {_DATABASE_URL}")
        return given

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, given: str) -> str:
        if given.upper() not in _LEVELS:
            raise ValueError(f"must be one of {', '.join(_LEVELS)}")
        return given

    @field_validator("clamav")
    @classmethod
    def _is_an_address(cls, given: str | None) -> str | None:
        host, _, port = (given or "").rpartition(":")
        if given is not None and not (host and port.isdecimal() and 0 < int(port) <= _HIGHEST_PORT):
            raise ValueError("must be host:port, such as clamav:3310")
        return given

    @model_validator(mode="after")
    def _bucket_is_whole(self) -> Self:
        if self.attachments_bucket is not None and (self.bucket_access_key is None or self.bucket_secret_key is None):
            raise ValueError("HUIYIN_ATTACHMENTS_BUCKET needs HUIYIN_BUCKET_ACCESS_KEY and HUIYIN_BUCKET_SECRET_KEY")
        try:
            self._bucket()
        except ValueError as error:
            raise ValueError(f"HUIYIN_ATTACHMENTS_BUCKET: {error}") from None
        return self

    @field_validator("outbound_allow")
    @classmethod
    def _are_networks(cls, given: str) -> str:
        Allowed.parse(given)
        return given

    @field_validator("failpoints")
    @classmethod
    def _are_failpoints(cls, given: str) -> str:
        check_failpoints(given)
        return given

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

    @field_validator("retention")
    @classmethod
    def _are_terms(cls, given: str) -> str:
        parse_retention(given)
        return given

    @field_validator("answer_key")
    @classmethod
    def _are_answer_keys(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            AnswerKeys.from_base64(given.get_secret_value())
        return given

    @field_validator("signing_key")
    @classmethod
    def _are_signing_keys(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            LocalIssuer.from_base64(given.get_secret_value(), system_now)
        return given

    @field_validator("totp_roles")
    @classmethod
    def _are_roles(cls, given: str) -> str:
        _roles(given)
        return given

    @field_validator("webhooks")
    @classmethod
    def _are_sources(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            WebhookSources.parse(given.get_secret_value())
        return given

    @model_validator(mode="after")
    def _vault_can_be_opened(self) -> Self:
        keys = self.vault_keys()
        if keys is None:
            return self
        try:
            keys.vault()
        except (ValueError, UnsupportedAlgorithm) as error:
            raise ValueError(f"HUIYIN_VAULT_KEY and HUIYIN_VAULT_INDEX_KEY: {error}") from None
        answers = self.answer_keys()
        if answers is not None and keys.everything() & set(answers.keys):
            raise ValueError("HUIYIN_ANSWER_KEY must not be a key of the vault; make one: openssl rand -base64 32")
        return self

    def vault_keys(self) -> VaultKeys | None:
        """The vault's keys that are given; None when they are to be found in the data directory."""
        if self.vault_key is None or self.vault_index_key is None:
            return None
        try:
            return VaultKeys.from_base64(self.vault_key.get_secret_value(), self.vault_index_key.get_secret_value())
        except ValueError as error:
            raise ValueError(f"HUIYIN_VAULT_KEY and HUIYIN_VAULT_INDEX_KEY: {error}") from None

    def webhook_sources(self) -> WebhookSources:
        """The outside systems that may send webhooks."""
        return WebhookSources.parse("{}" if self.webhooks is None else self.webhooks.get_secret_value())

    def _bucket(self) -> Bucket | None:
        if self.attachments_bucket is None or self.bucket_access_key is None or self.bucket_secret_key is None:
            return None
        return Bucket.at(self.attachments_bucket, self.bucket_region, self.bucket_access_key, self.bucket_secret_key)

    def outbound(self) -> Allowed:
        """What may be asked of other machines."""
        return Allowed.parse(self.outbound_allow)

    def entry_rules(self) -> EntryRules:
        """Whom the office lets in."""
        accounts = (name.strip() for name in self.technical_accounts.split(","))
        return EntryRules(self.known_staff_only, frozenset(filter(None, accounts)))

    def uploads(self) -> Uploads:
        """Where attached files are kept, who looks at them, and how large one may be."""
        scanner: Scanner = NoScanner()
        if self.clamav is not None:
            host, _, port = self.clamav.rpartition(":")
            scanner = ClamAv(host, int(port))
        folder = self.attachments_dir or self.data_dir / "attachments"
        bucket = self._bucket()
        if bucket is None:
            return Uploads(DiskBlobs(folder), scanner, self.attachment_max_bytes)
        from libs.common.blobs.s3 import S3Blobs  # noqa: PLC0415 - it takes 8 MB, and few need it

        return Uploads(S3Blobs(bucket, folder), scanner, self.attachment_max_bytes)

    def token_rules(self) -> TokenRules:
        """What a token must say here."""
        return TokenRules(
            issuer=self.jwt_issuer or LOCAL_RULES.issuer, audience=self.jwt_audience, staff_claim=self.staff_claim
        )

    def own_issuer(self) -> LocalIssuer | None:
        """Who signs tokens in this process: the keys that are given, else those of the data directory; None where keys
        to check them with come from elsewhere."""
        if self.signing_key is not None and self.signs_in_here():
            return LocalIssuer.from_base64(self.signing_key.get_secret_value(), system_now, self.token_rules())
        if self.jwks_url or self.jwks_file:
            return None
        return LocalIssuer.load_or_create(self.data_dir, system_now, self.token_rules())

    def signs_in_here(self) -> bool:
        """Whether staff have own accounts (本地账号): tokens are of the local issuer, whichever process signs them."""
        return self.token_rules().issuer == LOCAL_RULES.issuer

    def roles_with_totp(self) -> frozenset[Role]:
        """Who needs a code beside the password."""
        return _roles(self.totp_roles)

    def answer_keys(self) -> AnswerKeys | None:
        """The keys that answers are kept under, likewise."""
        return None if self.answer_key is None else AnswerKeys.from_base64(self.answer_key.get_secret_value())


def _roles(text: str) -> frozenset[Role]:
    try:
        return frozenset(Role(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(f"must be roles by comma, of {', '.join(Role)}") from None


def load_settings(kind: type[SettingsT], **given: Any) -> SettingsT:
    """The environment's settings, with what is given instead of some of them.

    Raises:
        WrongSetting: one of them cannot be used.
    """
    try:
        return kind(**given)
    except ValidationError as error:
        raise WrongSetting(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = "_".join(map(str, first["loc"])).upper()
    where = f"HUIYIN_{name}: " if name else ""
    return f"{where}{first['msg'].removeprefix('Value error, ')}"
