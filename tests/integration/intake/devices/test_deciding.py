"""A person decides about what was held or refused: somebody else than whoever made it, by whichever account."""

from datetime import timedelta

from libs.common.security.principal import Role
from libs.common.security.vault import VaultKeys
from services.intake.devices.actions.sealing import rewrap_device_keys
from tests.integration.intake.devices.phone import DEVICES, MINUTE, Phone, give, visits_of
from tests.integration.intake.door import NOW, OTHER_TOWN, IntakeDoor
from tests.integration.intake.homes import SUPERVISION, Homes

HOUR = timedelta(hours=1)


async def held_visit(homes: Homes, phone: Phone, home: str, **fields: object) -> None:
    """One that was begun after the household was somebody else's."""
    await give(homes, "S-2", home)
    homes.door.move_clock(NOW + 5 * HOUR)
    phone.visit(home, NOW + HOUR, **fields)
    assert await phone.outcomes() == [("held", "no-longer-yours")]


async def test_a_held_visit_is_applied_for_its_maker_and_the_phone_is_told(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    matter = {"what": "becomes_case", "text": "村口路灯坏了三天，欧阳金丝雀晚上出门很不安全。"}
    await held_visit(homes, phone, home, matters=[matter])
    page = await intake.get(f"{DEVICES}/items", supervisor, {"outcome": "held"})
    (item,) = page["items"]
    assert (item["seq"], item["code"], item["staff_id"], item["household_id"]) == (1, "no-longer-yours", "S-1", home)
    assert (item["said"]["outcome"], item["said"]["matters"]) == ("reached", 1)
    assert "金丝雀" not in str(page)
    since = (await intake.get(f"{DEVICES}/{phone.device_id}/receipts", phone.headers))["cursor"]
    receipt = (await phone.decide(1, "apply", supervisor)).json()
    assert (receipt["outcome"], len(receipt["case_ids"])) == ("applied", 1)
    news = await intake.get(f"{DEVICES}/{phone.device_id}/receipts", phone.headers, {"since": since})
    assert news["receipts"] == [receipt]
    made = await intake.get(f"/intake/v1/visits/{receipt['visit_id']}")
    assert (made["staff_ids"], made["entered_by"]) == (["S-1"], "staff:S-1")
    assert (await intake.get(f"{DEVICES}/items", supervisor))["items"] == []
    again = await phone.decide(1, "drop", supervisor)
    assert again.status_code == 409
    (row,) = await intake.rows("SELECT sealed_body FROM device_item")
    assert row.sealed_body is None
    steps = await intake.rows("SELECT outcome, staff_id, why FROM device_item_change ORDER BY version")
    assert [(one.outcome, one.staff_id) for one in steps] == [("held", "S-1"), ("held", "S-1"), ("applied", "S-9")]


async def test_a_dropped_item_is_refused_for_good(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    await held_visit(homes, phone, home)
    named = {"reason": "欧阳金丝雀家无人，三组15号已核实"}
    receipt = (await phone.decide(1, "drop", supervisor, **named)).json()
    (step,) = await intake.rows("SELECT why FROM device_item_change WHERE code = 'dropped'")
    assert "金丝雀" not in step.why
    assert "15号" not in step.why
    assert (receipt["outcome"], receipt["code"], receipt["who_decides"]) == ("refused", "dropped", None)
    assert await phone.push() == [receipt]
    assert await visits_of(intake, "S-1") == []


async def test_nobody_decides_about_an_own_item_by_whichever_account(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    await held_visit(homes, phone, home, staff_ids=["S-1", "S-2"])
    for staff_id in ("S-1", "S-2"):
        as_supervisor = intake.token(Role.SUPERVISOR, subject=f"other-{staff_id}", staff=staff_id, unit=SUPERVISION)
        answer = await phone.decide(1, "apply", as_supervisor)
        assert answer.status_code == 403, answer.text
    assert (await phone.decide(1, "apply", phone.headers)).status_code == 403
    elsewhere = intake.token(Role.SUPERVISOR, subject="far", area=OTHER_TOWN)
    assert (await phone.decide(1, "apply", elsewhere)).status_code == 404
    assert (await phone.decide(1, "apply", supervisor)).status_code == 200


async def test_what_cannot_be_applied_stays_as_it_is(
    intake: IntakeDoor, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    phone.visit(home, purposes=["none_such"])
    phone.visit(home, outcome="nonsense")
    assert await phone.outcomes() == [("refused", "invalid")] * 2
    before = await intake.rows("SELECT outcome, version, receipt FROM device_item ORDER BY seq")
    for seq, field in ((1, "purposes"), (2, "outcome")):
        answer = await phone.decide(seq, "apply", supervisor)
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["field"].startswith(field)
    assert await intake.rows("SELECT outcome, version, receipt FROM device_item ORDER BY seq") == before


async def test_a_lost_phone_is_wiped_and_what_it_brings_is_held(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    reason = {"reason": "下村途中遗失"}
    await phone.done(f"/{phone.device_id}/loss", reason)
    assert await phone.pull() == {"wipe": True}
    phone.visit(home)
    assert await phone.outcomes() == [("held", "device-lost")]
    assert (await phone.post(f"/{phone.device_id}/return", reason)).status_code == 403
    found = await phone.done(f"/{phone.device_id}/return", reason, supervisor)
    assert found["lost_at"] is None
    assert (await phone.pull())["wipe"] is False
    assert (await phone.decide(1, "apply", supervisor)).json()["outcome"] == "applied"


async def test_a_phone_is_of_one_person_until_it_is_given_up(intake: IntakeDoor, home: str, phone: Phone) -> None:
    second = Phone(intake, "S-2", phone.device_id)
    body = {"device_id": phone.device_id, "name": "值班手机"}
    again = await phone.post("", body)
    assert again.status_code == 200
    first = again.json()
    assert (await second.post("", body)).status_code == 409
    nobody = intake.token(Role.VISITOR, subject="no-staff")
    assert (await phone.post("", {**body}, nobody)).status_code == 403
    assert (await second.post(f"/{phone.device_id}/pull", {})).status_code == 404
    phone.visit(home)
    await phone.push()
    await phone.pull(unsent=1)
    assert (await phone.post(f"/{phone.device_id}/return", {"reason": "换手机"})).status_code == 409
    await phone.pull(unsent=0)
    assert (await phone.done(f"/{phone.device_id}/return", {"reason": "换手机"}))["gave_up_at"] is not None
    assert (await phone.post(f"/{phone.device_id}/pull", {})).status_code == 409
    taken = await second.register()
    mine = await intake.get(f"{DEVICES}/mine", taken.headers)
    assert [(one["device_id"], one["next_seq"]) for one in mine["items"]] == [(phone.device_id, 2)]
    assert first["next_seq"] == 1
    assert await taken.receipts() == {}


async def test_supervisors_see_who_is_silent(intake: IntakeDoor, phone: Phone, supervisor: dict[str, str]) -> None:
    other = await Phone(intake, "S-2").register()
    intake.move_clock(NOW + timedelta(days=8))
    await other.pull(unsent=3)
    page = await intake.get(DEVICES, supervisor, {"silent_days": 7})
    assert [(one["device_id"], one["silent_days"]) for one in page["items"]] == [(phone.device_id, 8)]
    everybody = await intake.get(DEVICES, supervisor, {"state": "in_use"})
    assert [(one["device_id"], one["unsent"]) for one in everybody["items"]] == [
        (phone.device_id, 0),
        (other.device_id, 3),
    ]
    far = intake.token(Role.SUPERVISOR, subject="far", area=OTHER_TOWN)
    assert (await intake.get(DEVICES, far))["items"] == []
    assert (await intake.get(DEVICES, supervisor, {"state": "lost"}))["items"] == []


async def test_a_correction_goes_by_its_own_door(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    visit = phone.visit(home, NOW - 3 * HOUR, materials={"safety_leaflet": 2})
    phone.correction(visit["item_id"], NOW - 2 * HOUR, materials={"safety_leaflet": 3})
    phone.correction("00000000-0000-7000-8000-000000000000", NOW - 2 * HOUR, topics=["jobs"])
    assert await phone.outcomes() == [("applied", "applied"), ("applied", "applied"), ("held", "visit-not-here")]
    made = await intake.get(f"/intake/v1/visits/{visit['item_id']}")
    assert (made["materials"], made["version"]) == ({"safety_leaflet": 3}, 2)
    intake.move_clock(NOW + MINUTE)
    by_office = {"why": "核对台账", "materials": {"safety_leaflet": 5}}
    answer = await intake.http.post(
        f"/intake/v1/visits/{visit['item_id']}/correction", json=by_office, headers=supervisor | {"If-Match": "*"}
    )
    assert answer.status_code in (200, 403), answer.text


async def test_what_a_body_made_up_stands_in_no_receipt(intake: IntakeDoor, home: str, phone: Phone) -> None:
    phone.visit(home, 欧阳金丝雀=1, findings={"欧阳金丝雀": True})
    (receipt,) = await phone.push()
    assert (receipt["outcome"], receipt["code"]) == ("refused", "invalid")
    (row,) = await intake.rows("SELECT to_jsonb(device_item)::text AS whole FROM device_item")
    assert "金丝雀" not in row.whole + str(receipt)


async def test_whatever_a_body_holds_it_is_told(intake: IntakeDoor, home: str, phone: Phone) -> None:
    """Not what could be a visit, and nothing that the wire or the database would choke on."""
    phone.visit(home, guide=10**40)
    phone.visit(home, guide="\u0007")
    phone.visit(home, materials={"safety_leaflet": 10**30})
    phone.visit(home)
    assert [outcome for outcome, _ in await phone.outcomes()] == [*["refused"] * 3, "applied"]


async def test_a_household_that_cannot_be_opened_holds_its_own_visit_alone(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    other = (await homes.register(contact_staff_id="S-1", head="李四"))["household_id"]
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("UPDATE household_identity SET wrapped = '\\x00' WHERE household_id = $1", other)
    phone.visit(other)
    phone.visit(home)
    assert await phone.outcomes() == [("held", "unavailable"), ("applied", "applied")]
    pulled = await phone.pull()
    assert {one["household_id"]: one["head"] for one in pulled["households"]} == {home: "欧阳金丝雀", other: None}


async def test_two_items_of_one_number_are_told_apart(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    other = (await homes.register(contact_staff_id="S-1"))["household_id"]
    phone.visit(home)
    second = phone.visit(other, seq=1)
    assert await phone.outcomes() == [("applied", "applied"), ("refused", "seq-taken")]
    again = second | {"seq": 2}
    assert await phone.outcomes(again) == [("applied", "applied")]
    rows = await intake.rows("SELECT seq, outcome, code, ended FROM device_item ORDER BY seq, holds_place DESC")
    assert [tuple(row) for row in rows] == [
        (1, "applied", "applied", True),
        (1, "duplicate", "sent-again", True),
        (2, "applied", "applied", True),
    ]
    third = again | {"seq": 3}
    assert await phone.outcomes(third) == [("duplicate", "same-item")]
    assert len(await visits_of(intake, "S-1")) == 2


async def test_an_item_whose_key_is_not_here_stays_as_it_is(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone, supervisor: dict[str, str]
) -> None:
    await held_visit(homes, phone, home)
    runtime = intake.service.runtime
    (before,) = await intake.rows("SELECT sealed_body FROM device_item")
    async with runtime.work_database.transaction(NOW) as session:
        turn = await rewrap_device_keys(session, runtime.vault, "", 100)
    assert (turn.changed, turn.last) == (0, None)
    object.__setattr__(runtime, "vault", VaultKeys.passing().vault())
    async with runtime.work_database.transaction(NOW) as session:
        turn = await rewrap_device_keys(session, runtime.vault, "", 100)
    assert [(one.table, one.row) for one in turn.places] == [("device", phone.device_id)]
    assert (await phone.decide(1, "apply", supervisor)).status_code == 503
    (after,) = await intake.rows("SELECT sealed_body FROM device_item")
    assert after.sealed_body == before.sealed_body
