"""A thousand canaries: of what stands in the vault nothing is anywhere else, also where the citizen wrote it again."""

import random
from collections.abc import Iterator
from pathlib import Path

import orjson

from huiyin.erasing import carry_out
from libs.common.bus.flow import Service
from libs.common.security.masking import mask_text
from libs.common.security.principal import Role
from services.intake.erasures.actions.households import erase_household
from services.intake.erasures.domain import Order
from tests.journeys.county import RESULT, VILLAGE, County, complaint
from tests.support.identifiers import FORMS, STILL_TRAVELS, parts_of, table
from tests.support.logged import logged

DOCS = Path(__file__).parents[2] / "docs"
_AND_SO_ON = "。请尽快处理"
CASES, HOMES = 250, 100
"""With four fields of the vault each, and with five."""
HOUSEHOLDS = "/intake/v1/households"
_RARE = "鑫淼焱垚犇骉羴猋晶磊品众矗毳劦叒孖玨珏喆昍皕竝"
_WAYS = (
    "我是{name}，家住{home}，电话{phone}。路灯坏了。",
    "{name}反映：楼道堆满杂物，请回电{spaced}，身份证{id_no}",
    "{home}的{family}大爷来电，{name} 的儿子用{spelled}打来",
)


def requesters() -> Iterator[dict[str, str]]:
    """People who are nobody, no two alike."""
    dice = random.Random(20261129)
    for number in range(CASES):
        born = f"19{dice.randint(40, 99)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
        yield {
            "name": f"{'赵钱孙李周'[number % 5]}{_given(number)}",
            "phone": f"1{dice.randint(3, 9)}{dice.randrange(10**9):09}",
            "id_no": f"110101{born}{number:03}X",
            "home": f"望山村{number % 30 + 1}组{number + 1000}号",
        }


def said_by(who: dict[str, str], number: int) -> str:
    """The same again in the words, in one way or another."""
    phone = who["phone"]
    spaced = f"{phone[:3]}、{phone[3:7]}、{phone[7:]}"
    return _WAYS[number % len(_WAYS)].format(**who, family=who["name"][0], spelled=spelled(phone), spaced=spaced)


def spelled(phone: str) -> str:
    """As it is read out."""
    return phone.translate(str.maketrans("0123456789", "零幺二三四五六七八九"))


async def test_nothing_of_the_vault_is_outside_it(county: County) -> None:
    """Not in the tables of the others, nor on the bus, nor in the logs, the metrics and the page of the county."""
    with logged("DEBUG") as lines:
        people = await thousand_canaries(county)
        residents = await hundred_homes(county)
        shown = await shown_to_everybody(county)
        assert lines()
    told = "\n".join([await county.everything(), *shown, *(str(line) for line in lines())])
    secrets = [value for who in people for value in who.values()]
    secrets += [spelled(who["phone"]) for who in people] + [who["home"].removeprefix("望山村") for who in people]
    assert len(secrets) == 6 * CASES
    secrets += residents
    # Records of the bus and kept answers are bytes, which such a text shows as figures.
    assert not [secret for secret in secrets if secret in told or secret.encode().hex() in told]
    await county.check()


async def shown_to_everybody(county: County) -> list[str]:
    """The metrics of each service, and the page of the county."""
    pages = [*(f"/{service}/metrics" for service in Service), "/analytics/county"]
    answers = [await county.leader.get(page) for page in pages]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.text for answer in answers]


async def thousand_canaries(county: County) -> list[dict[str, str]]:
    """Four of each requester; some speak again, and are handled."""
    people = list(requesters())
    lines = [
        complaint(requester=who, text=said_by(who, number), title=f"{who['name']}反映", confidential=number % 10 == 0)
        for number, who in enumerate(people)
    ]
    batch = b"\n".join(map(orjson.dumps, lines))
    visitor = county.person("visitor-1", Role.VISITOR)
    answer = await visitor.post("/intake/v1/cases/batch", batch, content_type="application/x-ndjson", key="canaries")
    taken = answer.json()
    assert (taken["accepted"], taken["refused"]) == (CASES, 0)
    await county.house.settle()
    for number in (1, 2, 3):
        who, case_id = people[number], taken["results"][number]["case_id"]
        words = f"{who['name']}又打来，还是{who['phone']}，住{who['home']}"
        await county.operator.do(f"/intake/v1/cases/{case_id}/supplements", {"text": words})
        await county.operator.do(f"/intake/v1/cases/{case_id}/urgings", {"text": words})
        await county.house.settle()
        await county.lead_does(case_id, "signature")
        await county.lead_does(case_id, "result", RESULT)
    return people


