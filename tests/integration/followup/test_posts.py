"""A post in office counts, whatever the token says: of a unit that had a hand in a case nobody asks about it."""

from libs.common.security.principal import Role
from libs.common.staff.register import StaffMember, TermOfOffice
from tests.integration.followup.office import DAY, HOUR, LEAD, T0, Office


async def test_a_post_in_office_of_a_unit_that_had_a_hand_counts_whatever_the_token_says(office: Office) -> None:
    """The same person has a post at the hotline, for which it calls, and one at the unit; that one has ended later."""
    case_id = await office.handled_case()
    posts = (("caller", "H-12345", None), ("case_worker", LEAD, T0 + HOUR))
    terms = tuple(TermOfOffice(n, post, unit, T0 - DAY, ends) for n, (post, unit, ends) in enumerate(posts, 1))
    office.runtime.door_database.staff.put(StaffMember("S-5", "某人", terms))
    both = office.person("zhou", Role.CALLER, "H-12345", staff_id="S-5")
    assert (await office.attempt(case_id, both, satisfaction="not_satisfied")).status_code == 403
    office.skip(T0 + 2 * HOUR)
    assert (await office.attempt(case_id, both, satisfaction="not_satisfied")).status_code == 201
