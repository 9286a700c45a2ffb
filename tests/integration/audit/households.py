"""Households of the small county: all that can become of one, once."""

from typing import Any

from huiyin.erasing import carry_out
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from services.intake.erasures.actions.households import erase_household
from services.intake.erasures.domain import Order
from tests.integration.audit.county import VILLAGE, County

HOUSEHOLDS = "/intake/v1/households"
NEXT_VILLAGE = "999001101201"
LOOK = {"reason": "核实今晚走访的住户地址", "fields": ["head", "door"]}
CONTACT, OTHER = "S-1005", "S-1006"


async def settle_in(county: County, homes: dict[str, str]) -> None:
    """Households by what became of them, kept in ``homes``."""
    await _appoint(county)
    plain = await _register(
        county, homes, "plain home", household_no="H-1", contact_staff_id=CONTACT, kinds=["well_off"]
    )
    await _do(county, plain, "reveal", LOOK)
    await _do(county, plain, "reveal", LOOK | {"fields": ["phone", "members"]}, Role.VISITOR)
    await _changed(county, await _register(county, homes, "changed home", household_no="H-2", holds_from="2026-01-01"))
    await _muted(county, homes)
    await _parted(county, homes, plain)


async def _appoint(county: County) -> None:
    terms = [{"post_code": "village_cadre", "unit_code": f"V-{VILLAGE}"}]
    for staff_id in (CONTACT, OTHER):
        person = {"staff_id": staff_id, "name": "周测试", "terms": terms}
        await county.call("POST", "/dispatch/v1/staff", Role.ADMIN, person)


async def _register(county: County, homes: dict[str, str], name: str, **fields: Any) -> str:
    number = len(homes)
    who = {
        "head": f"欧阳{number}",
        "phone": f"1380013{number:04}",
        "door": f"三组{number}号",
        "members": [{"name": "小雀"}],
    }
    made = await county.call("POST", HOUSEHOLDS, Role.OPERATOR, {"area_code": VILLAGE, **who, **fields})
    homes[name] = str(made["household_id"])
    return homes[name]


async def _do(county: County, household_id: str, what: str, body: object, role: Role = Role.OPERATOR) -> Any:
    return await county.call("POST", f"{HOUSEHOLDS}/{household_id}/{what}", role, body)


async def _changed(county: County, household_id: str) -> None:
    """Every fact is another, one was told late, it moved, and what is sealed is another."""
    facts = {"household_class": "away", "kinds": ["vulnerable"], "resources": ["crafts"], "visit_every": "month"}
    await _do(county, household_id, "change", {**facts, "holds_from": "2026-02-01"})
    await _do(county, household_id, "change", {"household_class": "vacant", "holds_from": "2026-01-15"})
    await _do(county, household_id, "change", {"area_code": NEXT_VILLAGE, "phone": "13800139999", "members": []})
    await _do(county, household_id, "change", {"visit_every": None}, Role.VISITOR)


async def _muted(county: County, homes: dict[str, str]) -> None:
    """Asked; asked and refused; confirmed by somebody else; and taken back."""
    wish = {"reason": "moved_away", "why": "邻居称已搬走，电话13912345678"}
    for name, decision in (
        ("home to be muted", None),
        ("home not muted", {"granted": False, "why": "核实仍在家"}),
        ("muted home", {"granted": True}),
        ("unmuted home", {"granted": True}),
        ("erased home", {"granted": True}),
        ("home to be erased", {"granted": True}),
    ):
        household_id = await _register(county, homes, name, contact_staff_id=CONTACT)
        await _do(county, household_id, "muting", wish)
        if decision is not None:
            await _do(county, household_id, "muting/decision", decision, Role.SUPERVISOR)
        if name == "unmuted home":
            await _do(county, household_id, "unmuting", {"why": "已搬回"})
    await _erased(county, homes["erased home"])


async def _erased(county: County, household_id: str) -> None:
    """By two people, as the command does it."""
    runtime = county.house.services[Service.INTAKE].runtime
    order = Order("liu", "chen", "本人书面申请，电话13912345678")
    await carry_out(
        erase_household, runtime.work_database, runtime.vault, runtime.clock.now, household_id, order, for_good=True
    )


async def _parted(county: County, homes: dict[str, str], whole: str) -> None:
    """One is split and its part merged into another."""
    split = await _register(county, homes, "split home")
    new = {"area_code": VILLAGE, "head": "小雀"}
    part = await _do(county, split, "split", {"new": new, "members": []})
    homes["part of a home"] = part["household_id"]
    merged = await _register(county, homes, "merged home")
    await _do(county, merged, "merge", {"into": whole, "why": "搬回同住"})
