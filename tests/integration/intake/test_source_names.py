"""A source's name is that of its outside system: nobody takes its numbers before it, so that a complaint is lost."""

from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, IntakeDoor, complaint

NAME, NUMBER = "city-hub", "FAKE-1"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VISITOR])
@pytest.mark.parametrize("fields", [{"source_system": NAME}, {"source_system": NAME, "source_no": NUMBER}])
async def test_no_desk_uses_the_name_of_an_outside_system(
    intake: IntakeDoor, role: Role, fields: dict[str, Any]
) -> None:
    before = await intake.counts()
    refused = await intake.http.post(CASES, json=complaint(**fields), headers=intake.token(role))
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "source_system")
    lines = await intake.batch([complaint(**fields)], intake.token(Role.VISITOR))
    assert [(wrong["line"], wrong["field"]) for wrong in lines.json()["problems"]] == [(1, "source_system")]
    assert await intake.counts() == before


async def test_the_system_itself_uses_it_with_whatever_role_beside(intake: IntakeDoor) -> None:
    await intake.register(intake.token(Role.INTEGRATOR, subject=NAME), source_no="1")
    await intake.register(intake.token(Role.INTEGRATOR, Role.VISITOR, subject=NAME), source_system=NAME, source_no="2")
    other = complaint(source_system="another-hub", source_no="3")
    refused = await intake.http.post(
        CASES, json=other, headers=intake.token(Role.INTEGRATOR, Role.VISITOR, subject=NAME)
    )
    assert refused.json()["fields"][0]["field"] == "source_system"


async def test_desks_write_down_numbers_of_the_sources_that_the_pack_lists(intake: IntakeDoor) -> None:
    await intake.register(source_system="mailbox", source_no="M1")
    mailbox = intake.token(Role.INTEGRATOR, subject="mailbox")
    refused = await intake.http.post(CASES, json=complaint(source_no="M1"), headers=mailbox)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "source_system")


async def test_a_number_taken_before_names_had_owners_is_no_repeated_one(intake: IntakeDoor) -> None:
    """As a desk of the release before could register it: under the name of a system."""
    receipt = await intake.register(source_system="mailbox", source_no=NUMBER)
    async with intake.service.runtime.work_database.transaction(intake.service.runtime.clock.now()) as session:
        await session.fetch("UPDATE cases SET source_system = $1 WHERE case_id = $2", NAME, receipt["case_id"])
    system = intake.token(Role.INTEGRATOR, Role.VISITOR, subject=NAME)
    sent = complaint(source_system=NAME, source_no=NUMBER, ref="r1")
    refused = await intake.http.post(CASES, json=sent, headers=system)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (409, "source_no")
    report = (await intake.batch([sent, {**sent, "source_no": "FAKE-2"}], system)).json()
    assert (report["accepted"], report["repeated"], report["refused"]) == (1, 0, 1)
    assert [(wrong["line"], wrong["ref"], wrong["field"]) for wrong in report["problems"]] == [(1, "r1", "source_no")]
    again = (await intake.batch([{**sent, "source_no": "FAKE-2"}], system)).json()
    assert (again["accepted"], again["repeated"], again["refused"]) == (0, 1, 0)
