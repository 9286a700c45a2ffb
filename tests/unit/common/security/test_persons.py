"""Of what a token says, only that holds which the posts in office bear, at the moment of the question."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from libs.common.errors import Forbidden
from libs.common.pack.loader import document
from libs.common.pack.schema import MergedUnit
from libs.common.pack.versions import PackVersions
from libs.common.security.persons import ANYBODY, EntryRules, NoPost, NotOfTheStaff, PersonAtTheDoor, person_at_the_door
from libs.common.security.policy import decide, may_know_requester
from libs.common.security.principal import Principal, Role
from libs.common.security.right import Right
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice
from tests.support.service import COUNTY, PACK

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WATER, VILLAGE_UNIT, VILLAGE, TOWN = "D-WATER", "V-999001101201", "999001101201", "999001101000"
AT_WATER = TermOfOffice(1, "case_worker", WATER, NOW - DAY)
IN_VILLAGE = TermOfOffice(2, "village_cadre", VILLAGE_UNIT, NOW - DAY)
AT_HOTLINE = TermOfOffice(3, "caller", "H-12345", NOW - DAY)


def packs() -> PackVersions:
    versions = PackVersions()
    versions.put(1, "a", NOW - 9 * DAY, document(PACK))
    return versions


def token(*roles: Role, unit: str | None = None, area: str = COUNTY, staff: str | None = "S-1") -> Principal:
    return Principal("li", frozenset(roles), area, unit, "token-1", staff)


def at_the_door(
    principal: Principal,
    *terms: TermOfOffice,
    rules: EntryRules = ANYBODY,
    now: datetime = NOW,
    known: PackVersions | None = None,
) -> PersonAtTheDoor:
    register = StaffRegister()
    register.put(StaffMember("S-1", "李测试", terms))
    return person_at_the_door(principal, register, known or packs(), rules, now)


def test_roles_that_no_post_gives_are_not_in_force() -> None:
    person = at_the_door(token(Role.HANDLER, Role.ADMIN, Role.SUPERVISOR, unit=WATER), AT_WATER)
    assert person.principal.roles == {Role.HANDLER}
    with pytest.raises(Forbidden):
        decide(person.principal, Right.DIRECTORY_PUBLISH)


def test_a_token_that_claims_no_role_and_no_unit_has_those_of_its_post() -> None:
    person = at_the_door(token(), AT_WATER)
    assert person.principal.roles == {Role.HANDLER}
    assert person.principal.unit_code == WATER
    assert decide(person.principal, Right.CASE_SIGN).unit_code == WATER


def test_a_role_of_one_office_is_none_in_another() -> None:
    person = at_the_door(token(Role.HANDLER, Role.CALLER, unit=WATER), AT_WATER, AT_HOTLINE)
    assert person.principal.roles == {Role.HANDLER}
    person = at_the_door(token(Role.HANDLER, Role.CALLER, unit="H-12345"), AT_WATER, AT_HOTLINE)
    assert person.principal.roles == {Role.CALLER}


def test_whoever_works_for_several_units_says_for_which() -> None:
    with pytest.raises(NoPost, match="D-WATER, H-12345"):
        at_the_door(token(Role.HANDLER), AT_WATER, AT_HOTLINE)


def test_the_unit_must_be_one_of_a_post_in_office() -> None:
    for unit in ("D-AGRI", "H-12345"):
        with pytest.raises(NoPost):
            at_the_door(token(Role.HANDLER, unit=unit), AT_WATER)


def test_a_right_ends_at_the_moment_at_which_its_term_does_and_begins_likewise() -> None:
    term = replace(AT_WATER, begins_at=NOW, ends_at=NOW + DAY)
    for moment in (NOW - timedelta(microseconds=1), NOW + DAY):
        with pytest.raises(NoPost):
            at_the_door(token(Role.HANDLER, unit=WATER), term, now=moment)
    assert at_the_door(token(Role.HANDLER, unit=WATER), term, now=NOW).principal.roles == {Role.HANDLER}


def test_what_is_remembered_of_a_token_holds_no_longer_than_its_terms_its_record_and_its_pack() -> None:
    register, known, li = StaffRegister(), packs(), token(unit=WATER)
    register.put(StaffMember("S-1", "李测试", (replace(AT_WATER, ends_at=NOW + DAY),)))

    def roles(now: datetime) -> frozenset[Role]:
        return person_at_the_door(li, register, known, ANYBODY, now).principal.roles

    assert roles(NOW) == roles(NOW + DAY / 2) == {Role.HANDLER}
    for moment in (NOW + DAY, NOW - 2 * DAY):
        with pytest.raises(NoPost):
            roles(moment)
    assert roles(NOW) == {Role.HANDLER}
    post = PACK.posts[1].model_copy(update={"roles": (Role.AUDITOR,)})
    known.put(2, "b", NOW + DAY / 4, document(PACK.model_copy(update={"posts": (post,)})))
    assert roles(NOW) == {Role.HANDLER}
    assert roles(NOW + DAY / 2) == {Role.AUDITOR}
    register.put(StaffMember("S-1", "李测试", (), version=2))
    with pytest.raises(NoPost):
        roles(NOW)


def test_nobody_reaches_further_than_the_unit_nor_further_than_the_token() -> None:
    assert at_the_door(token(unit=VILLAGE_UNIT), IN_VILLAGE).principal.area_code == VILLAGE
    assert at_the_door(token(unit=WATER, area=TOWN), AT_WATER).principal.area_code == TOWN
    with pytest.raises(NoPost):
        at_the_door(token(unit=VILLAGE_UNIT, area="999001102000"), IN_VILLAGE)


def test_the_units_of_all_posts_are_own_whatever_the_token_says() -> None:
    person = at_the_door(token(Role.CALLER, unit="H-12345"), AT_HOTLINE, IN_VILLAGE)
    assert person.own_units == {"H-12345", "S-GOV", VILLAGE_UNIT, "T-999001101"}
    scope = decide(person.principal, Right.CALLBACK_READ, person.own_units)
    assert not scope.allows(VILLAGE, "D-AGRI", accused_unit=VILLAGE_UNIT, also_accused=())
    assert scope.allows(VILLAGE, "D-AGRI", accused_unit=WATER, also_accused=())


def test_whoever_holds_a_post_of_the_handling_unit_learns_no_confidential_requester_by_another() -> None:
    person = at_the_door(token(Role.CALLER, unit="H-12345"), AT_HOTLINE, IN_VILLAGE)
    assert may_know_requester(person.principal, handling_units=[WATER], confidential=True)
    assert not may_know_requester(person.principal, handling_units=[VILLAGE_UNIT], confidential=True)
    assert may_know_requester(person.principal, handling_units=[VILLAGE_UNIT], confidential=False)
    assert may_know_requester(person.principal, handling_units=[None], confidential=True)


def test_the_people_of_a_unit_that_went_up_in_another_sit_there() -> None:
    units = tuple(unit for unit in PACK.units if unit.code != WATER)
    gone = MergedUnit(code=WATER, name="水利局", successor="D-AGRI")
    merged = PACK.merged.model_copy(update={"units": (gone,)})
    known = packs()
    known.put(2, "b", NOW - DAY, document(PACK.model_copy(update={"units": units, "merged": merged})))
    person = at_the_door(token(Role.HANDLER, unit=WATER), AT_WATER, known=known)
    assert person.principal.unit_code == "D-AGRI"
    assert {WATER, "D-AGRI"} <= person.own_units


def test_a_token_of_nobody_whom_the_register_knows_goes_by_what_it_says() -> None:
    for staff in (None, "S-unknown"):
        principal = token(Role.HANDLER, Role.ADMIN, unit=WATER, staff=staff)
        assert at_the_door(principal, AT_WATER).principal == principal
    assert at_the_door(token(Role.HANDLER, unit=WATER, staff=None)).own_units == {WATER, "S-GOV"}


def test_an_office_may_let_in_only_people_whom_it_knows() -> None:
    only_known = EntryRules(known_staff_only=True, technical_accounts=frozenset({"li"}))
    for staff in (None, "S-unknown"):
        with pytest.raises(NotOfTheStaff):
            at_the_door(token(Role.HANDLER, unit=WATER, staff=staff), rules=only_known)
    assert at_the_door(token(Role.HANDLER, unit=WATER), AT_WATER, rules=only_known).principal.roles == {Role.HANDLER}
    program = at_the_door(token(Role.ADMIN, Role.CALLER, staff=None), rules=only_known)
    assert program.principal.roles == {Role.ADMIN}
    outside = at_the_door(token(Role.INTEGRATOR, Role.ADMIN, staff=None), rules=EntryRules(known_staff_only=True))
    assert outside.principal.roles == {Role.INTEGRATOR}


def test_no_post_makes_a_person_an_outside_system() -> None:
    post = PACK.posts[0].model_copy(update={"roles": (Role.HANDLER, Role.INTEGRATOR)})
    known = PackVersions()
    known.put(1, "a", NOW - DAY, document(PACK.model_copy(update={"posts": (post,)})))
    term = replace(AT_WATER, post_code=post.code)
    assert at_the_door(token(unit=WATER), term, known=known).principal.roles == {Role.HANDLER}
    # A post that the pack does not have any more gives nothing.
    assert at_the_door(token(unit=WATER), AT_WATER, known=known).principal.roles == set()