async def hundred_homes(county: County) -> list[str]:
    """Who lives in each, all of it secret; what is done with a household names them again."""
    secrets: list[str] = []
    supervisor = county.person("supervisor-2", Role.SUPERVISOR)
    for number in range(HOMES):
        of_member, phone, other = (
            f"冯{_given(number + 300)}",
            f"{number + 15_000_000_001}",
            f"{number + 16_000_000_001}",
        )
        who = {"head": f"吴{_given(number + 200)}", "phone": phone, "door": f"{number % 30 + 1}组{number + 4000}号"}
        secrets += [*who.values(), of_member, other, spelled(phone), spelled(other)]
        body = {"area_code": VILLAGE, **who, "members": [{"name": of_member, "relation": "母亲", "phone": other}]}
        home = f"{HOUSEHOLDS}/{(await county.operator.do(HOUSEHOLDS, body, key=f'home-{number}'))['household_id']}"
        known = await county.operator.post(HOUSEHOLDS, body)
        assert known.status_code == 409
        secrets_in(known.text, secrets)
        if number % 10 == 0:
            words = f"{who['head']}和{of_member}住{who['door']}，{spelled(phone)}、{other}都打不通"
            await county.operator.do(f"{home}/reveal", {"reason": words, "fields": [*who, "members"]})
            await county.operator.do(f"{home}/notes", {"field": "health", "text": words})
            await county.operator.do(f"{home}/change", {"kinds": ["seriously_ill"]})
            said = {"answer": "explained", "why": words}
            await county.operator.do(f"{home}/policies/medical_aid/answer", said)
            await county.operator.do(f"{home}/muting", {"reason": "moved_away", "why": words})
            await supervisor.do(f"{home}/muting/decision", {"granted": False, "why": words})
            await phone_of_a_cadre(county, home.removeprefix(f"{HOUSEHOLDS}/"), number, words, secrets)
            await county.operator.do(f"{home}/change", {"head": of_member, "members": [], "household_class": "away"})
            shown = [await supervisor.get(path) for path in (home, f"{home}/changes", f"{home}/notes", HOUSEHOLDS)]
            secrets_in("".join(answer.text for answer in shown), secrets)
        if number % 10 == 5:
            await erased_home(county, home, f"{who['head']}和{of_member}住{who['door']}，{other}打不通", secrets)
    await county.house.settle()
    return secrets


async def erased_home(county: County, home: str, words: str, secrets: list[str]) -> None:
    """Whoever lived there is erased by a reason that names them, and nothing shows them any more."""
    await county.operator.do(f"{home}/muting", {"reason": "moved_away", "why": words})
    await county.person("supervisor-2", Role.SUPERVISOR).do(f"{home}/muting/decision", {"granted": True})
    runtime = county.house.services[Service.INTAKE].runtime
    household_id, order = home.removeprefix(f"{HOUSEHOLDS}/"), Order("liu", "chen", words)
    await carry_out(
        erase_household, runtime.work_database, runtime.vault, runtime.clock.now, household_id, order, for_good=True
    )
    look = await county.operator.post(f"{home}/reveal", {"reason": words, "fields": ["head"]})
    shown = [look, *[await county.operator.get(path) for path in (home, f"{home}/changes", HOUSEHOLDS)]]
    assert (look.status_code, {answer.status_code for answer in shown[1:]}) == (410, {200})
    secrets_in("".join(answer.text for answer in shown), secrets)


async def phone_of_a_cadre(county: County, home: str, number: int, words: str, secrets: list[str]) -> None:
    """What was recorded on it names everybody, and was held or refused."""
    cadre = county.person("cadre-1", Role.VISITOR, staff_id="S-0777")
    supervisor = county.person("supervisor-2", Role.SUPERVISOR)
    device_id = f"00000000-0000-7000-8000-{number:012}"
    await cadre.do("/intake/v1/devices", {"device_id": device_id, "name": "值班手机"})
    moment = "2026-03-02T02:00:00Z"
    matters = [{"what": "explained", "text": words, "answer": words}]
    body = {"household_id": home, "started_at": moment, "ended_at": moment, "outcome": "reached", "matters": matters}
    items = [
        {
            "seq": seq,
            "item_id": f"00000000-0000-7000-{8000 + seq}-{number:012}",
            "kind": "visit",
            "begun_at": moment,
            "made_at": f"2026-03-0{seq}T01:00:00Z",
            "base_version": 1,
            "body": body | {"staff_ids": ["S-0777"]} | ({} if seq < 3 else {words: words}),
        }
        for seq in (1, 2, 3)
    ]
    answer = await cadre.do(f"/intake/v1/devices/{device_id}/push", {"items": items})
    assert {one["outcome"] for one in answer["receipts"]} <= {"held", "refused"}
    shown = await supervisor.get("/intake/v1/devices/items")
    secrets_in(f"{answer}{shown.text}", secrets)
    for seq, decision in ((1, "drop"), (2, "apply"), (3, "apply")):
        answered = await supervisor.post(
            f"/intake/v1/devices/{device_id}/items/{seq}/decision", {"decision": decision, "reason": words}
        )
        secrets_in(answered.text, secrets)


def secrets_in(text: str, secrets: list[str]) -> None:
    """None may be."""
    assert not [secret for secret in secrets if secret in text]


def _given(number: int) -> str:
    return _RARE[number % len(_RARE)] + _RARE[number // len(_RARE)]


async def test_what_still_travels_of_the_words_is_what_the_documents_say(county: County) -> None:
    """Each form once, in a case of its own; who asks gave no name, so that only rules can find it."""
    forms = [parts_of(form)[0] for several in (FORMS | STILL_TRAVELS).values() for form in several]
    lines = [complaint(text=text + _AND_SO_ON, requester=None) for text in forms]
    visitor = county.person("visitor-1", Role.VISITOR)
    batch = b"\n".join(map(orjson.dumps, lines))
    answer = await visitor.post("/intake/v1/cases/batch", batch, content_type="application/x-ndjson")
    assert answer.json()["accepted"] == len(forms), answer.text
    await county.house.settle()
    told: dict[str, str] = {}
    for text, result in zip(forms, answer.json()["results"], strict=True):
        seen = (await county.work(result["case_id"]))["text"]
        assert mask_text(seen) == seen
        told[text] = seen.removesuffix(_AND_SO_ON)
    assert table(told.__getitem__) in (DOCS / "privacy.md").read_text(encoding="utf-8")
