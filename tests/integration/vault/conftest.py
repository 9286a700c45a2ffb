"""A database on which a house lived, with its key file, and what the vault shows of it."""

import base64
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from huiyin.audit.auditing import audit
from huiyin.audit.report import Invariant
from huiyin.vault.status import VaultStatus, status_of
from huiyin.vault.turning import Done, Turning
from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.rules.turns import Task
from libs.common.security.vault import KEY_FILE, Vault, load_or_create_keys
from libs.common.time.clock import system_now
from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase, template
from tests.journeys.county import TUESDAY, County, open_county
from tests.support.commands import Ran, run
from tests.support.sealed_before import seal_as_before

WHO = {"name": "张三", "phone": "13812341234", "id_no": "11010119900307123X", "home": "望山村3组15号"}
TEXT = "我是张三，电话13812341234，路灯坏了三天。"
ALL = {"reason": "核实地址与回访电话是否属实", "fields": ["name", "phone", "id_no", "home", "text"]}
CONTACT = {"phone": "13900001111", "other": "微信 wang"}


@dataclass
class Safe:
    """A house that lives on a database with a key file, and is opened and shut by the test."""

    url: str
    folder: Path

    def open(self, **settings: Any) -> Any:
        return open_county(self.url, self.folder, start=TUESDAY, **settings)

    @property
    def vault(self) -> Vault:
        return load_or_create_keys(self.folder).vault()

    def keys(self, *, vault: list[bytes] | None = None, index: list[bytes] | None = None) -> None:
        """Write other keys into the file, the newest first; ``b""`` stands for those that are there."""
        file = self.folder / KEY_FILE
        kept = json.loads(file.read_text())
        if vault is not None:
            kept["vault_keys"] = [one for key in vault for one in (kept["vault_keys"] if not key else [_text(key)])]
        if index is not None:
            kept["index_key"] = ",".join(_text(key) if key else kept["index_key"] for key in index)
        file.write_text(json.dumps(kept))

    async def run(self, *arguments: str) -> Ran:
        return await run(*arguments, HUIYIN_DATABASE_URL=self.url, HUIYIN_DATA_DIR=str(self.folder))

    async def turn(self, tasks: Mapping[Service, Mapping[str, Task]], service: Service, *, dry: bool = False) -> Done:
        """What a command does, in this process: a program takes long to start."""
        async with self.database(service) as database:
            return await Turning(service, database, self.vault, system_now, dry=dry).through(tasks[service])

    async def status(self, service: Service) -> VaultStatus:
        async with self.database(service) as database:
            return await status_of(service, database, self.vault)

    @asynccontextmanager
    async def database(self, service: Service) -> AsyncIterator[Database]:
        database = Database(self.url, str(service), pool_size=2)
        try:
            yield database
        finally:
            await database.close()

    async def rows(self, sql: str, service: Service = Service.INTAKE) -> list[Any]:
        async with self.database(service) as database, database.transaction(system_now()) as session:
            return list(await session.fetch(sql))

    async def as_before(self) -> None:
        """Intake's cells as a release before left them."""
        async with self.database(Service.INTAKE) as database:
            await seal_as_before(database, self.vault)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture(scope="session")
def vault_template(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database to copy."""

    async def prepare(url: str) -> None:
        async with open_county(url, tmp_path_factory.mktemp("template")):
            pass

    with template(postgres, "vault_template", prepare) as name:
        yield name


@pytest.fixture
async def safe(vault_template: str, make_database: MakeDatabase, tmp_path: Path) -> Safe:
    """A house of the test's own, that nobody lived in yet."""
    return Safe(await make_database(vault_template), tmp_path)


async def live(county: County, cases: int = 3) -> list[str]:
    """Cases with all that is sealed, and a member of staff who can be reached."""
    found = [await county.register(requester=WHO, text=TEXT) for _ in range(cases)]
    for case_id in found:
        await county.operator.do(f"/intake/v1/cases/{case_id}/supplements", {"text": "再说一次：13812341234"})
    term = {"post_code": "case_worker", "unit_code": "D-WATER"}
    person = {"staff_id": "S-1001", "name": "王测试", "terms": [term], "contact": CONTACT}
    await county.admin.do("/dispatch/v1/staff", person)
    await county.house.settle()
    return found


async def seen(county: County, case_id: str) -> Any:
    """All that the vault shows of a case."""
    return await county.operator.do(f"/intake/v1/requesters/{case_id}/reveal", ALL)


async def agree(county: County) -> None:
    """The audit finds nothing. But promises: commands go by the machine's clock, a simulated one by its own."""
    await county.house.settle()
    report = await audit(county.house)
    assert [one for one in report.violations if one.invariant is not Invariant.PROMISE] == []


async def reached(county: County) -> Any:
    answer = await county.admin.do("/dispatch/v1/staff/S-1001/contact", {"reason": "通知本人明日到镇里开会"})
    return {name: answer[name] for name in CONTACT}
