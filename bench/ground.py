"""What all figures of a run stand on: one PostgreSQL, one Kafka, and databases with so many cases in them.

A stock is laid once and copied for whoever needs it, so that every measurement begins with tables that nobody used.
In a folder that is kept, it is found again by the next run.
"""

import asyncio
import importlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from bench.drive.database import execute, rows
from bench.drive.house import House, Kind, eight_processes, one_process
from bench.drive.town import found_town
from libs.common.pack.schema import Pack
from libs.programs.kafka import KafkaBroker
from libs.programs.postgres.cluster import NAME
from libs.programs.postgres.server import EmbeddedPostgres

_READY_WITHIN = 300.0
"""Beside a million cases, none of them in memory yet."""
_NO_LOG = {"wal_level": "minimal", "max_wal_senders": "0"}


@dataclass(frozen=True, slots=True)
class SmallHouse:
    """One process and its own PostgreSQL; ``ready_after`` is seconds from its start on an empty folder."""

    house: House
    ready_after: float


class Ground:
    """Started when first used; :meth:`close` ends everything. The data are in ``folder``."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self._say = say
        self._broker: KafkaBroker | None = None
        self._numbers = count(1)
        self._stocked: dict[int, str] = {}
        self._small: SmallHouse | None = None
        self._left_behind: Path | None = None

    async def close(self) -> None:
        """Stop the servers."""
        await self.end_small_house()
        if self._broker is not None:
            await asyncio.to_thread(self._broker.stop)
        await asyncio.to_thread(self.postgres.stop)

    async def small_house(self) -> SmallHouse:
        """``huiyin run`` with everything embedded, as on a laptop; it stays until it is ended."""
        if self._small is None:
            house = one_process(self.folder_for(Kind.ONE))
            begun = time.monotonic()
            house.start()
            try:
                await house.ready()
            except BaseException:
                await asyncio.to_thread(house.end)
                raise
            self._small = SmallHouse(house, time.monotonic() - begun)
        return self._small

    async def end_small_house(self) -> None:
        """End it, so that it takes nothing from what is measured next."""
        if self._small is not None:
            await asyncio.to_thread(self._small.house.end)
            self._left_behind = self._small.house.folder / "postgres"
            self._small = None

    async def furnished(self) -> str:
        """A database with the tables of a house that knows the load's town; nobody is connected to it: its URL.

        What an ended small house left behind will do, where no PostgreSQL was started yet.
        """
        if self._left_behind is not None and not self.postgres.running:
            self.postgres, self._left_behind = EmbeddedPostgres(self._left_behind), None
            url = await asyncio.to_thread(self.postgres.start)
            if await _knows_two_packs(url):
                return url
        url = await self.database()
        async with self.house(Kind.ONE, url) as whole:
            # One process makes the tables and knows the pack soonest.
            await found_town(whole)
        return url

    async def broker(self) -> KafkaBroker:
        """The Kafka; topics are told apart by their prefix."""
        if self._broker is None:
            self._broker = KafkaBroker(self.folder / "kafka")
            await asyncio.to_thread(self._broker.start)
        return self._broker

    async def database(self, cases: int = 0) -> str:
        """A new database, in which nobody is yet, with a stock of so many cases: its URL."""
        return await self._create(await self._stock(cases) if cases else "template0")

    async def stock(self, cases: int) -> str:
        """The database that others are copied from, for who only reads: its URL."""
        return self._url(await self._stock(cases))

    async def lived_in(self, name: str, cases: int, *others: str) -> str:
        """The database of this name, or of another that will do, which stays as its users leave it: its URL.

        The next run finds it, too. Where there is none it is the stock of so many cases itself, not a copy, which is
        large: whoever asks for that stock later has it laid again.
        """
        await asyncio.to_thread(self.postgres.start)
        there = await self._clear()
        if found := next((one for one in (name, *others) if one in there), None):
            self._say(f"{found} is there")
            return self._url(found)
        if cases:
            await self._administer(f"ALTER DATABASE {await self._stock(cases)} RENAME TO {name}")
            del self._stocked[cases]
        else:
            await self._administer(f"CREATE DATABASE {name} TEMPLATE template0")
        return self._url(name)

    async def copy(self, url: str) -> str:
        """A copy of a database to which nobody is connected: its URL."""
        return await self._create(url.rpartition("/")[2])

    async def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        await self._administer(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def folder_for(self, name: str) -> Path:
        """A new folder for data."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))

    @asynccontextmanager
    async def house(self, kind: Kind, url: str, pack: Pack | None = None, **settings: str) -> AsyncIterator[House]:
        """A house of this kind on a database, with a pack or the demo one; started and ready, ended afterwards."""
        folder = self.folder_for(kind)
        if kind is Kind.ONE:
            house = one_process(folder, HUIYIN_DATABASE_URL=url, **settings)
            house.given_url = url
        elif kind is Kind.EIGHT_EMBEDDED:
            house = eight_processes(folder, url, **settings)
        else:
            broker = await self.broker()
            prefix = f"bench{next(self._numbers)}."
            house = eight_processes(folder, url, broker.bootstrap, HUIYIN_TOPIC_PREFIX=prefix, **settings)
            house.broker = broker
        house.postgres, house.pack = self.postgres, pack
        try:
            house.start()
            await house.ready(_READY_WITHIN)
            yield house
        finally:
            # Its database is thrown away: nobody needs to wait for a polite end.
            await asyncio.to_thread(house.end, politely=False)

    async def _stock(self, cases: int) -> str:
        if cases not in self._stocked:
            self._stocked[cases] = await self._lay(cases)
        return self._stocked[cases]

    async def _lay(self, cases: int) -> str:
        """The name of a database with a stock, for copying."""
        name = f"stock_{cases}"
        await asyncio.to_thread(self.postgres.start)
        if name in await self._clear():
            self._say(f"{cases} cases are there")
            return name
        # Imported here: only who asks for a stock has the services' tables in his process.
        laying: Any = importlib.import_module("bench.stock")
        begun = time.monotonic()
        url = await self._create("template0")
        self._say(f"laying a stock of {cases} cases")
        async with self._without_log():
            await laying.stock(url, cases)
        # Only one that is complete has the name.
        await self._administer(f"ALTER DATABASE {url.rpartition('/')[2]} RENAME TO {name}")
        self._say(f"{cases} cases laid in {time.monotonic() - begun:.0f} s")
        return name

    @asynccontextmanager
    async def _without_log(self) -> AsyncIterator[None]:
        """Meanwhile the rows of a table that its transaction has emptied or made are not written to the log as well."""
        try:
            await self._begin_again(*(f"ALTER SYSTEM SET {name} = {value}" for name, value in _NO_LOG.items()))
            yield
        finally:
            await self._begin_again(*(f"ALTER SYSTEM RESET {name}" for name in _NO_LOG))

    async def _begin_again(self, *commands: str) -> None:
        await execute(self.postgres.dsn, *commands)
        await asyncio.to_thread(self.postgres.stop)
        await asyncio.to_thread(self.postgres.start)

    async def _clear(self) -> set[str]:
        """The names of the databases, once those are gone that a run before, in the same folder, left behind."""
        mine = f"bench_{os.getpid()}_"
        names = {row["datname"] for row in await rows(self.postgres.dsn, "SELECT datname FROM pg_database")}
        left = [name for name in names if name.startswith("bench_") and not name.startswith(mine)]
        await execute(self.postgres.dsn, *(f"DROP DATABASE {name} WITH (FORCE)" for name in left))
        return names

    async def _create(self, template: str) -> str:
        await asyncio.to_thread(self.postgres.start)
        name = f"bench_{os.getpid()}_{next(self._numbers)}"
        await self._administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"{self.postgres.dsn.removesuffix(NAME)}{name}"

    async def _administer(self, command: str) -> None:
        await execute(self.postgres.dsn, command)


async def _knows_two_packs(url: str) -> bool:
    """Whether the pack with the town came after the county's own."""
    return bool((await rows(url, "SELECT count(*) > 1 FROM intake.pack"))[0][0])
