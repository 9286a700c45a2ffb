"""How a service connects to PostgreSQL: what each of its connections is set to, and the pool of them."""

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def settings_of(schema: str, name: str, command_seconds: float, *, by_index: bool) -> dict[str, str]:
    """What PostgreSQL is told when a connection begins. ``by_index``: see ``Database``."""
    return {
        "search_path": f"{schema},public",
        "application_name": f"huiyin-{name}",
        "timezone": "UTC",
        # The server gives up first: it then still has somebody to tell.
        "statement_timeout": str(int(command_seconds * 1000 * 5 / 6)),
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": "15000",
        # A client that is frozen between two messages of one statement is neither idle nor at a statement's end.
        "transaction_timeout": str(int(command_seconds * 1000)),
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


def make_engine(url: URL, pool_size: int, command_seconds: float, settings: dict[str, str]) -> AsyncEngine:
    """A pool of connections with these settings."""
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=3,
        pool_use_lifo=True,
        pool_pre_ping=False,
        # Transactions are begun and ended by ``Database`` itself, on the driver.
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        connect_args={
            "timeout": 5,
            "command_timeout": command_seconds,
            "server_settings": settings,
            # A list is planned for what it asks. A plan that is kept fits any place and any time, and after a few
            # times PostgreSQL takes it: one for a village without cases would then read a year of the county.
            "prepared_statement_cache_size": 0,
            # Of any length: what adds to the roll-ups is longer than the driver keeps by itself.
            "max_cacheable_statement_size": 0,
        },
    )
