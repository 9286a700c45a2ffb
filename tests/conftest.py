"""What any test may ask for: a database of its own, and a real Kafka broker."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from hypothesis import settings

from bench.drive.database import execute
from libs.programs.kafka import BrokerUnavailable, KafkaBroker
from libs.programs.postgres.server import EmbeddedPostgres
from tests.support.memory import folder_in_memory

settings.register_profile("no timing", deadline=None)
settings.load_profile("no timing")
"""How long an example takes says something of the machine, and nothing of the code."""

os.environ.setdefault("HUIYIN_ANSWER_SECONDS", "60")
"""A machine that stands still for a while refuses nobody: the tests of that set what they need."""

_numbers = count(1)

MakeDatabase = Callable[[str], Awaitable[str]]


def url_of(postgres: EmbeddedPostgres, name: str) -> str:
    """The DSN of a database on the server."""
    return postgres.dsn.rpartition("/")[0] + f"/{name}"


@contextmanager
def template(
    postgres: EmbeddedPostgres, name: str, prepare: Callable[[str], Awaitable[None]], like: str = "template0"
) -> Iterator[str]:
    """The name of a database that is prepared once, to be copied by many tests; dropped at the end."""

    async def make() -> None:
        await execute(postgres.dsn, f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
        await prepare(url_of(postgres, name))

    asyncio.run(make())
    yield name
    asyncio.run(execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for all tests. It does not sync to disk: a test of recovery starts its own."""
    with folder_in_memory() as folder, EmbeddedPostgres(folder, durable=False) as server:
        yield server


@pytest.fixture
async def make_database(postgres: EmbeddedPostgres) -> AsyncIterator[MakeDatabase]:
    """Make databases that go with the test: ``await make_database("template0")``, or a copy of a prepared one.

    A test module that migrates once and copies for each test saves the migrations; nobody may be connected to what
    is copied.
    """
    made: list[str] = []

    async def make(template: str = "template0") -> str:
        name = f"test_{next(_numbers)}"
        await execute(postgres.dsn, f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY FILE_COPY')
        made.append(name)
        return url_of(postgres, name)

    yield make
    for name in made:
        await execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database_url(make_database: MakeDatabase) -> str:
    """The DSN of an empty database that no other test sees."""
    return await make_database("template0")


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[KafkaBroker]:
    """One real Kafka broker for all tests, started when the first asks. Whoever kills it starts it again."""
    with folder_in_memory() as folder:
        broker = KafkaBroker(folder)
        try:
            broker.start()
        except BrokerUnavailable as error:
            pytest.fail(str(error), pytrace=False)
        yield broker
        broker.stop()


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that keeps this test's topics apart on the shared broker."""
    return f"test{next(_numbers)}."
