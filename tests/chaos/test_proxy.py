"""The spoiled line itself: each of its faults does what it says, on a server that echoes and on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.chaos.proxy import Proxy, is_commit, messages
from tests.support.eventually import eventually
from tests.support.listening import Listening


class Echo:
    """A server that says everything back."""

    def __init__(self) -> None:
        self.heard = b""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            self.heard += data
            writer.write(data)
            await writer.drain()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def line(echo: Echo) -> AsyncIterator[Proxy]:
    async with Listening(echo.answer) as server, Proxy("127.0.0.1", server.port) as proxy:
        yield proxy


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(proxy: Proxy) -> Ends:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def say(ends: Ends, text: bytes) -> bytes:
    reader, writer = ends
    writer.write(text)
    async with asyncio.timeout(10):
        return await reader.readexactly(len(text))


async def nothing_comes(ends: Ends, text: bytes) -> bool:
    ends[1].write(text)
    try:
        async with asyncio.timeout(0.2):
            return await ends[0].read(1) == b"never"
    except TimeoutError:
        return True


async def is_reset(ends: Ends) -> bool:
    try:
        async with asyncio.timeout(10):
            return await ends[0].read(1) == b"never"
    except ConnectionResetError:
        return True


async def test_what_is_sent_passes_both_ways(line: Proxy) -> None:
    ends = await connect(line)
    assert await say(ends, b"x" * 200_000) == b"x" * 200_000
    ends[1].close()
    await eventually(lambda: line.open == 0, what="the line closed behind its client")


async def test_a_slow_line_and_a_sliced_one_change_no_byte(line: Proxy, echo: Echo) -> None:
    ends = await connect(line)
    line.slow(0.05)
    before = asyncio.get_running_loop().time()
    assert await say(ends, b"slow") == b"slow"
    assert asyncio.get_running_loop().time() - before >= 0.1
    line.slice()
    assert await say(ends, b"one by one" * 50) == b"one by one" * 50
    assert echo.heard == b"slow" + b"one by one" * 50
    ends[1].close()


async def test_a_black_hole_holds_old_and_new_connections_and_lets_late_bytes_through_when_it_ends(line: Proxy) -> None:
    old = await connect(line)
    await say(old, b"a")
    line.black_hole()
    new = await connect(line)
    assert await nothing_comes(old, b"b")
    assert await nothing_comes(new, b"c")
    line.heal()
    assert await old[0].readexactly(1) == b"b"
    assert await new[0].readexactly(1) == b"c"
    for ends in (old, new):
        ends[1].close()


async def test_a_reset_ends_what_is_open_and_a_refusing_line_whatever_comes(line: Proxy) -> None:
    old = await connect(line)
    await say(old, b"a")
    line.reset()
    assert await is_reset(old)
    new = await connect(line)
    assert await say(new, b"b") == b"b"
    line.refuse()
    assert await is_reset(new)
    assert await is_reset(await connect(line))
    line.heal()
    last = await connect(line)
    assert await say(last, b"c") == b"c"
    last[1].close()


async def test_a_half_open_connection_takes_everything_and_never_answers(line: Proxy, echo: Echo) -> None:
    old = await connect(line)
    await say(old, b"a")
    line.half_open()
    assert await nothing_comes(old, b"lost")
    new = await connect(line)
    assert await say(new, b"b") == b"b"
    assert echo.heard == b"ab"
    for ends in (old, new):
        ends[1].close()


async def test_a_line_is_cut_once_enough_came_through(line: Proxy) -> None:
    line.cut_after(100)
    ends = await connect(line)
    assert await say(ends, b"x" * 100) == b"x" * 100
    ends[1].write(b"y")
    assert await is_reset(ends)


@pytest.mark.parametrize("carried_out", [True, False])
async def test_the_answer_to_a_commit_is_lost_whether_or_not_it_was_carried_out(
    database_url: str, carried_out: bool
) -> None:
    parts = urlsplit(database_url)
    async with Proxy(str(parts.hostname), parts.port or 5432) as line:
        user = parts.netloc.rpartition("@")[0]
        through = parts._replace(netloc=f"{user}@{line.address}").geturl()
        connection = await asyncpg.connect(through)
        await connection.execute("CREATE TABLE kept (n int)")
        line.lose(is_commit, carried_out=carried_out)
        with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
            async with connection.transaction():
                await connection.execute("INSERT INTO kept VALUES (1)")
        assert line.lost == 1
        again = await asyncpg.connect(through)
        async with again.transaction():
            await again.execute("INSERT INTO kept VALUES (2)")
        found = [row["n"] for row in await again.fetch("SELECT n FROM kept ORDER BY n")]
        assert found == ([1, 2] if carried_out else [2])
        await again.close()


def test_messages_are_cut_where_they_end() -> None:
    commit = b"Q\x00\x00\x00\x0cCOMMIT;\x00"
    assert list(messages(commit + b"S\x00\x00\x00\x04" + commit[:7])) == [(b"Q", b"COMMIT;\x00"), (b"S", b"")]
    assert [is_commit(*message) for message in messages(commit)] == [True]
    assert list(messages(b"POST /cases HTTP/1.1\r\n\r\n")) == []
