"""Orders of a hotline platform over signed webhooks: believed by their signature, taken once, its own and no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, HOTLINE, HOTLINE_KEY, IntakeDoor, complaint

PATH = f"/intake/v1/webhooks/{HOTLINE}"
NUMBERED = "GD202603040042"


def order(**fields: Any) -> dict[str, Any]:
    """What the platform sends."""
    return complaint(source_no=NUMBERED, requester={"name": "王五", "phone": "13912345678"}, **fields)


async def send(
    intake: IntakeDoor, body: dict[str, Any], *, message: str = "msg_1", path: str = PATH, late: timedelta = timedelta()
) -> httpx.Response:
    """As the platform sends it, signed with the specification's own library."""
    content, at = orjson.dumps(body), datetime.now(UTC) - late
    headers = {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(HOTLINE_KEY).sign(message, at, content.decode()),
    }
    return await intake.http.post(path, content=content, headers=headers)


async def test_an_order_becomes_a_case_of_its_source(intake: IntakeDoor) -> None:
    answer = await send(intake, order())
    assert answer.status_code == 201, answer.text
    found = await intake.get(answer.headers["location"])
    assert (found["channel"], found["source_system"], found["source_no"]) == ("hotline", HOTLINE, NUMBERED)
    assert found["requester"]["phone"] == "139****5678"


async def test_a_message_that_comes_again_gets_the_first_answer_and_registers_nothing(intake: IntakeDoor) -> None:
    first = await send(intake, order())
    counts = await intake.counts()
    again = await send(intake, order(), late=timedelta(minutes=4))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert await intake.counts() == counts


async def test_the_same_message_id_with_another_body_is_refused(intake: IntakeDoor) -> None:
    await send(intake, order())
    other = await send(intake, order(urgency="urgent"))
    assert (other.status_code, other.json()["type"]) == (422, "urn:huiyin:problem:idempotency-key-reused")


async def test_another_message_of_the_same_order_is_refused_and_names_its_case(intake: IntakeDoor) -> None:
    first = (await send(intake, order())).json()
    other = await send(intake, order(), message="msg_2")
    assert (other.status_code, other.json()["case_id"]) == (409, first["case_id"])


async def test_what_the_same_system_registered_with_a_token_is_known(intake: IntakeDoor) -> None:
    platform = intake.token(Role.INTEGRATOR, subject=HOTLINE)
    registered = await intake.http.post(CASES, json=order(), headers=platform)
    assert registered.status_code == 201
    assert (await send(intake, order())).json()["case_id"] == registered.json()["case_id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"channel": "visit"}, "channel"),
        ({"source_no": None}, "source_no"),
        ({"source_system": "somebody-else"}, "source_system"),
        ({"area_code": "999002101201"}, "area_code"),
        ({"direct_answer": "已答复"}, "direct_answer"),
    ],
)
async def test_what_is_wrong_with_an_order_is_named(intake: IntakeDoor, fields: dict[str, Any], field: str) -> None:
    answer = await send(intake, {**order(), **fields})
    assert answer.status_code in (403, 422), answer.text
    assert field in [wrong["field"] for wrong in answer.json()["fields"]]


async def test_who_did_not_sign_is_nobody(intake: IntakeDoor) -> None:
    before = await intake.counts()
    for answer in (
        await intake.http.post(PATH, json=order()),
        await intake.http.post(PATH, json=order(), headers=intake.operator),
        await send(intake, order(), late=timedelta(minutes=6)),
        await send(intake, order(), path="/intake/v1/webhooks/somebody-else"),
    ):
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Webhook-Signature")
    assert await intake.counts() == before
