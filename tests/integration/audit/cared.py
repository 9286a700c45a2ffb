"""Who mediates, who is owed aid, and what leaders are told at once: a case of each."""

from libs.common.security.principal import Role
from tests.integration.audit.county import VILLAGE, County


async def mediated(county: County) -> None:
    """One mediation is given back, the next is agreed in two sessions and broken, another fails, one is withdrawn."""
    village = "V-999001101201"
    terms = [{"post_code": "mediator", "unit_code": village}]
    for staff_id in ("S-7001", "S-7002"):
        person = {"staff_id": staff_id, "name": "尤测试", "terms": terms}
        await county.call("POST", "/dispatch/v1/staff", Role.ADMIN, person)
    case_id = await county.register("mediated")
    met = {
        "held_at": county.house.clock.now().isoformat(),
        "venue": "mediation_room",
        "area_code": VILLAGE,
        "took_part": ["applicant", "respondent"],
        "people": 3,
        "note": "双方同意丈量，勿打13912345678",
    }

    async def gives(mediator: str) -> str:
        body = {"mediator": mediator, "kind": "neighbours", "subject": "争地界，勿打13912345678"}
        given = await county.call("POST", f"/dispatch/v1/cases/{case_id}/mediations", Role.DISPATCHER, body)
        return str(given["mediation_id"])

    async def mediates(mediator: str, mediation_id: str, verb: str, body: object) -> None:
        who = county.people.person(f"elder-{mediator}", Role.MEDIATOR, staff_id=mediator)
        held = met | {"held_at": county.house.clock.now().isoformat()}
        await who.do(f"/dispatch/v1/my-mediations/{mediation_id}/{verb}", held if body is None else body)
        await county.house.settle()

    signed = {"terms": "以老界石为界，勿打13912345678", "document": "ab" * 32}
    await mediates("S-7002", await gives("S-7002"), "return", {"note": "与一方有亲属关系"})
    agreed = await gives("S-7001")
    for verb, body in (("sessions", None), ("sessions", None), ("agreement", signed)):
        await mediates("S-7001", agreed, verb, body)
    broken = {"kept": False, "note": "到户查看，界石又被挪动"}
    await county.call("POST", f"/dispatch/v1/mediations/{agreed}/follow-up", Role.DISPATCHER, broken)
    failed = await gives("S-7001")
    await mediates("S-7001", failed, "sessions", None)
    await mediates("S-7001", failed, "failure", {"note": "双方各执一词"})
    withdrawn = await gives("S-7001")
    await county.call(
        "POST", f"/dispatch/v1/mediations/{withdrawn}/withdrawal", Role.DISPATCHER, {"note": "已自行和解"}
    )
    await gives("S-7002")


async def aided(county: County) -> None:
    """Aid of three kinds: granted with an amount, refused, and dropped; a fourth is still applied for."""
    case_id = await county.register("aided")
    lead = await county.lead(case_id)

    async def finds(kind: str) -> str:
        body = {"kind": kind, "persons": 2, "note": "房屋受灾，勿打13912345678"}
        found = await county.call("POST", f"/dispatch/v1/cases/{case_id}/aids", Role.HANDLER, body, unit=lead)
        return f"/dispatch/v1/aids/{found['aid_id']}"

    granted, refused, dropped, waits = [await finds(kind) for kind in ("temporary", "medical", "destitute", "referral")]
    for place in (granted, refused, waits):
        await county.call("POST", f"{place}/application", Role.HANDLER, {"note": "已提交申请"}, unit=lead)
    for place, body in (
        (granted, {"granted": True, "amount_fen": 300_000, "note": "符合条件"}),
        (refused, {"granted": False, "note": "收入超过标准"}),
    ):
        await county.call("POST", f"{place}/decision", Role.DISPATCHER, body)
    await county.call("POST", f"{dropped}/dropping", Role.HANDLER, {"note": "家庭已自行解决"}, unit=lead)


async def risky(county: County) -> None:
    """A risk by its words, of which the leader is told and which the leader has; another that a person reports."""
    town = "T-999001101"
    terms = [{"post_code": "leader", "unit_code": town}]
    leader = {"staff_id": "S-7003", "name": "蒋测试", "terms": terms}
    await county.call("POST", "/dispatch/v1/staff", Role.ADMIN, leader)
    case_id = await county.register("risky", text="工地欠薪，工人扬言集体上访，勿打13912345678")
    who = county.people.person("leader-S-7003", Role.LEADER, unit=town, staff_id="S-7003")
    [told] = (await who.ask("/dispatch/v1/my-risks"))["items"]
    await who.do(f"/dispatch/v1/my-risks/{told['risk_id']}/acknowledgement", {"note": "已派人到场"})
    await county.house.settle()
    by_hand = {"kind": "safety", "why": "当事人情绪激动，勿打13912345678"}
    await county.call("POST", f"/dispatch/v1/cases/{case_id}/risks", Role.DISPATCHER, by_hand)
