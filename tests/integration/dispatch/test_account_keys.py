"""Another key of the vault and of its index, while staff sign in: nobody is kept out, and the old ones may go."""

from dataclasses import replace
from pathlib import Path

from huiyin.vault.turning import REINDEX, RESEAL, Done, Turning
from libs.common.bus.flow import Service
from libs.common.security.vault import Vault
from libs.common.time.clock import system_now
from services.dispatch.main import SPEC
from tests.integration.dispatch.desk import OWN, PHONE, Desk, desk_of
from tests.integration.dispatch.office import Office
from tests.integration.dispatch.test_staff import admin
from tests.support.service import app_of
from tests.support.totp import code_at

OLD = Vault({"k1": b"o" * 32}, "k1", b"i" * 32)
BOTH = Vault({"k2": b"n" * 32, "k1": b"o" * 32}, "k2", b"j" * 32, [b"i" * 32])
NEW = Vault({"k2": b"n" * 32}, "k2", b"j" * 32)
KNOWN = "13900002222"


def with_keys(office: Office, vault: Vault) -> Office:
    runtime = replace(office.runtime, vault=vault)
    return replace(office, runtime=runtime, app=app_of(SPEC, runtime))


async def gone_through(office: Office, vault: Vault, *, index: bool) -> Done:
    turning = Turning(Service.DISPATCH, office.database, vault, system_now)
    return await turning.through((REINDEX if index else RESEAL)[Service.DISPATCH])


async def signs_in(desk: Desk, name: str) -> bool:
    return (await desk.post("/sign-in", name=name, password=OWN)).status_code == 200


async def test_phones_are_found_while_the_index_is_made_anew(office: Office, tmp_path: Path) -> None:
    async with desk_of(with_keys(office, OLD), tmp_path) as desk:
        await desk.settled("S-1", phone=PHONE)
        await desk.settled("S-2", phone=KNOWN)
    async with desk_of(with_keys(office, BOTH), tmp_path) as desk:
        body = {"contact": {"phone": KNOWN, "other": None}}
        answer = await admin(desk.office).post("/staff/S-2/change", body, version=1)
        assert answer.status_code == 200, answer.text
    done = await gone_through(office, BOTH, index=True)
    assert done.changed == {"accounts' phones": 1}, "the register knows the phone of one"
    assert [(place.table, place.row) for place in done.places] == [("staff_account", "S-1")]
    async with desk_of(with_keys(office, BOTH), tmp_path) as desk:
        assert await signs_in(desk, PHONE), "found by the older key"
        assert await signs_in(desk, KNOWN)
        taken = await desk.admin("", staff_id="S-1", phone=KNOWN)
        assert taken.status_code == 409
    done = await gone_through(office, BOTH, index=True)
    assert (done.changed, done.places) == ({"accounts' phones": 0}, []), "it was found anew when it signed in"
    async with desk_of(with_keys(office, NEW), tmp_path) as desk:
        assert await signs_in(desk, PHONE)
        assert await signs_in(desk, KNOWN)


async def test_tries_that_were_counted_by_the_older_key_are_taken_away_by_who_unlocks(
    office: Office, tmp_path: Path
) -> None:
    async with desk_of(with_keys(office, OLD), tmp_path) as desk:
        await desk.settled("S-1", phone=PHONE)
    async with desk_of(with_keys(office, BOTH), tmp_path) as desk:
        for number in range(5):
            await desk.post("/sign-in", name=PHONE, password=f"wrong {number}")
        assert not await signs_in(desk, PHONE)
        assert (await desk.admin("/S-1/unlock")).status_code == 200
        assert await signs_in(desk, PHONE)


async def test_a_second_factor_is_sealed_anew(office: Office, tmp_path: Path) -> None:
    async with desk_of(with_keys(office, OLD), tmp_path) as desk:
        here = await desk.settled("S-1")
        secret = (await desk.own(here["access_token"], "POST", "/second-factor")).json()["secret"]
        code = code_at(secret, desk.machine.now)
        await desk.own(here["access_token"], "POST", "/second-factor/confirm", code=code)
    broken = await gone_through(office, NEW, index=False)
    assert [(place.table, place.row) for place in broken.places] == [("staff_account", "S-1")]
    for changed in (1, 0):
        done = await gone_through(office, BOTH, index=False)
        assert (done.changed["second factors"], done.places) == (changed, [])
    async with desk_of(with_keys(office, NEW), tmp_path) as desk:
        entered = (await desk.post("/sign-in", name="S-1", password=OWN)).json()
        assert entered["step"] == "code"
        recovered = code_at(secret, desk.machine.now)
        answer = await desk.post("/sign-in/code", session_token=entered["session_token"], code=recovered)
        # The code was shown before: it is known, and not taken twice.
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "code")
