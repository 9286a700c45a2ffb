"""First password, one of one's own, second factor, a complaint; then the term ends, and with it every right."""

from datetime import timedelta

import httpx

from libs.common.security.principal import Role
from tests.journeys.county import VILLAGE, County
from tests.support.totp import code_at

OWN = "春天的河边有三只白鹭飞过"


async def _sign_in(http: httpx.AsyncClient, step: str, **body: str) -> dict[str, str]:
    answer = await http.post(f"/dispatch/v1/accounts/{step}", json=body)
    assert answer.status_code == 200, answer.text
    entered: dict[str, str] = answer.json()
    return entered


async def test_from_the_first_password_to_the_end_of_the_term(county: County) -> None:
    admin = county.person("root", Role.ADMIN)
    operator = {"post_code": "hotline_operator", "unit_code": "H-12345"}
    entered = await admin.post("/dispatch/v1/staff", {"staff_id": "S-9", "name": "陈测试", "terms": [operator]})
    assert entered.status_code == 201, entered.text
    made = await admin.post("/dispatch/v1/accounts", {"staff_id": "S-9"})
    await county.house.settle()
    http = county.http
    first = await _sign_in(http, "sign-in", name="S-9", password=made.json()["first_password"])
    changed = await _sign_in(http, "sign-in/password", session_token=first["session_token"], new_password=OWN)
    token = {"Authorization": f"Bearer {changed['access_token']}"}
    secret = (await http.post("/dispatch/v1/accounts/me/second-factor", headers=token)).json()["secret"]
    now = county.issuer.now()
    code = {"code": code_at(secret, now)}
    confirmed = await http.post("/dispatch/v1/accounts/me/second-factor/confirm", json=code, headers=token)
    recovery = confirmed.json()["recovery_codes"]
    again = await _sign_in(http, "sign-in", name="S-9", password=OWN)
    assert again["step"] == "code"
    done = await _sign_in(http, "sign-in/code", session_token=again["session_token"], code=recovery[0])
    token = {"Authorization": f"Bearer {done['access_token']}"}
    complaint = {
        "channel": "hotline",
        "kind": "complaint",
        "area_code": VILLAGE,
        "category_code": "0101",
        "text": "村口路灯坏了三天，请派人维修",
    }
    registered = await http.post("/intake/v1/cases", json=complaint, headers=token)
    assert registered.status_code == 201, registered.text
    read = await http.get(f"/intake/v1/cases/{registered.json()['case_id']}/timeline", headers=token)
    assert read.status_code == 200
    ended = await admin.post("/dispatch/v1/staff/S-9/terms/1/end", {}, version=1)
    assert ended.status_code == 200, ended.text
    await county.house.advance(county.house.clock.now() + timedelta(minutes=1))
    refused = await http.post("/intake/v1/cases", json=complaint, headers=token)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:huiyin:problem:no-post")
    renewed = await http.post("/dispatch/v1/accounts/token", json={"session_token": done["session_token"]})
    assert (renewed.status_code, renewed.json()["type"]) == (403, "urn:huiyin:problem:not-in-office")
