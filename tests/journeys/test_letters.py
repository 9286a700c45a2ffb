"""翠屏街道: letters (journey 7): 翠街函〔2019〕1号, late by a worked Sunday, answered by its receiver alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from huiyin.office import errands
from libs.common.security.principal import Role
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, RESULT, County, open_county
from tests.journeys.test_levels import does

STREET, OFFICE, LAMPS, POWER = "T-511703002", "H-MINQING", "D-LAMPS", "E-POWER"
COMMUNITY = "511703002001"
FRIDAY = datetime(2019, 9, 27, 1, tzinfo=UTC)
"""Before a Sunday that is worked (09-29) and the holidays of 10-01 to 10-07."""
WHOLE = {key: value for key, value in RESULT.items() if key != "without_support"}
LETTERS = "/dispatch/v1/letters"
WORDS = {"kind": "request", "to_unit": LAMPS, "subject": "商请修复路灯", "body": "社区北口路灯不亮，请贵单位修复。"}


@pytest.fixture
async def street(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """The street's own house, on either bus, audited at the end."""
    pack = DEMO.parent / "dachuan-cuiping"
    database = await make_database("template0")
    async with open_county(database, tmp_path, pack=pack, start=FRIDAY, **either_bus) as county:
        yield county
        await county.check()


async def led_by_the_street(street: County) -> str:
    """A case of the community that the street leads, and has signed."""
    case_id = await street.register(category_code=None, area_code=COMMUNITY)
    given = {"lead_unit": STREET, "category_code": "0501", "reason": "街道牵头"}
    await street.dispatcher.do(errands.on_work(case_id, "assignment", given))
    await does(street, STREET, case_id, "signature")
    return case_id


async def drafted(street: County, case_id: str | None = None, **other: Any) -> str:
    """A letter that a clerk of the street drafted; gives its id."""
    body = WORDS | ({} if case_id is None else {"case_id": case_id}) | other
    return str((await street.handler(STREET, "clerk").do(LETTERS, body))["letter_id"])


async def step(street: County, unit: str, letter_id: str, verb: str, body: object = None) -> Any:
    """A step of one of a letter's two units, with all that follows from it."""
    answer = await street.handler(unit, f"head-of-{unit}").do(f"{LETTERS}/{letter_id}/{verb}", body)
    await street.house.settle()
    return answer


async def test_a_letter_over_a_make_up_sunday_is_late_by_that_day_and_holds_the_result(street: County) -> None:
    case_id = await led_by_the_street(street)
    letter_id = await drafted(street, case_id)
    own = await street.handler(STREET, "clerk").post(f"{LETTERS}/{letter_id}/sending", None, version="*")
    assert own.status_code == 403
    assert (await street.handler(LAMPS).get(f"{LETTERS}/{letter_id}")).status_code == 404
    sent = await step(street, STREET, letter_id, "sending")
    assert (sent["no"], sent["status"]) == ("翠街函〔2019〕1号", "sent")
    # Sunday 09-29 is worked, 10-01 to 10-07 is not: the fifth working day is 10-10, which ends at 16:00 UTC.
    assert sent["due_at"] == "2019-10-10T16:00:00Z"
    for unit in (POWER, "D-HOUSING"):
        nobodys = street.handler(unit)
        assert (await nobodys.get(f"{LETTERS}/{letter_id}")).status_code == 404
        refused = await nobodys.post(f"{LETTERS}/{letter_id}/reply", {"reply": "已修复"}, version="*")
        assert refused.status_code == 404
    by_sender = await street.handler(STREET).post(f"{LETTERS}/{letter_id}/reply", {"reply": "好"}, version="*")
    assert by_sender.status_code == 403
    lead = street.handler(STREET, f"worker-{STREET}")
    waits = await lead.post(f"/dispatch/v1/cases/{case_id}/result", WHOLE, version="*")
    assert waits.status_code == 409
    assert "翠街函〔2019〕1号" in waits.text
    await step(street, LAMPS, letter_id, "acknowledgement")
    await street.advance(days=13, hours=23)
    await street.house.settle()
    [overdue] = (await lead.ask(f"{LETTERS}?box=sent&overdue=true"))["items"]
    assert (overdue["to_unit"], overdue["to_name"]) == (LAMPS, "达川区市政工程管理处路灯所")
    promise = await street.promise(case_id)
    assert ("letter_late", LAMPS) in {(one["rule_code"], one["unit_code"]) for one in promise["supervisions"]}
    await step(street, STREET, letter_id, "reminders", {"reminder": "请尽快函复"})
    replied = await step(street, LAMPS, letter_id, "reply", {"reply": "路灯已修复", "evidence": ["ab" * 32]})
    assert (replied["status"], replied["late"], replied["reminders"]) == ("replied", True, 1)
    back = await step(street, STREET, letter_id, "return", {"opinion": "请附修复后照片", "days": 2})
    assert back["status"] == "sent_back"
    await step(street, LAMPS, letter_id, "reply", {"reply": "路灯已修复，附照片", "evidence": ["ab" * 32, "cd" * 32]})
    done = await step(street, STREET, letter_id, "acceptance", {"opinion": "情况属实"})
    assert (done["status"], done["late"], len(done["evidence"])) == ("accepted", True, 2)
    await does(street, STREET, case_id, "result", WHOLE)
    again = await street.handler(LAMPS, "x").post(f"{LETTERS}/{letter_id}/reply", {"reply": "再复"}, version="*")
    assert again.status_code == 409


