"""Who spoke is erased by destroying a key: nothing of it opens again, and nothing else is another than before."""

from typing import Any

import pytest

from huiyin.erasing import carry_out
from libs.common.bus.flow import Service
from libs.common.errors import Conflict, NotFound
from libs.common.time.clock import system_now
from services.intake.erasures.actions.requesters import Erasure
from services.intake.erasures.actions.requesters import erase as erase_requester
from services.intake.erasures.domain import Order
from services.intake.requesters.actions import WhoSpokeErased
from tests.integration.vault.conftest import ALL, TEXT, WHO, Safe, agree
from tests.journeys.county import OBJECTION, SATISFIED, VILLAGE_UNIT, County

ORDER = Order("liu", "chen", "张三本人书面申请，电话13812341234")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
HIDDEN = {"id_no": "****", "home": "****"}
CHANGED = ("intake.ledger", "intake.case_key", "intake.requester", "intake.attachment", "watermark", "relay_mark")
"""All tables that are another than before, or may be: what was said, what was destroyed, and how far it was heard."""


async def close(county: County, case_id: str) -> None:
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)


async def erase(safe: Safe, reference: str, *, for_good: bool = True) -> Erasure:
    async with safe.database(Service.INTAKE) as database:
        return await carry_out(erase_requester, database, safe.vault, system_now, reference, ORDER, for_good=for_good)


async def pictures(county: County, case_id: str) -> None:
    """One of the citizen, taken by the hotline, and one of the unit's work."""
    path = f"/intake/v1/cases/{case_id}/attachments"
    for person, name in ((county.operator, "citizen.png"), (county.handler(VILLAGE_UNIT), "work.png")):
        answer = await person.post(f"{path}?name={name}", PNG + name.encode(), content_type="image/png")
        assert answer.status_code == 201, answer.text


def unchanged(prints: dict[str, str]) -> dict[str, str]:
    """Of the tables that must be as they were."""
    return {table: value for table, value in prints.items() if not any(name in table for name in CHANGED)}


async def test_nothing_opens_and_no_figure_changes(safe: Safe) -> None:
    async with safe.open() as county:
        case_id, other = [await county.register(requester=WHO, text=TEXT) for _ in range(2)]
        await pictures(county, case_id)
        await close(county, case_id)
        before, prints = await county.case(case_id), unchanged(await county.prints())
        tried = await erase(safe, case_id, for_good=False)
        assert (await county.case(case_id))["requester"] == {"name": "张*", "phone": "138****1234"} | HIDDEN
        done = await erase(safe, before["case_no"])
        await county.house.settle()
        assert (tried, done.files) == (done, 1)
        assert done.other_cases == ((await county.case(other))["case_no"],)
        look = await county.operator.post(f"/intake/v1/requesters/{case_id}/reveal", ALL)
        assert (look.status_code, look.json()["type"]) == (410, "urn:huiyin:problem:requester-erased")
        after = await county.case(case_id)
        assert after.pop("requester_erased_at") is not None
        assert (after.pop("requester"), before.pop("requester_erased_at")) == (None, None)
        del before["requester"]
        assert after == before
        assert unchanged(await county.prints()) == prints
        files = await county.rows(Service.INTAKE, "SELECT name, deleted_by, digest FROM attachment ORDER BY name")
        assert [(row.name, row.deleted_by) for row in files] == [("citizen.png", "liu"), ("work.png", None)]
        assert all(files[number].digest for number in (0, 1))
        assert (await county.operator.do(f"/intake/v1/requesters/{other}/reveal", ALL))["name"] == WHO["name"]
        await agree(county)
        (said,) = await county.rows(
            Service.INTAKE, "SELECT payload::text FROM ledger WHERE type LIKE '%requester_erased'"
        )
        assert not [secret for secret in (*WHO.values(),) if secret in said.payload]
    (key,) = await safe.rows(f"SELECT * FROM case_key WHERE case_id = '{case_id}'")  # noqa: S608
    assert (key.wrapped, key.destroyed_at is not None) == (None, True)
    with pytest.raises(WhoSpokeErased):
        await erase(safe, case_id)


async def test_what_a_release_before_sealed_goes_too(safe: Safe) -> None:
    async with safe.open() as county:
        case_id = await county.register(requester=WHO, text=TEXT)
        await close(county, case_id)
    await safe.as_before()
    await erase(safe, case_id)
    async with safe.open() as county:
        await agree(county)
        look = await county.operator.post(f"/intake/v1/requesters/{case_id}/reveal", ALL)
        assert look.status_code == 410
    cells: list[Any] = await safe.rows(f"SELECT * FROM requester WHERE case_id = '{case_id}'")  # noqa: S608
    assert cells[0].phone_index is None
    assert cells[0].sealed_name[2:5] == b"own", "not under a key that is still there"


async def test_an_open_case_needs_who_spoke(safe: Safe) -> None:
    async with safe.open() as county:
        case_id = await county.register(requester=WHO)
        case_no = (await county.case(case_id))["case_no"]
        with pytest.raises(Conflict, match=case_no):
            await erase(safe, case_id)
        with pytest.raises(NotFound):
            await erase(safe, "nowhere")
        assert (await county.operator.do(f"/intake/v1/requesters/{case_id}/reveal", ALL))["name"] == WHO["name"]


async def test_an_objection_that_waits_needs_who_spoke_and_whoever_was_erased_objects_no_more(safe: Safe) -> None:
    async with safe.open() as county:
        case_id, other = [await county.register(requester=WHO, text=TEXT) for _ in range(2)]
        for each in (case_id, other):
            await close(county, each)
        objection = await county.object_to(case_id)
        with pytest.raises(Conflict, match="objection"):
            await erase(safe, case_id)
        await county.rule(objection, granted=False)
        for each in (case_id, other):
            await erase(safe, each)
        refused = await county.operator.post(f"/intake/v1/cases/{other}/objections", OBJECTION)
        assert (refused.status_code, refused.json()["type"]) == (410, "urn:huiyin:problem:requester-erased")
        assert (await county.case(other))["objection_state"] is None
        await agree(county)


@pytest.mark.timeout(300)
async def test_two_people_stand_for_it(safe: Safe) -> None:
    arguments = ("requesters", "erase", "x", "--reason", "申请", "--by", "liu", "--agreed-by")
    told = await safe.run(*arguments, "liu")
    assert (told.status, "somebody else" in told.err) == (2, True)
    told = await safe.run(*arguments, "chen", "--yes")
    assert (told.status, "no such thing" in told.err) == (2, True)
