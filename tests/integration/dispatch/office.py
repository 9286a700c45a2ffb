"""One dispatch service on a real database, without a bus: events are handed to its handlers, requests to its API."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson

from huiyin.office.people import Account
from libs.common.database.migrate import migrate
from libs.common.database.session import Database
from libs.common.events.base import Event
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from services.dispatch.directory.actions.publishing import publish
from services.dispatch.main import SPEC
from tests.support.service import (
    COUNTY,
    DAY,
    HOUR,
    LIGHTS,
    OTHER_TOWN,
    PACK,
    T0,
    TOWN,
    VILLAGE,
    ServiceOffice,
    registered,
)

__all__ = ["COUNTY", "HOUR", "LIGHTS", "OTHER_TOWN", "PACK", "T0", "TOWN", "VILLAGE", "registered"]

TAKEN_BACK = "0402"
VILLAGE_UNIT, TOWN_UNIT, OTHER_TOWN_UNIT = "V-999001101201", "T-999001101", "T-999001102"


async def prepare_database(url: str) -> None:
    """Dispatch's tables and the demo pack as version 1."""
    await migrate(url, "dispatch", SPEC.migrations)
    database = Database(url, "dispatch", pool_size=2)
    async with database.transaction(T0 - 30 * DAY) as session:
        await publish(session, Scope(""), PACK)
    await database.close()


class Person(Account):
    """Somebody who takes steps of a case."""

    async def do(self, case_id: str, verb: str, body: object = None) -> dict[str, Any]:
        """Read the case, take a step on the version read, and give the answer; fails when it is refused."""
        read = await self.get(f"/cases/{case_id}")
        assert read.status_code == 200, read.text
        response = await self.post(f"/cases/{case_id}/{verb}", body, version=read.json()["version"])
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert response.headers["etag"] == f'"{answer["version"]}"'
        return answer


class Office(ServiceOffice):
    """The running service and the people around it."""

    def person(
        self, subject: str, role: Role, area: str = COUNTY, unit: str | None = None, staff_id: str | None = None
    ) -> Person:
        """Somebody with one role."""
        return Person(*self.account(subject, role, area, unit, staff_id))

    @property
    def dispatcher(self) -> Person:
        """The county's dispatcher."""
        return self.person("wang", Role.DISPATCHER)

    def handler(self, unit: str, subject: str = "li", staff_id: str | None = None) -> Person:
        """Somebody of a unit, in the unit's own area."""
        area = next(each.area_code for each in PACK.units if each.code == unit)
        return self.person(subject, Role.HANDLER, area, unit, staff_id)

    async def work(self, case_id: str) -> dict[str, Any]:
        """The row itself."""
        rows = await self.rows("SELECT to_json(work)::text AS row FROM work WHERE case_id = $1", case_id)
        row: dict[str, Any] = orjson.loads(rows[0].row)
        return row

    async def steps(self, case_id: str) -> list[tuple[str, str, str | None]]:
        """Action, status and lead unit after it, oldest first."""
        sql = "SELECT action, to_status, lead_unit FROM transition WHERE case_id = $1 ORDER BY version"
        return [(row.action, row.to_status, row.lead_unit) for row in await self.rows(sql, case_id)]

    def later(self, by: timedelta) -> None:
        """Let time pass."""
        self.clock.advance_to(self.clock.now() + by)


def only(events: Sequence[Event], kind: type[Event]) -> Any:
    """The single event of a kind."""
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, [type(event).__name__ for event in events]
    return found[0]


def names(events: Sequence[Event]) -> list[str]:
    """What was said, by name."""
    return [type(event).__name__ for event in events]