async def test_numbers_have_no_gap_whoever_sends_at_once_and_a_withdrawn_letter_keeps_its_own(street: County) -> None:
    case_id = await led_by_the_street(street)
    ids = [await drafted(street, case_id if index % 2 else None) for index in range(8)]
    dropped = await step(street, STREET, ids.pop(), "withdrawal", {"reason": "误拟"})
    assert (dropped["no"], dropped["status"]) == (None, "withdrawn")
    heads = [street.handler(STREET, f"head-{index % 2}") for index in range(7)]
    sent = await asyncio.gather(
        *(head.do(f"{LETTERS}/{letter_id}/sending", None) for head, letter_id in zip(heads, ids, strict=True))
    )
    assert sorted(letter["no"] for letter in sent) == [f"翠街函〔2019〕{number}号" for number in range(1, 8)]
    await street.house.settle()
    twice = await heads[0].post(f"{LETTERS}/{ids[0]}/sending", None, version="*")
    assert twice.status_code == 409
    gone = await step(street, STREET, ids[0], "withdrawal", {"reason": "已电话商定"})
    assert gone["no"] == next(letter["no"] for letter in sent if letter["letter_id"] == ids[0])
    following = await step(street, STREET, await drafted(street), "sending")
    assert following["no"] == "翠街函〔2019〕8号"
    other = await drafted(street, kind="assignment", to_unit=POWER)
    order = await street.handler(STREET, "clerk").do(f"{LETTERS}/{other}/sending", None)
    assert order["no"] == "翠街交办〔2019〕1号"
    for letter_id in ids[1:]:
        await step(street, STREET, letter_id, "withdrawal", {"reason": "演练结束"})
    await does(street, STREET, case_id, "result", WHOLE)


async def test_what_travels_is_the_wording_on_the_page_and_in_the_document(street: County) -> None:
    case_id = await street.register(
        category_code=None, area_code=COMMUNITY, text="我是张三，电话13812341234，小区北口路灯不亮三天了。"
    )
    given = {"lead_unit": STREET, "category_code": "0501", "reason": "街道牵头"}
    await street.dispatcher.do(errands.on_work(case_id, "assignment", given))
    await does(street, STREET, case_id, "signature")
    letter_id = await drafted(street, case_id, body="请修复。联系电话13912345678。", to_unit=POWER)
    lead, power = street.handler(STREET, "clerk"), street.handler(POWER, "power")
    draft = await lead.get(f"{LETTERS}/{letter_id}/page")
    assert "未经签发" in draft.text
    await step(street, STREET, letter_id, "sending")
    page, whole = await power.get(f"{LETTERS}/{letter_id}/page"), await power.get(f"{LETTERS}/{letter_id}")
    document = (await power.get(f"{LETTERS}/{letter_id}/document")).content
    with ZipFile(BytesIO(document)) as parts:
        xml = parts.read("word/document.xml").decode()
    for text in (page.text, whole.text, xml):
        assert "翠街函〔2019〕1号" in text
        assert "路灯不亮三天了" in text
        assert not [word for word in ("张三", "13812341234", "13912345678") if word in text]
    assert "{{" not in xml
    assert "A4" in page.text
    for path in ("page", "document"):
        assert (await street.handler(LAMPS).get(f"{LETTERS}/{letter_id}/{path}")).status_code == 404
    own = {"known": await lead.ask(f"{LETTERS}?box=sent"), "got": await power.ask(LETTERS)}
    assert [len(box["items"]) for box in own.values()] == [1, 1]
    assert (await street.handler(LAMPS).ask(LETTERS))["items"] == []
    await step(street, STREET, letter_id, "withdrawal", {"reason": "已现场修复"})


async def test_who_is_no_office_writes_none_and_a_unit_complained_about_gets_none(street: County) -> None:
    refused = await street.handler(LAMPS, "x").post(LETTERS, WORDS | {"to_unit": POWER})
    assert refused.status_code == 403
    for body, field in (
        (WORDS | {"kind": "none"}, "kind"),
        (WORDS | {"to_unit": "D-NONE"}, "to_unit"),
        (WORDS | {"to_unit": STREET}, "to_unit"),
        (WORDS | {"days": 0}, "days"),
    ):
        wrong = await street.handler(STREET, "clerk").post(LETTERS, body)
        assert (wrong.status_code, field in wrong.text) == (422, True)
    case_id = await led_by_the_street(street)
    office = street.person("clerk-2", Role.DISPATCHER, unit=OFFICE)
    letter = await office.do(LETTERS, WORDS | {"case_id": case_id})
    head = street.person("head-2", Role.SUPERVISOR, unit=OFFICE)
    sent = await head.do(f"{LETTERS}/{letter['letter_id']}/sending", None)
    assert sent["no"] == "翠街民情函〔2019〕1号"
    await street.operator.do(
        f"/intake/v1/cases/{case_id}/accused", {"accused_units": [LAMPS], "reason": "也涉及该单位"}
    )
    await street.house.settle()
    assert (await office.ask(f"{LETTERS}/{letter['letter_id']}"))["status"] == "withdrawn"
    assert (await street.handler(LAMPS).get(f"{LETTERS}/{letter['letter_id']}")).status_code == 404
    accused = await street.handler(STREET, "clerk").post(LETTERS, WORDS | {"case_id": case_id})
    assert accused.status_code == 422
