"""What PostgreSQL says when its disk is full, told apart from its other troubles."""

import asyncpg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from libs.common.database.database_errors import DatabaseTrouble, DiskFull, as_trouble
from libs.common.database.session import Database
from libs.common.web.problems import CHINESE, problem_body

FULL = asyncpg.DiskFullError('could not extend file "base/1/2": No space left on device')


def of_sqlalchemy(cause: asyncpg.PostgresError) -> OperationalError:
    return OperationalError("INSERT", {}, cause)


@pytest.mark.parametrize("error", [FULL, of_sqlalchemy(FULL)])
def test_a_full_disk_is_said_with_when_to_come_again(error: Exception) -> None:
    trouble = as_trouble(error)
    assert isinstance(trouble, DiskFull)
    assert (trouble.status, trouble.headers) == (503, {"Retry-After": "10"})
    assert problem_body(trouble, CHINESE, "r")["detail"] == "数据库存储空间不足，暂不可用"
    assert "base/1/2" not in str(problem_body(trouble, CHINESE, "r"))


def test_other_troubles_stay_what_they_were() -> None:
    trouble = as_trouble(asyncpg.TooManyConnectionsError("too many"))
    assert type(trouble) is DatabaseTrouble
    assert trouble.headers == {"Retry-After": "1"}
    assert as_trouble(asyncpg.UniqueViolationError("twice")) is None


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InvalidPasswordError("password authentication failed"),
        asyncpg.InvalidCatalogNameError("database does not exist"),
        asyncpg.ObjectNotInPrerequisiteStateError("database is not currently accepting connections"),
    ],
)
def test_a_refused_connection_is_no_fault_of_the_work(error: asyncpg.PostgresError) -> None:
    for each in (error, of_sqlalchemy(error)):
        assert type(as_trouble(each)) is DatabaseTrouble


async def test_units_of_work_without_room_are_counted() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none", "intake", name="intake-door")
    before = _counted()
    for error in (FULL, asyncpg.TooManyConnectionsError("too many")):
        database._trouble(error)
    assert _counted() == before + 1
    await database.close()


def _counted() -> float:
    return REGISTRY.get_sample_value("huiyin_database_full_total", {"service": "intake", "pool": "door"}) or 0.0
