"""A process of one service in a cluster: ``python -m services.<service>.main api|worker``."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from libs.common import metrics
from libs.common.bus.choose import open_bus
from libs.common.host.service import VERSION, Resources, RunningService
from libs.common.logs import configure_logs
from libs.common.outbound.fetch import Outbound, PinnedOutbound
from libs.common.run import event_loop
from libs.common.run.failpoints import arm
from libs.common.security.fingerprints import load_or_create_answer_keys
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.jwks import JwksClient
from libs.common.security.keyset import KeySet, NotAKeySet
from libs.common.security.own_accounts import OwnAccounts
from libs.common.security.tokens import JwtVerifier, TokenVerifier
from libs.common.security.vault import Vault, VaultKeys, load_or_create_keys
from libs.common.service.settings import ClockKind, CommonSettings, SettingsT, WrongSetting, load_settings
from libs.common.service.spec import ServiceSpec
from libs.common.time.clock import Clock, SystemClock, system_now


class ProcessRole(StrEnum):
    """What a process of a service does."""

    API = "api"
    WORKER = "worker"


def open_vault(settings: CommonSettings, *, keeps_secrets: bool = True) -> Vault:
    """The vault's keys from the environment, else from the data directory; for a service that seals nothing, any."""
    given = settings.vault_keys()
    if given is not None:
        return given.vault()
    return load_or_create_keys(settings.data_dir).vault() if keeps_secrets else VaultKeys.passing().vault()


def open_verifier(settings: CommonSettings, outbound: Outbound, issuer: LocalIssuer | None) -> TokenVerifier:
    """Tokens of this process's own issuer, else of the OIDC provider that is named, else by the keys in a file."""
    if issuer is not None:
        return LocalVerifier(issuer, system_now)
    if settings.jwks_url:
        return JwtVerifier(JwksClient(settings.jwks_url, outbound), settings.token_rules(), system_now)
    if settings.jwks_file:
        return JwtVerifier(read_keys(settings.jwks_file), settings.token_rules(), system_now)
    raise ValueError("no issuer, no address and no file: there is nothing to check tokens with")


def open_own_accounts(settings: CommonSettings, issuer: LocalIssuer | None) -> OwnAccounts | None:
    """What signs staff in, in a process that may."""
    if issuer is None or not settings.signs_in_here():
        return None
    return OwnAccounts(issuer, settings.roles_with_totp())


def begin(settings: CommonSettings, service: str | None = None) -> None:
    """What a process does before anything else: how it logs, what it is made of, where it is told to fail."""
    configure_logs(settings.log_level, service=service)
    metrics.tell_build(VERSION, settings.commit)
    arm(settings.failpoints)


def read_keys(file: Path) -> KeySet:
    """The public keys of a JWK set in a file.

    Raises:
        NotAKeySet: it holds none.
        OSError: it cannot be read.
    """
    try:
        keys = KeySet.parse(json.loads(file.read_bytes()))
    except ValueError as error:
        raise NotAKeySet(f"{file} is no JWK set ({error}); `huiyin jwks` writes one") from error
    if not len(keys):
        raise NotAKeySet(f"{file} holds no key that may check signatures; `huiyin jwks` writes one")
    return keys


def as_stated(spec: ServiceSpec, _settings: CommonSettings) -> ServiceSpec:
    """For a service in which no setting of its own changes what it is."""
    return spec


def run_service(
    spec: ServiceSpec,
    kind: type[SettingsT],
    *,
    with_settings: Callable[[ServiceSpec, SettingsT], ServiceSpec] = as_stated,
) -> None:
    """The body of a service's ``main``; ends with a sentence and status 2 when it cannot start as it was told to."""
    try:
        role = ProcessRole(*sys.argv[1:])
    except (TypeError, ValueError):
        _refuse(f"usage: python -m services.{spec.service}.main api|worker")
    try:
        settings = load_settings(kind)
    except WrongSetting as error:
        _refuse(str(error))
    url = _checked(spec, settings)
    begin(settings, str(spec.service))
    try:
        event_loop.run(_run(with_settings(spec, settings), settings, role, url))
    except NotAKeySet as error:
        _refuse(f"HUIYIN_JWKS_FILE: {error}")


