"""What stands beside a case and names it, brought to where each of its routes can be taken: mediations, aid, risks."""

from typing import Any

from libs.common.security.principal import Role
from tests.journeys.case_routes import ANSWERS, BODIES
from tests.journeys.county import County, Person

_GIVEN = "/dispatch/v1/cases/{case_id}/mediations"
_OWN = "/dispatch/v1/my-mediations/{mediation_id}"
_AIDS = "/dispatch/v1/cases/{case_id}/aids"
_RISKS = "/dispatch/v1/cases/{case_id}/risks"


MEDIATES = "T-999001103"
"""Of which town somebody mediates who is on duty as a leader of the county, too."""


def elder(county: County) -> Person:
    """Who mediates: of no unit of the case."""
    return county.person("elder", Role.MEDIATOR, unit=MEDIATES, staff_id=ANSWERS)


def on_duty(county: County) -> Person:
    """The leader who is told of risks."""
    return county.person("on-duty", Role.LEADER, unit="S-GOV", staff_id=ANSWERS)


async def stands_beside(county: County, case_id: str, template: str) -> dict[str, str]:
    """The id that a route names, of what was brought so far that the route's step can be taken; nothing for others."""
    if "{mediation_id}" in template:
        return {"mediation_id": await _mediated(county, case_id, template)}
    if "{aid_id}" in template:
        return {"aid_id": await _aided(county, case_id, template)}
    if "{risk_id}" in template:
        return {"risk_id": await _told(county, case_id, _RISKS, "risk_id")}
    return {}


async def _mediated(county: County, case_id: str, template: str) -> str:
    """Given; and met, for what ends it; and agreed, for whether that is kept."""
    mediation_id = await _told(county, case_id, _GIVEN, "mediation_id")
    steps = {"agreement": ("sessions",), "failure": ("sessions",), "follow-up": ("sessions", "agreement")}
    for step in steps.get(template.rpartition("/")[2], ()):
        path = f"{_OWN}/{step}"
        await elder(county).do(path.format(mediation_id=mediation_id), BODIES[path])
    return mediation_id


async def _aided(county: County, case_id: str, template: str) -> str:
    """Found; and applied for, for what is decided."""
    aid_id = await _told(county, case_id, _AIDS, "aid_id")
    if template.endswith("/decision"):
        await county.handler("S-GOV").do(f"/dispatch/v1/aids/{aid_id}/application", {"note": "已提交申请"})
    return aid_id


async def _told(county: County, case_id: str, template: str, name: str) -> str:
    who: Any = county.handler("S-GOV") if template == _AIDS else county.dispatcher
    return str((await who.do(template.format(case_id=case_id), BODIES[template]))[name])
