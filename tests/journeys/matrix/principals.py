"""Who asks: every role in every place that one can have towards a case, and people in every state of their record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.common.security.issuer import ALGORITHM, LOCAL_RULES, LocalIssuer
from libs.common.security.principal import Role
from libs.common.security.tokens import TokenRules
from tests.journeys.case_routes import STAFF
from tests.journeys.county import COUNTY, TOWN, TOWN_UNIT, VILLAGE, VILLAGE_UNIT, County, Person
from tests.support.service import HOUR, real_now

ELSEWHERE, NEXT_VILLAGE = "888001000000", "999001102201"
BELOW_THE_ACCUSED = "V-999001101202"
HAD_A_HAND = "S-0040"
"""Who took the complaints and had them recorded, under another account."""


class Standing(Enum):
    """What the register of people says of whoever asks."""

    NOBODY = "without a staff record"
    IN_OFFICE = "in office"
    CLAIMS_ALL = "in office, with a token that claims every role"
    ENDED = "whose term ended"
    COMPLAINED_ABOUT = "who is complained about, under another account"
    HAD_A_HAND = "who took the complaint, under another account"


@dataclass(frozen=True, slots=True)
class Principal:
    """One who asks. Without a role: a stranger, whose token is none that counts."""

    name: str
    person: Person
    role: Role | None = None
    area: str = COUNTY
    unit: str | None = None
    standing: Standing = Standing.NOBODY
    staff_id: str | None = None


PLACES: dict[str, tuple[str, str | None]] = {
    "of no unit": (COUNTY, None),
    "of the unit that leads": (VILLAGE, VILLAGE_UNIT),
    "of another unit": (COUNTY, "D-WATER"),
    "of the unit complained about": (TOWN, TOWN_UNIT),
    "of a unit below the one complained about": (COUNTY, BELOW_THE_ACCUSED),
    "of the superior of the unit complained about": (COUNTY, "S-GOV"),
    "of another county": (ELSEWHERE, "D-WATER"),
    "of another village": (NEXT_VILLAGE, None),
}

POSTS: dict[Role, tuple[str, str]] = {
    Role.OPERATOR: ("hotline_operator", "H-12345"),
    Role.VISITOR: ("service_member", "D-WATER"),
    Role.DISPATCHER: ("dispatcher", "H-12345"),
    Role.HANDLER: ("case_worker", "D-WATER"),
    Role.CALLER: ("caller", "H-12345"),
    Role.SUPERVISOR: ("supervisor", "S-GOV"),
    Role.LEADER: ("discipline_observer", "D-WATER"),
    Role.MEDIATOR: ("mediator", VILLAGE_UNIT),
    Role.AUDITOR: ("auditor", "S-GOV"),
    Role.ADMIN: ("admin", "H-12345"),
}
"""A post of each role; an outside system holds none."""


async def enrol(county: County) -> None:
    """For each post somebody who holds it, and somebody who held it."""
    for role, (post, unit) in POSTS.items():
        term: dict[str, Any] = {"post_code": post, "unit_code": unit, "begins_at": "2025-01-01T00:00:00Z"}
        for staff_id, one in ((f"IN-{role}", term), (f"OUT-{role}", term | {"ends_at": "2026-02-01T00:00:00Z"})):
            await county.admin.do(
                "/dispatch/v1/staff", {"staff_id": staff_id.upper(), "name": "吴测试", "terms": [one]}
            )
    await county.house.settle()


def everybody(county: County) -> list[Principal]:
    """All who ask."""
    return [*_by_place(county), *_by_person(county), *_strangers(county)]


def _by_place(county: County) -> Iterator[Principal]:
    for place, (area, unit) in PLACES.items():
        for role in Role:
            person = county.person(f"{role}-{unit or area}", role, area=area, unit=unit)
            yield Principal(f"{role} {place}", person, role, area, unit)


def _by_person(county: County) -> Iterator[Principal]:
    for role, (_, unit) in POSTS.items():
        for standing, account, staff_id, roles in (
            (Standing.IN_OFFICE, "one", f"IN-{role}", (role,)),
            (Standing.CLAIMS_ALL, "two", f"IN-{role}", tuple(Role)),
            (Standing.ENDED, "three", f"OUT-{role}", (role,)),
        ):
            person = county.person(f"{account}-{role}", *roles, unit=unit, staff_id=staff_id.upper())
            yield Principal(f"{role} {standing.value}", person, role, COUNTY, unit, standing, staff_id.upper())
    for role in Role:
        for standing, account, staff_id in (
            (Standing.COMPLAINED_ABOUT, "chief", STAFF),
            (Standing.HAD_A_HAND, "hand", HAD_A_HAND),
        ):
            own = "D-AGRI" if role is Role.HANDLER else None
            person = county.person(f"{account}-as-{role}", role, unit=own, staff_id=staff_id)
            yield Principal(f"{role} {standing.value}", person, role, COUNTY, own, standing, staff_id)


def _strangers(county: County) -> Iterator[Principal]:
    def told(name: str, token: str) -> Principal:
        return Principal(name, Person(county.send, token))

    good = county.person("root", *Role, unit="S-GOV").token
    head, body, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    long_ago = LocalIssuer([county.issuer._key], lambda: real_now() - 9 * HOUR)
    elsewhere = LocalIssuer([county.issuer._key], real_now, TokenRules(LOCAL_RULES.issuer, "another-house"))
    another = LocalIssuer([county.issuer._key], real_now, TokenRules("urn:another:issuer", LOCAL_RULES.audience))
    own_key = LocalIssuer([Ed25519PrivateKey.generate()], real_now)
    asked = ("root", list(Role), COUNTY, "S-GOV", HOUR)
    kid = jwt.get_unverified_header(good)["kid"]
    forged = jwt.encode(claims, own_key._key, algorithm=ALGORITHM, headers={"typ": "at+jwt", "kid": kid})
    yield told("nobody", "")
    yield told("with a token that has ended", long_ago.issue(*asked))
    yield told("with a token that begins tomorrow", LocalIssuer([county.issuer._key], _tomorrow).issue(*asked))
    yield told("with a signature of another key", forged)
    yield told("with a key of its own", own_key.issue(*asked))
    yield told("with a signature cut off", f"{head}.{body}.")
    yield told("with a signature of other words", f"{head}.{body[:-4]}AAAA.{signature}")
    yield told("with an unsigned token", jwt.encode(claims, "", algorithm="none", headers={"typ": "at+jwt"}))
    yield told("with a token for another house", elsewhere.issue(*asked))
    yield told("with a token of another issuer", another.issue(*asked))


def _tomorrow() -> Any:
    return real_now() + timedelta(days=1)
