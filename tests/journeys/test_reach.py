"""What a role reaches, asked of the whole house over HTTP: its own and no more, whatever roles stand beside it."""

import pytest

from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.journeys.county import COUNTY, VILLAGE, VILLAGE_UNIT, County, complaint

OPS = {
    "/ops/parked": None,
    "/ops/parked/{stream}/{key}": None,
    "/ops/clock": None,
    "/ops/parked/{stream}/{key}/drop": {"ids": [1], "reason": "不再需要"},
    "/ops/parked/{stream}/{key}/replay": {},
    "/ops/resend": {"stream": "cases", "since": "2020-01-01T00:00:00Z"},
    "/ops/clock/advance": {"to": "2027-01-01T00:00:00Z"},
}
"""What operators may do, with a body where something is done."""


async def test_an_outside_system_asks_the_door_and_nobody_else(county: County) -> None:
    system = county.person("city-hub", Role.INTEGRATOR)
    own = await _sent(county)
    assert (await system.get(f"/intake/v1/cases/{own}")).status_code == 200
    assert (await system.get(f"/intake/v1/cases/{await county.register()}")).status_code == 404
    assert (await system.get(f"/followup/v1/cases/{own}")).status_code == 403


async def _sent(county: County) -> str:
    """What the outside system sent itself."""
    system = county.person("city-hub", Role.INTEGRATOR)
    receipt = await system.do("/intake/v1/cases", complaint(source_no="GD-1"))
    await county.house.settle()
    return str(receipt["case_id"])


@pytest.mark.parametrize("unit", ["D-WATER", None])
async def test_two_narrow_roles_in_one_account_open_nothing_else(county: County, unit: str | None) -> None:
    """Its unit's cases and those that it sent: not those of everybody."""
    both = county.person("city-hub", Role.HANDLER, Role.INTEGRATOR, unit=unit)
    sent = await _sent(county)
    others = await county.register()
    for path in ("/intake/v1/cases/{}", "/intake/v1/cases/{}/timeline"):
        assert (await both.get(path.format(sent))).status_code == 200
        assert (await both.get(path.format(others))).status_code == 404
    listed = await both.get("/intake/v1/cases")
    assert listed.status_code == (403 if unit is None else 200)
    assert others not in listed.text


async def test_a_handler_beside_a_wider_role_keeps_the_wider_reach(county: County) -> None:
    case_id = await county.register()
    clerk = county.person("clerk", Role.HANDLER, Role.DISPATCHER, unit="D-WATER")
    assert (await clerk.get(f"/dispatch/v1/cases/{case_id}")).status_code == 200
    assert (await clerk.post(f"/dispatch/v1/cases/{case_id}/signature")).status_code == 404


@pytest.mark.parametrize("area", [VILLAGE, "888001000000"])
@pytest.mark.parametrize("service", list(Service))
async def test_who_runs_a_part_does_not_run_the_whole(county: County, area: str, service: Service) -> None:
    """What an operator does concerns every case of the place."""
    await county.register()
    document = await county.admin.ask(f"/{service}/openapi.json")
    paths = [path.removeprefix(f"/{service}") for path in document["paths"] if "/ops/" in path]
    assert set(paths) == set(OPS)
    before = await county.prints()
    admin = county.person("root", Role.ADMIN, area=area)
    for path, body in OPS.items():
        there = f"/{service}{path.format(stream='cases', key='nothing')}"
        answer = await admin.get(there) if body is None else await admin.post(there, body)
        assert (answer.status_code, COUNTY in answer.text) == (403, True), path
    assert (await county.admin.get(f"/{service}/ops/parked")).status_code == 200
    assert await county.prints() == before


async def test_a_unit_of_the_case_is_what_a_handler_reaches(county: County) -> None:
    case_id = await county.register()
    assert (await county.handler(VILLAGE_UNIT).get(f"/followup/v1/cases/{case_id}")).status_code == 200
    assert (await county.handler("D-WATER").get(f"/followup/v1/cases/{case_id}")).status_code == 404
