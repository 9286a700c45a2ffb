"""The numbers of contact persons that are kept ready are those of the households, whatever becomes of these."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.common.security.principal import Role
from services.intake.households.actions.tallying import put_right
from tests.integration.intake.door import COUNTY, NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Homes, appoint, most_per_contact, table, table_row
from tests.integration.intake.recounting import recounted_contacts, tallied_contacts
from tests.integration.intake.test_area_mergers import merge_village
from tests.integration.intake.test_contacts import CONTACTS, done
from tests.support.eventually import eventually

NEIGHBOUR, FAR_AWAY = "999001101202", "999001102201"
PEOPLE = ("S-1", "S-2", "S-3")
AREAS = (VILLAGE, f"{VILLAGE}001", NEIGHBOUR, FAR_AWAY)
CLASSES = ("resident", "vacant", "away", "shop", "farm")


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    await appoint(intake, *PEOPLE)
    return Homes(intake)


class Walk:
    """Households at random, as an office would change them; what is refused changes nothing."""

    def __init__(self, homes: Homes, chance: Random) -> None:
        self.homes, self.chance, self.ids, self.taken = homes, chance, list[str](), 0
        self.confirms = homes.by(Role.SUPERVISOR, subject="supervisor-7")

    async def step(self) -> None:
        """Something happens to one of them, or to some."""
        choices = (self.register, self.change, self.assign, self.split, self.merge, self.mute, self.unmute, self.even)
        await self.chance.choice(choices if self.ids else (self.register,))()

    async def ask(self, path: str, body: dict[str, Any], by: Homes | None = None) -> dict[str, Any] | None:
        """What came of it, None where it was refused."""
        answer = await (by or self.homes).post(path, body)
        assert answer.status_code < 500, answer.text
        self.taken += answer.is_success
        return answer.json() if answer.is_success else None

    def some(self) -> dict[str, Any]:
        """A household, somewhere."""
        return {
            "area_code": self.chance.choice(AREAS),
            "household_class": self.chance.choice(CLASSES),
            "contact_staff_id": self.chance.choice((None, *PEOPLE)),
        }

    def one(self) -> str:
        """Any of them."""
        return f"/{self.chance.choice(self.ids)}"

    async def keep(self, made: dict[str, Any] | None) -> None:
        """It is one of them from now on."""
        if made is not None:
            self.ids.append(made["household_id"])

    async def register(self) -> None:
        """A new one."""
        await self.keep(await self.ask("", self.some()))

    async def change(self) -> None:
        """It moves or becomes otherwise, maybe from an earlier day on."""
        body = {"household_class": self.chance.choice(CLASSES), "area_code": self.chance.choice(AREAS)}
        day = (NOW - timedelta(days=self.chance.randrange(3))).date().isoformat()
        await self.ask(f"{self.one()}/change", body | {"holds_from": day})

    async def assign(self) -> None:
        """Some get another contact person, or nobody."""
        chosen = self.chance.sample(self.ids, k=min(len(self.ids), 3))
        body = {"household_ids": chosen, "to_staff_id": self.chance.choice((None, *PEOPLE)), "why": "调整分工"}
        await self.homes.door.http.post(f"{CONTACTS}/assignment", json=body, headers=self.homes.headers)

    async def even(self) -> None:
        """An area is evened out."""
        body = {"area_code": self.chance.choice((COUNTY, VILLAGE)), "staff_ids": list(PEOPLE[:2])}
        await self.homes.door.http.post(f"{CONTACTS}/evening", json=body, headers=self.homes.headers)

    async def split(self) -> None:
        """A part becomes one of its own."""
        await self.keep(await self.ask(f"{self.one()}/split", {"new": self.some()}))

    async def merge(self) -> None:
        """It goes into another."""
        await self.ask(f"{self.one()}/merge", {"into": self.one()[1:], "why": "两户合为一户"})

    async def mute(self) -> None:
        """They died, or moved away: somebody else confirms it, or does not, or has not yet."""
        path = self.one()
        await self.ask(f"{path}/muting", {"reason": self.chance.choice(("deceased", "moved_away")), "why": "核实"})
        if self.chance.random() < 0.7:
            granted = self.chance.random() < 0.6
            await self.ask(f"{path}/muting/decision", {"granted": granted, "why": "已核实"}, self.confirms)

    async def unmute(self) -> None:
        """They are back."""
        await self.ask(f"{self.one()}/unmuting", {"why": "回来了"})


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
async def test_after_any_history_what_is_kept_is_what_a_slow_count_says(
    intake: IntakeDoor, homes: Homes, seed: int
) -> None:
    walk = Walk(homes, Random(seed))
    for _ in range(60):
        await walk.step()
    assert walk.taken > 15
    assert await tallied_contacts(intake) == await recounted_contacts(intake)
    await the_ledger_says_so(homes)


async def the_ledger_says_so(homes: Homes) -> None:
    """In any area, by person and class."""
    counted = await recounted_contacts(homes.door)
    for area in (COUNTY, VILLAGE, FAR_AWAY):
        within = area.rstrip("0")
        found = await homes.door.get(CONTACTS, homes.headers, {"area_code": area})
        here = {key: many for key, many in counted.items() if key[2].startswith(within)}
        said = {(one["staff_id"], word): many for one in found["items"] for word, many in one["by_class"].items()}
        wanted: dict[tuple[str, str], int] = {}
        for (person, word, _), many in here.items():
            if person:
                wanted[person, word] = wanted.get((person, word), 0) + many
        assert said == wanted
        assert found["totals"]["households"] == sum(here.values())
        for one in found["items"]:
            assert one["everywhere"] == sum(many for key, many in counted.items() if key[0] == one["staff_id"])


async def test_households_that_go_along_with_their_area_are_counted_there(intake: IntakeDoor, homes: Homes) -> None:
    for person in (None, *PEOPLE):
        await homes.register(contact_staff_id=person)
    await merge_village(intake, NEIGHBOUR)
    counted = await tallied_contacts(intake)
    assert counted == await recounted_contacts(intake)
    assert {area for _, _, area in counted} == {NEIGHBOUR}


async def test_a_table_of_many_is_counted_with_what_others_do_meanwhile(intake: IntakeDoor, homes: Homes) -> None:
    await intake.hear(most_per_contact(5_000))
    rows = [table_row(number, 包保人=f"干部{number % 3 + 1}") for number in range(1_500)]
    ids = [(await homes.register())["household_id"] for _ in range(8)]

    async def work(mine: list[str]) -> None:
        for household_id in mine:
            # While the table itself is being taken in, a household is told to come again.
            await eventually(lambda: homes.register(contact_staff_id="S-1"), what="a household taken in")
            await done(homes, "assignment", household_ids=[household_id], to_staff_id="S-2", why="调整分工")
            await homes.done(f"/{household_id}/change", {"household_class": "away"})

    await asyncio.gather(homes.take(table(*rows)), work(ids[:4]), work(ids[4:]))
    counted = await tallied_contacts(intake)
    assert counted == await recounted_contacts(intake)
    assert sum(counted.values()) >= 1_508


async def test_what_another_process_did_not_count_is_put_right(
    intake: IntakeDoor, homes: Homes, capfd: pytest.CaptureFixture[str]
) -> None:
    """A worker of the release before goes on beside the migration, and knows no such numbers."""
    await homes.register(contact_staff_id="S-1")
    database = intake.service.runtime.work_database
    await put_right(database, NOW)
    assert "amiss" not in capfd.readouterr().err, "nothing was amiss"
    async with database.transaction(NOW) as session:
        await session.fetch("UPDATE household SET contact_staff_id = 'S-2', household_class = 'shop'")
        await session.fetch("INSERT INTO contact_tally VALUES ('S-3', 'farm', '999001102201', 4)")
    await put_right(database, NOW)
    assert await tallied_contacts(intake) == {("S-2", "shop", VILLAGE): 1}
    assert "amiss" in capfd.readouterr().err
