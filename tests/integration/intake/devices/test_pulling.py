"""What a phone gets: the person's own households, each a look on the record, and no other."""

from datetime import date, timedelta

from tests.integration.intake.devices.phone import DEVICES, Phone, give
from tests.integration.intake.door import NOW, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Homes, Visitors
from tests.integration.intake.test_costs import counted

DAY = timedelta(days=1)


async def test_a_phone_gets_its_persons_households_in_clear_and_no_other(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    other = (await homes.register(contact_staff_id="S-2", head="李四", phone="13912345678"))["household_id"]
    round_id = await Visitors(intake).open(purposes=["policy", "service"])
    phone.visit(home, purposes=["policy"])
    await phone.push()
    pulled = await phone.pull()
    (own,) = pulled["households"]
    assert (own["household_id"], own["version"], own["area_code"], own["class"]) == (home, 1, VILLAGE, "resident")
    assert (own["head"], own["phone"], own["door"]) == ("欧阳金丝雀", "13812345678", "三组15号")
    assert own["rounds"] == [{"round_id": round_id, "purposes_left": ["service"], "reached": True}]
    assert own["last_visited_on"] == date(2026, 3, 4).isoformat()
    assert (pulled["wipe"], pulled["purge"], pulled["left_out"], pulled["keep_days"]) == (False, [], 0, 7)
    assert [one["round_id"] for one in pulled["rounds"]] == [round_id]
    assert "policy" in [one["code"] for one in pulled["lists"]["purposes"]]
    assert [(one["seq"], one["outcome"]) for one in pulled["receipts"]] == [(1, "applied")]
    assert other not in str(pulled)
    again = await phone.pull(since=pulled["cursor"], have=[home])
    assert (again["receipts"], again["cursor"]) == ([], pulled["cursor"])


async def test_a_look_is_recorded_once_in_a_while_and_when_something_changed(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    async def looks() -> int:
        return int((await intake.rows("SELECT count(*) AS n FROM household_look"))[0].n)

    await phone.pull()
    await phone.pull(have=[home])
    assert await looks() == 1
    await homes.done(f"/{home}/change", {"phone": "13987654321"})
    assert (await phone.pull(have=[home]))["households"][0]["phone"] == "13987654321"
    assert await looks() == 2
    intake.move_clock(NOW + 8 * DAY)
    await phone.pull(have=[home])
    assert await looks() == 3
    (row,) = await intake.rows("SELECT by_staff, reason, fields FROM household_look WHERE at = $1", NOW + 8 * DAY)
    assert (row.by_staff, [*row.fields]) == ("S-1", ["door", "head", "phone"])


async def test_a_household_that_went_to_somebody_else_is_purged_until_the_phone_forgot_it(
    intake: IntakeDoor, homes: Homes, home: str, phone: Phone
) -> None:
    await phone.pull()
    await give(homes, "S-2", home)
    pulled = await phone.pull(have=[home])
    assert (pulled["households"], pulled["purge"]) == ([], [home])
    assert (await phone.pull())["purge"] == [home]
    assert (await phone.pull(have=[]))["purge"] == []
    assert (await phone.pull())["purge"] == []
    stranger = "00000000-0000-7000-8000-000000000000"
    assert (await phone.pull(have=[stranger]))["purge"] == [stranger]


async def test_sixty_households_are_a_handful_of_statements_and_one_look_of_the_hour(
    intake: IntakeDoor, homes: Homes, phone: Phone
) -> None:
    for number in range(3):
        await homes.register(contact_staff_id="S-1", head=f"户主{number}", door=f"三组{number}号")
    with counted(intake.service.runtime.work_database) as few:
        await phone.pull()
    intake.move_clock(NOW + 8 * DAY)
    for number in range(3, 60):
        await homes.register(contact_staff_id="S-1", head=f"户主{number}", door=f"三组{number}号")
    with counted(intake.service.runtime.work_database) as many:
        assert len((await phone.pull())["households"]) == 60
    assert len(many) <= len(few) + 2
    assert len(many) < 30
    for _ in range(2):
        phone.device_id = (await Phone(intake).register()).device_id
        assert len((await phone.pull())["households"]) == 60
    devices = await intake.get(f"{DEVICES}/mine", phone.headers)
    assert len(devices["items"]) == 3
