"""The ledger of contact persons at the size of a county: what it reads, and what it says of all of them."""

import pytest

from libs.common.security.policy import Scope
from services.intake.contacts.queries import BY_CLASS, EVERYWHERE, ids_statement, loads_statement
from services.intake.households.actions.tallying import put_right
from tests.integration.intake.door import COUNTY, NOW, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Homes, appoint, fill
from tests.support.eventually import eventually
from tests.support.plans import plan_of

CONTACTS = "/intake/v1/contacts"
VILLAGES, OF_EACH, PEOPLE = 150, 1_333, 1_500
CELLS = 3_100
"""Numbers that are kept of them, with room: by person, class and area."""
MOST_PAGES = 2 * CELLS
"""Each number on a page of its own, at worst, and those of the index."""


@pytest.fixture
async def county(intake: IntakeDoor) -> IntakeDoor:
    """200,000 households of 150 villages, among 1,500 people, ten a village, tidied up as a database does by itself."""
    await fill(intake, VILLAGES, OF_EACH, PEOPLE)

    async def tidied() -> bool:
        async with intake.service.runtime.work_database.reading() as session:
            await session.fetch("VACUUM household")
            rows = await session.fetch(
                "SELECT relallvisible = relpages AS so FROM pg_class WHERE relname = 'household'"
            )
            return bool(rows[0].so)

    await eventually(tidied)
    return intake


async def test_at_the_size_of_a_county_nothing_reads_the_table(county: IntakeDoor) -> None:
    """The county's ledger adds up what is kept ready; a town's and a village's a part of that, and of whom is there."""
    database = county.service.runtime.work_database
    every = Scope(COUNTY[:6])
    for areas, most in (
        ((), CELLS),
        (("999001%", f"{TOWN[:9]}%"), CELLS),
        (("999001%", f"{VILLAGE}%"), 3 * CELLS // VILLAGES),
        ((f"{VILLAGE}%", "%"), 3 * CELLS // VILLAGES),
    ):
        plan = await plan_of(database, loads_statement(whole=not areas), *areas)
        assert plan.walked <= ({"contact_tally"} if most == CELLS else set()), plan
        assert plan.indexes <= {"contact_tally_pkey", "contact_tally_area_idx"}, plan
        assert plan.rows_read <= 2 * most + PEOPLE, f"{plan.rows_read} read:\n{plan}"
        assert plan.pages <= MOST_PAGES, f"{plan.pages} pages:\n{plan}"
    page = [f"S-{number}" for number in range(50)]
    for statement, values in ((EVERYWHERE, (page,)), (BY_CLASS, ("999001%", "999001%", page))):
        plan = await plan_of(database, statement, *values)
        assert plan.indexes <= {"contact_tally_pkey"}, plan
        assert not plan.walked, plan
        assert plan.rows_read <= 4 * len(page), plan
    for area, contact, rows in ((VILLAGE, None, OF_EACH), (None, "S-77", 140), (VILLAGE, "S-0", 140)):
        plan = await plan_of(database, ids_statement(every, area, contact, counting=contact is None))
        assert plan.indexes <= {"household_ledger_idx", "household_contact_idx", "household_class_idx"}, plan
        assert not plan.walked, plan
        assert plan.rows_read <= 2 * rows, plan


async def test_the_county_is_told_in_one_answer_and_never_all_of_it_while_one_is_missing(county: IntakeDoor) -> None:
    homes, people = Homes(county), [f"S-{number}" for number in range(PEOPLE)]
    await appoint(county, *people)
    found = await county.get(CONTACTS, homes.headers, {"limit": 200})
    totals, households = found["totals"], 150 * len([n for n in range(OF_EACH) if n % 50])
    without = 150 * len([n for n in range(OF_EACH) if n % 50 and not n % 10])
    assert (totals["households"], totals["without_contact"]) == (households, without)
    assert totals["with_contact"] == households - without
    assert [one["staff_id"] for one in found["items"]] == sorted(people[len(people) // 10 :])[:200]
    async with county.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("UPDATE household SET contact_staff_id = 'S-7' WHERE contact_staff_id IS NULL")
        await session.fetch("UPDATE household SET contact_staff_id = NULL WHERE household_no = 'H-0-7'")
    await put_right(county.service.runtime.work_database, NOW)
    coverage = (await county.get(CONTACTS, homes.headers))["totals"]["coverage"]
    assert (coverage["denominator"] - coverage["numerator"], coverage["text"]) == (1, "99.9 %")
