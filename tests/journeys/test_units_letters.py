"""Letters at the units' pages in a real browser: drafted, signed off by another, acknowledged, answered, accepted."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from libs.common.security.principal import Role
from tests.journeys.phones import Phones
from tests.journeys.test_whistles import LAMPS, POWER, STREET, led_by_the_street
from tests.journeys.units_page import at_the_page, fill, send, written
from tests.support.browser import Window

LETTER = {"kind": "request", "to_unit": LAMPS, "subject": "商请修复路灯", "body": "社区北口路灯不亮，请贵单位修复。"}
PROOF = b"the record of the repair"


async def letters(phones: Phones, unit: str, box: str) -> list[Any]:
    found = await phones.county.handler(unit).ask(f"/dispatch/v1/letters?box={box}")
    return list(found["items"])


async def test_a_letter_is_drafted_signed_off_by_another_answered_and_accepted(
    street_phones: Phones, tmp_path: Path
) -> None:
    phones = street_phones
    case_id = await led_by_the_street(phones.county)
    clerk = await at_the_page(phones, "clerk", Role.HANDLER, place=f"#case/{case_id}", unit=STREET)
    await clerk.click("#to-letters")
    await fill(clerk, "draft", **LETTER)
    await send(clerk, "draft")
    await clerk.click("#letters li a")
    await send(clerk, "send")
    await clerk.sees("拟稿人不得签发", "#notice")
    (draft,) = await letters(phones, STREET, "sent")
    assert (draft["status"], draft["case_id"]) == ("drafted", case_id)

    head = await at_the_page(phones, "head", Role.HANDLER, place=f"#letter/{draft['letter_id']}", unit=STREET)
    await send(head, "send")
    await head.find("#letter[data-status=sent]")
    await head.sees("号", "#letter .hint")
    lamps = await at_the_page(phones, "lamps", Role.HANDLER, place="#letters", unit=LAMPS)
    await lamps.click("#letters li a")
    await lamps.sees("社区北口路灯不亮", "#letter")
    assert await lamps.count("[data-step=send], [data-step=withdraw], [data-step=remind]") == 0
    await send(lamps, "acknowledge")
    await lamps.find("#letter[data-status=acknowledged]")

    await answered(head, lamps, tmp_path / "修复记录.txt")
    found = await phones.county.handler(LAMPS).ask(f"/dispatch/v1/letters/{draft['letter_id']}")
    assert (found["reply"], found["reminders"], found["status"]) == ("路灯已修复，附照片", 1, "accepted")


async def answered(head: Window, lamps: Window, proof: Path) -> None:
    """Reminded, answered with what proves it, sent back, answered once more, accepted."""
    await head.reload()
    await fill(head, "remind", reminder="请尽快函复")
    await send(head, "remind")
    await head.sees("催复 1 次", "#letter")
    await lamps.reload()
    proof.write_bytes(PROOF)
    await fill(lamps, "reply", reply="路灯已修复")
    await lamps.attach("[data-step=reply] [name=evidence]", proof)
    await lamps.find("[data-step=reply] [data-digest]")
    await send(lamps, "reply")
    await lamps.find("#letter[data-status=replied]")
    assert await lamps.count(f"#reply [data-digest='{sha256(PROOF).hexdigest()}']") == 1
    await head.reload()
    await fill(head, "send_back", opinion="请附修复后照片", days="91")
    await send(head, "send_back")
    await head.find("[data-step=send_back] .wrong")
    assert await written(head, "send_back", "opinion") == "请附修复后照片"
    await fill(head, "send_back", days="2")
    await send(head, "send_back")
    await head.find("#letter[data-status=sent_back]")
    await lamps.reload()
    await fill(lamps, "reply", reply="路灯已修复，附照片")
    await send(lamps, "reply")
    await head.reload()
    await fill(head, "accept", opinion="情况属实")
    await send(head, "accept")
    await head.find("#letter[data-status=accepted]")
    await head.sees("没有需要您办理的步骤", "#steps")


async def test_who_writes_no_letters_is_shown_no_form_and_others_letters_are_not_there(street_phones: Phones) -> None:
    phones = street_phones
    made = await phones.county.handler(STREET, "clerk").do("/dispatch/v1/letters", LETTER)
    await phones.county.handler(STREET, "head").do(f"/dispatch/v1/letters/{made['letter_id']}/sending", None)
    power = await at_the_page(phones, "power", Role.HANDLER, place="#letters/sent", unit=POWER)
    await power.sees("没有", "#letters")
    assert await power.count("[data-step]") == 0
    await power.run("location.hash = arguments[0]", f"#letter/{made['letter_id']}")
    await power.sees("函件不存在或无权查看")