def _checked(spec: ServiceSpec, settings: CommonSettings) -> str:
    """The database's address, when the settings will do for a process among others."""
    if settings.database_url is None:
        _refuse("HUIYIN_DATABASE_URL is not set: a single service needs a PostgreSQL; `huiyin run` brings its own")
    if settings.clock is ClockKind.SIMULATED:
        _refuse("HUIYIN_CLOCK=simulated works in one process only: use `huiyin run`")
    if spec.keeps_secrets and settings.vault_key is None:
        _refuse(
            "HUIYIN_VAULT_KEY and HUIYIN_VAULT_INDEX_KEY are not set: a key made here could be lost with this machine, "
            "and all that is sealed with it. Make them once: openssl rand -base64 32"
        )
    if settings.answer_key is None:
        _refuse(
            "HUIYIN_ANSWER_KEY is not set: all processes of a service need the same one, or a request that is repeated "
            "at another of them is done twice. Make it once: openssl rand -base64 32"
        )
    return settings.database_url.get_secret_value()


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)  # noqa: T201 - nothing is configured yet, and a person reads it
    sys.exit(2)


async def _run(spec: ServiceSpec, settings: CommonSettings, role: ProcessRole, url: str) -> None:
    async with open_resources(settings, url, SystemClock(), keeps_secrets=spec.keeps_secrets) as resources:
        await _serve_role(RunningService(spec, resources), settings, role)


@asynccontextmanager
async def open_resources(
    settings: CommonSettings, url: str, clock: Clock, *, keeps_secrets: bool = True
) -> AsyncIterator[Resources]:
    """What services stand on, as the settings say; closed at the end."""
    bus = open_bus(
        settings.bus,
        database_url=url,
        kafka_bootstrap=settings.kafka_bootstrap,
        stall_seconds=settings.stall_seconds,
    )
    issuer = settings.own_issuer()
    async with PinnedOutbound(settings.outbound()) as outbound:
        try:
            yield Resources(
                url=url,
                bus=bus,
                clock=clock,
                verifier=open_verifier(settings, outbound, issuer),
                vault=open_vault(settings, keeps_secrets=keeps_secrets),
                answer_keys=settings.answer_keys() or load_or_create_answer_keys(settings.data_dir),
                topic_prefix=settings.topic_prefix,
                partitions=settings.partitions,
                pool_size=settings.pool_size,
                stall_seconds=settings.stall_seconds,
                answer_seconds=settings.answer_seconds,
                webhooks=settings.webhook_sources(),
                uploads=settings.uploads(),
                accounts=open_own_accounts(settings, issuer),
                signs_in_here=settings.signs_in_here(),
                entry=settings.entry_rules(),
                looks_per_hour=settings.looks_per_hour,
            )
        finally:
            await bus.close()


async def _serve_role(service: RunningService, settings: CommonSettings, role: ProcessRole) -> None:
    service.start(work=role is ProcessRole.WORKER, migrates=settings.migrate)
    try:
        await serve(service.app(), settings.host, settings.port)
    finally:
        await service.stop()


class _Server(uvicorn.Server):
    """Says when it listens, and leaves it to us to end the process: everything behind it is stopped in turn first."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._asked_to_end = asyncio.Event()

    async def main_loop(self) -> None:
        """As uvicorn's, but it looks once a second instead of ten times, which was most of what rest cost a process.

        How late it looks is what every request waits for on top of its own work.
        """
        loop, tenths = asyncio.get_running_loop(), 0
        while not await self.on_tick(tenths):
            tenths += 10
            due = loop.time() + 1.0
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._asked_to_end.wait()
            metrics.EVENT_LOOP_LAG_SECONDS.observe(max(0.0, loop.time() - due))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end at once."""
        super().handle_exit(sig, frame)
        self._asked_to_end.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the serving politely; a second one ends it at once."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def nobody_waits() -> None:
    """For a server whose start is of no interest to the code that began it."""


async def serve(app: ASGIApp, host: str, port: int, *, ready: Callable[[], None] = nobody_waits) -> None:
    """Answer HTTP until SIGINT or SIGTERM; requests under way are finished first, for at most 10 s."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=10,
        timeout_keep_alive=65,
        backlog=2048,
    )
    await _Server(config, ready).serve()
