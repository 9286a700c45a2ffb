"""A letter whose receiver is merged away goes along to its successor, with its deadline, or is withdrawn."""

from typing import Any

from libs.common.events.letters import LetterHandedOn, LetterWithdrawn
from services.dispatch.directory.actions.handing_over import hand_over
from tests.integration.dispatch.office import TOWN_UNIT, Office, only
from tests.integration.dispatch.test_letters import TOWN, of_the_town, sent
from tests.integration.dispatch.test_succession import BUREAU, OTHER_BUREAU, edition, load


async def letter(office: Office, letter_id: str) -> dict[str, Any]:
    found = await of_the_town(office, "li").get(f"/letters/{letter_id}")
    assert found.status_code == 200, found.text
    return dict(found.json())


async def merge(office: Office, into: str) -> None:
    await load(office, edition(BUREAU, merged={BUREAU: into}))
    await hand_over(office.database, office.clock)


async def test_it_is_the_successors_to_answer_by_the_same_deadline(office: Office) -> None:
    before = await sent(office, to_unit=BUREAU)
    await merge(office, OTHER_BUREAU)
    now = await letter(office, before["letter_id"])
    assert (now["to_unit"], now["status"], now["due_at"]) == (OTHER_BUREAU, "sent", before["due_at"])
    reply = f"/letters/{before['letter_id']}/reply"
    assert (await office.handler(BUREAU, "zhao").post(reply, {"reply": "已修复"}, version="*")).status_code in (
        403,
        404,
    )
    answered = await office.handler(OTHER_BUREAU, "zhao").post(reply, {"reply": "已修复"}, version="*")
    assert (answered.status_code, answered.json()["status"]) == (200, "replied")
    assert await hand_over(office.database, office.clock) == 0


async def test_about_a_case_its_history_and_the_ledger_tell_who_has_it_now(office: Office) -> None:
    case_id = await office.register(category_code=None)
    await office.dispatcher.do(
        case_id, "assignment", {"lead_unit": TOWN_UNIT, "category_code": "0101", "reason": "由镇牵头"}
    )
    before = await sent(office, to_unit=BUREAU, case_id=case_id)
    await merge(office, OTHER_BUREAU)
    told = only(await office.said(case_id), LetterHandedOn)
    assert (told.from_unit, told.to_unit, told.edition) == (BUREAU, OTHER_BUREAU, 1)
    assert (await letter(office, before["letter_id"]))["to_unit"] == OTHER_BUREAU


async def test_nobody_writes_to_itself(office: Office) -> None:
    case_id = await office.register(category_code=None)
    await office.dispatcher.do(
        case_id, "assignment", {"lead_unit": TOWN_UNIT, "category_code": "0101", "reason": "由镇牵头"}
    )
    before = await sent(office, to_unit=BUREAU, case_id=case_id)
    await merge(office, TOWN)
    assert (await letter(office, before["letter_id"]))["status"] == "withdrawn"
    assert "并入发函单位" in only(await office.said(case_id), LetterWithdrawn).opinion
