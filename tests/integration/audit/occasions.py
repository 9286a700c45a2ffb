"""Collection points and occasions of the small county: all that can become of one, once."""

from datetime import timedelta

from libs.common.security.principal import Role
from tests.integration.audit.county import VILLAGE, County

POINTS, OCCASIONS = "/intake/v1/points", "/intake/v1/occasions"
THERE, OTHER = "S-1005", "S-1006"
WHO = {"name": "赵测试", "phone": "13800138000"}


async def listen(county: County, homes: dict[str, str]) -> None:
    """A point with its duty and a collection, and a forum; each said again."""
    body = {"code": "square", "kind": "square", "name": "广场收集点", "place": "东门", "area_code": VILLAGE}
    open_ = body | {"days": "wednesdays", "opens_at": "09:00", "closes_at": "11:30"}
    point = homes["point"] = (await county.call("POST", POINTS, Role.OPERATOR, open_))["point_id"]
    other = open_ | {"code": "estate", "kind": "estate", "until_day": "2036-01-01"}
    homes["other point"] = (await county.call("POST", POINTS, Role.OPERATOR, other))["point_id"]
    later = {"closes_at": "12:00", "why": "群众要求延长，电话13912345678"}
    await county.call("POST", f"{POINTS}/{point}/change", Role.OPERATOR, later)
    today = (county.house.clock.now() + timedelta(hours=8)).date()
    span = {"from_day": today.isoformat(), "until_day": (today + timedelta(days=13)).isoformat()}
    for staff_ids, why in (([THERE], None), ([THERE, OTHER], "增派")):
        duty = {**span, "staff_ids": staff_ids, "why": why}
        await county.call("POST", f"{POINTS}/{point}/duty", Role.OPERATOR, duty)
    await _occasions(county, homes, point)


async def _occasions(county: County, homes: dict[str, str], point: str) -> None:
    began = county.house.clock.now() - timedelta(hours=1)
    ended = {"started_at": began.isoformat(), "ended_at": (began + timedelta(minutes=40)).isoformat()}
    matters = [
        {"what": "becomes_case", "text": "广场路灯坏了三天", "requester": WHO},
        {"what": "explained", "text": "问医保，电话13912345678", "answer": "已告知"},
    ]
    common = {"staff_ids": [THERE], "citizens": 12, "matters": matters, **ended}
    forum = {"kind": "forum", "area_code": VILLAGE, "place": "会议室", "topic": "排水", "unit_codes": ["D-HOUSING"]}
    collection = {"kind": "collection", "point_id": point}
    for name, body in (("collection", collection), ("other collection", collection), ("forum", forum)):
        made = await county.call("POST", OCCASIONS, Role.OPERATOR, common | body)
        homes[name] = made["occasion_id"]
        county.cases[f"{name} case"] = made["matters"][0]["case_id"]
    fix = {"citizens": 15, "staff_ids": [THERE, OTHER], "topic": "排水与路灯", "why": "补记，电话13912345678"}
    await county.call("POST", f"{OCCASIONS}/{homes['forum']}/correction", Role.OPERATOR, fix)
