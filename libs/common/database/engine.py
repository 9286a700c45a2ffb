"""How a service connects to PostgreSQL: what each of its connections is set to, and the pool of them."""

from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PATIENCE = 10.0
"""Seconds that somebody at the door waits for an answer, unless the settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a pool waits: ``command_seconds`` for a statement, ``patience`` is what somebody at the door has."""

    command_seconds: float
    patience: float

    @property
    def for_a_connection(self) -> float:
        """Seconds until whoever gets none of the pool is refused."""
        return self.patience * 0.3

    @property
    def to_connect(self) -> float:
        """Seconds until PostgreSQL has let a new connection in."""
        return self.patience / 2


def settings_of(schema: str, name: str, waits: Waits, *, by_index: bool) -> dict[str, str]:
    """What PostgreSQL is told when a connection begins. ``by_index``: see ``Database``."""
    return {
        "search_path": f"{schema},public",
        "application_name": f"huiyin-{name}",
        "timezone": "UTC",
        # The server gives up first: it then still has somebody to tell.
        "statement_timeout": _milliseconds(waits.command_seconds * 5 / 6),
        "lock_timeout": _milliseconds(waits.patience / 2),
        "idle_in_transaction_session_timeout": _milliseconds(waits.patience * 1.5),
        # A client that is frozen between two messages of one statement is neither idle nor at a statement's end.
        "transaction_timeout": _milliseconds(waits.command_seconds),
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "jit": "off",
        # Who asks waits for little; to wake helpers would take longer, and keep processors from others.
        "max_parallel_workers_per_gather": "0",
        # What is asked for lies in memory or on a disk without a moving head.
        "random_page_cost": "1.1",
        "enable_seqscan": "off" if by_index else "on",
    }


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def make_engine(url: URL, pool_size: int, waits: Waits, settings: dict[str, str]) -> AsyncEngine:
    """A pool of connections with these settings."""
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=waits.for_a_connection,
        pool_use_lifo=True,
        pool_pre_ping=False,
        # Transactions are begun and ended by ``Database`` itself, on the driver.
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        connect_args={
            "timeout": waits.to_connect,
            "command_timeout": waits.command_seconds,
            "server_settings": settings,
            # A list is planned for what it asks. A plan that is kept fits any place and any time, and after a few
            # times PostgreSQL takes it: one for a village without cases would then read a year of the county.
            "prepared_statement_cache_size": 0,
            # Of any length: what adds to the roll-ups is longer than the driver keeps by itself.
            "max_cacheable_statement_size": 0,
        },
    )


def _column(row: Any, name: str) -> Any:
    try:
        return row[name]
    except KeyError:
        raise AttributeError(name) from None


Row = type("Row", (asyncpg.Record,), {"__getattr__": _column, "__doc__": "A row whose columns are attributes too."})
