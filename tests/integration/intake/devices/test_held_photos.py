"""Photos of a visit that waits for a decision are kept with it, and go where it goes, whatever became of the phone."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.intake.attachments.actions.sweep import sweep
from tests.integration.intake.devices.phone import DEVICES, Phone
from tests.integration.intake.door import NOW, IntakeDoor
from tests.integration.intake.homes import VISITS, Homes
from tests.integration.intake.test_visit_photos import kept, swept
from tests.support.files import JPEG, PDF, PNG

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXT = "村口路灯坏了三天，晚上老人出门很不安全。"


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Where the bytes are."""
    return tmp_path / "attachments"


async def send(phone: Phone, item: dict[str, Any], content: bytes = JPEG, **query: Any) -> httpx.Response:
    path = f"{DEVICES}/{phone.device_id}/items/{item['item_id']}/photos"
    return await phone.door.http.post(path, content=content, headers=phone.headers, params=query)


async def held(phone: Phone, home: str, **fields: Any) -> dict[str, Any]:
    """A visit by a clock that went wrong, whose record names two photos."""
    about = {"photos": [digest(JPEG), digest(PNG)], "made_at": NOW - 2 * HOUR}
    item = phone.visit(home, NOW - HOUR, **about, **fields)
    assert await phone.outcomes(item) == [("held", "clock-backwards")]
    return item


async def test_they_outlive_the_phone_and_go_over_to_the_visit_once_it_is_applied(
    intake: IntakeDoor, home: str, phone: Phone, supervisor: dict[str, str], files: Path
) -> None:
    item = await held(phone, home)
    answer = await send(phone, item)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "item_id": item["item_id"],
        "sha256": digest(JPEG),
        "size": len(JPEG),
        "media_type": "image/jpeg",
    }
    assert (await send(phone, item)).status_code == 201
    await phone.post(f"/{phone.device_id}/loss", {"reason": "手机昨晚遗失在村口"})
    assert (await phone.pull()) == {"wipe": True}
    assert await swept(intake, files) == {digest(JPEG)}
    assert (await phone.decide(1, "apply", supervisor)).status_code == 200
    photos = (await intake.get(f"{VISITS}/{item['item_id']}/photos", supervisor))["photos"]
    assert [(one["sha256"], one["state"]) for one in photos] == [(digest(JPEG), "kept"), (digest(PNG), "missing")]
    assert photos[0]["added_by"] == "cadre-S-1"
    assert await intake.rows("SELECT FROM device_photo") == []
    assert await swept(intake, files) == {digest(JPEG)}
    late = await send(phone, item, PNG)
    assert (late.status_code, late.json()["type"].rpartition(":")[2]) == (409, "conflict")


async def test_those_of_a_matter_go_to_its_case_and_not_to_the_visit(
    intake: IntakeDoor, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    matters = [{"what": "explained", "text": TEXT, "answer": "已解释政策"}, {"what": "becomes_case", "text": TEXT}]
    item = await held(phone, home, matters=matters)
    assert (await send(phone, item, matter=2)).status_code == 201
    assert (await send(phone, item, PNG, matter=1)).status_code == 201
    receipt = (await phone.decide(1, "apply", supervisor)).json()
    (case_id,) = receipt["case_ids"]
    attached = (await intake.get(f"/intake/v1/cases/{case_id}/attachments"))["items"]
    assert [(one["digest"], one["name"], one["added_by"]) for one in attached] == [
        (digest(JPEG), "走访照片.jpg", "cadre-S-1")
    ]
    photos = (await intake.get(f"{VISITS}/{item['item_id']}/photos", supervisor))["photos"]
    assert [one["state"] for one in photos] == ["with_case", "kept"]


async def test_those_of_a_dropped_item_go_and_their_bytes_with_the_next_sweep(
    intake: IntakeDoor, home: str, phone: Phone, supervisor: dict[str, str], files: Path
) -> None:
    item = await held(phone, home)
    await send(phone, item)
    assert (await phone.decide(1, "drop", supervisor)).status_code == 200
    assert await intake.rows("SELECT FROM device_photo") == []
    assert await swept(intake, files) == set()


async def test_those_of_an_item_behind_a_gap_go_over_with_its_turn(intake: IntakeDoor, home: str, phone: Phone) -> None:
    other = await Homes(intake).register(contact_staff_id="S-1")
    first = phone.visit(home, NOW - HOUR)
    second = phone.visit(other["household_id"], NOW - HOUR, photos=[digest(JPEG)])
    assert await phone.outcomes(second) == [("held", "awaiting-earlier")]
    assert (await send(phone, second)).status_code == 201
    await phone.push(first)
    photos = (await intake.get(f"{VISITS}/{second['item_id']}/photos"))["photos"]
    assert [one["state"] for one in photos] == ["kept"]


async def test_what_is_no_photo_of_the_item_is_refused_and_nothing_is_kept(
    intake: IntakeDoor, home: str, phone: Phone, files: Path
) -> None:
    item = await held(phone, home)
    unnamed = await send(phone, item, PDF)
    assert (unnamed.status_code, unnamed.json()["fields"][0]["field"]) == (422, "body")
    named = phone.visit(home, NOW - HOUR, photos=[digest(PDF)], made_at=NOW - 2 * HOUR)
    await phone.push(named)
    assert (await send(phone, named, PDF)).status_code == 415
    assert (await send(phone, item, b"")).status_code == 422
    unknown = {"item_id": "00000000-0000-7000-8000-000000000000"}
    assert (await send(phone, unknown)).status_code == 404
    other = await Phone(intake, "S-2").register()
    other.device_id = phone.device_id
    assert (await send(other, item)).status_code == 404
    assert (await send(phone, item, matter=0)).status_code == 422
    assert kept(files) == set()
    assert await intake.rows("SELECT FROM device_photo") == []


async def test_a_sweep_leaves_what_is_of_an_item_that_waits(
    intake: IntakeDoor, home: str, phone: Phone, files: Path
) -> None:
    item = await held(phone, home)
    await send(phone, item, PNG)
    await sweep(intake.service.runtime, NOW + 9 * DAY)
    assert kept(files) == {digest(PNG)}
