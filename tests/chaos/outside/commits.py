"""A COMMIT whose answer is lost: was it done or not? The Idempotency-Key settles it: ask again, and it is one case."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from structlog.testing import capture_logs

from huiyin.office.errands import CASES
from huiyin.office.people import Person
from huiyin.office.wire import InProcess
from libs.common.bus.port import Bus
from libs.common.database.stored_packs import learn_pack
from libs.common.host.service import Resources, RunningService
from libs.common.security.principal import Role
from libs.common.security.vault import load_or_create_keys
from libs.common.time.clock import SystemClock
from services.intake.main import SPEC
from tests.chaos.proxy import Proxy, is_commit
from tests.chaos.verdict import Verdict, expect, none_of
from tests.integration.analytics.county import Tokens, published
from tests.support.tiny_service import ANSWER_KEYS

COMPLAINT = {"channel": "hotline", "kind": "help", "area_code": "999001101201", "category_code": "0101"}
_TRIES = 20
_PAUSE = 0.05
_ROWS = "SELECT case_id, text FROM wording"


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """A line to the PostgreSQL of a DSN that can be spoiled, and the DSN that leads through it."""
    parts = urlsplit(url)
    async with Proxy(parts.hostname or "127.0.0.1", parts.port or 5432) as proxy:
        user = parts.netloc.rpartition("@")[0]
        yield proxy, parts._replace(netloc=f"{user}@{proxy.address}").geturl()


@dataclass
class Desk:
    """Intake behind the line, and people who ask until they are told."""

    running: RunningService
    line: Proxy
    operator: Person
    told: dict[str, str] = field(default_factory=dict)
    """Case by key."""
    statuses: Counter[int] = field(default_factory=Counter)
    changed: list[str] = field(default_factory=list)
    """Keys that were answered by another case when they were asked again."""

    async def register(self, key: str) -> None:
        """Under one key until it is accepted, and once more: it must be the same case."""
        for _ in range(_TRIES):
            found = await self._post(key, key)
            if found is not None:
                self.told[key] = found
                break
            await asyncio.sleep(_PAUSE)
        if await self._post(key, key) != self.told.get(key):
            self.changed.append(key)

    async def ask_once(self, mark: str) -> str | None:
        """Without a key, once; the case, or None when nobody knows."""
        return await self._post(mark, None)

    async def _post(self, mark: str, key: str | None) -> str | None:
        answer = await self.operator.post(CASES, {**COMPLAINT, "text": f"村口积水无法通行。记号{mark}"}, key=key)
        self.statuses[answer.status_code] += 1
        return str(answer.json()["case_id"]) if answer.is_success else None

    async def rows(self, mark: str) -> list[str]:
        """The cases that were registered under a mark."""
        async with self.running.runtime.work_database.reading() as session:
            rows: Sequence[Any] = await session.fetch(_ROWS)
        return [row.case_id for row in rows if row.text.endswith(f"记号{mark}")]


@asynccontextmanager
async def open_desk(url: str, folder: Path) -> AsyncIterator[Desk]:
    """Intake's door on an empty database, without its workers: no COMMIT but the door's goes over the line."""
    # Every refusal is logged; here they are many, and wanted.
    with capture_logs():
        async with line_to(url) as (line, through), _opened(line, through, folder) as desk:
            yield desk


@asynccontextmanager
async def _opened(line: Proxy, through: str, folder: Path) -> AsyncIterator[Desk]:
    vault = load_or_create_keys(folder).vault()
    running = RunningService(SPEC, Resources(through, cast("Bus", None), SystemClock(), Tokens(), vault, ANSWER_KEYS))
    await running.prepare()
    async with running.runtime.door_database.transaction(SystemClock().now()) as session:
        await learn_pack(session, published())
    try:
        yield Desk(running, line, Person(InProcess(running.app()), Role.OPERATOR))
    finally:
        await running.stop()


async def lose_answers(url: str, folder: Path, rounds: int) -> list[Verdict]:
    """One request at a time, many at once, and some without a key; the answer lost after and before it was done."""
    name = "COMMIT without an answer"
    async with open_desk(url, folder) as desk:
        for number in range(rounds):
            desk.line.lose(is_commit, times=1 + number % 3, carried_out=number % 2 == 0)
            await desk.register(f"{_letters(number)}a")
            desk.line.lose(is_commit, times=1 + number % 2, carried_out=number % 2 == 0)
            await asyncio.gather(*(desk.register(f"{_letters(number)}b{letter}") for letter in "abcdefgh"))
        desk.line.heal()
        rows = {key: await desk.rows(key) for key in desk.told}
        not_one = [f"{key}: {found}" for key, found in rows.items() if found != [desk.told[key]]]
        lost = desk.line.lost
        keyless = await _without_a_key(desk, rounds)
    statuses = ", ".join(f"{count} x {status}" for status, count in sorted(desk.statuses.items()))
    asked = rounds * 9
    return [
        none_of(f"{name}: keys that are not one case", [*not_one, *desk.changed], of=asked),
        expect(f"{name}: keys resolved", str(asked), len(desk.told), len(desk.told) == asked, f"{lost} answers lost"),
        expect(f"{name}: statuses", "201, 503", statuses, set(desk.statuses) <= {201, 503} and lost >= 2 * rounds),
        keyless,
    ]


async def _without_a_key(desk: Desk, rounds: int) -> Verdict:
    """Nobody may be told yes when it is not so; and it is done at most once."""
    wrong = []
    for number in range(rounds):
        desk.line.lose(is_commit, carried_out=number % 2 == 0)
        mark = f"{_letters(number)}z"
        said = await desk.ask_once(mark)
        desk.line.heal()
        rows = await desk.rows(mark)
        if rows != ([said] if said else [one for one in rows if number % 2 == 0][:1]):
            wrong.append(f"{mark}: told {said}, there are {rows}")
    return none_of("COMMIT without an answer: told wrong without a key", wrong, of=rounds)


def _letters(number: int) -> str:
    """Letters alone, since digits in a text may be masked as a phone."""
    return "".join("klmnopqrst"[int(digit)] for digit in f"{number:04d}")
