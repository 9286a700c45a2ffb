"""What is asked about: for every step a case at which it could be taken, of each of three kinds, and accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import quote

from huiyin.office import errands
from libs.common.security.principal import Role
from tests.journeys.case_routes import (
    ACCUSED,
    BODIES,
    GRANTED,
    NOT_TO_COUNT,
    ORDER,
    REASON,
    STAFF,
    SUPERIOR,
    SUPPORT,
    UPLOAD,
    WAYS,
    Subject,
    answered_above,
)
from tests.journeys.county import SATISFIED, UPPER_ORDERS, County, Person, complaint
from tests.journeys.matrix.principals import HAD_A_HAND

CLERK = "S-0090"
"""A member of staff with an account, whom administrators manage."""


class Kind(Enum):
    """Which cases there are; each has a word in its text that stands nowhere else."""

    ORDINARY = "蓝尾鸲"
    ABOUT_A_UNIT = "白额雁"
    """Confidential, about a town."""
    ABOUT_A_PERSON = "红嘴鸥"
    """Somebody is named late, when the case is on its way."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a case came to where it is."""

    fields: tuple[tuple[str, Any], ...] = ()
    steps: tuple[str, ...] = ()
    part: str = ""
    held: bool = False
    exclusion: str = ""
    led_from_above: bool = False
    end: str = ""
    """``links``: its citizen is said to take it back; ``objections``: it is closed; ``objected``: and objected to."""


def way_of(template: str) -> Way:
    """Where a case must stand for the step."""
    fields, steps = WAYS.get(template, ({}, ()))
    return Way(
        tuple(sorted(fields.items())),
        steps,
        template.rpartition("/")[2] if "/tasks/{unit_code}" in template else "",
        template.endswith("/wording"),
        template.rpartition("/")[2] if "{exclusion_id}" in template else "",
        template.endswith("/raising") or "/delegation" in template,
        _end_of(template),
    )


def _end_of(template: str) -> str:
    if "{objection_id}" in template:
        return "objected"
    return template.rpartition("/")[2] if template.endswith(("/links", "}/objections")) else ""


@dataclass(slots=True)
class Known:
    """A case, with what belongs to it and who has it in hand."""

    kind: Kind
    way: Way
    case_id: str
    case_no: str = ""
    callback_id: str = ""
    supervision_id: str = ""
    attachment_id: str = ""
    exclusion_id: str = ""
    objection_id: str = ""
    units: frozenset[str] = frozenset()
    """Its lead, and whoever it was delegated to."""
    lead: str = ""
    supports: frozenset[str] = frozenset()
    ordered: str = ""
    """The unit of its order."""

    @property
    def subject(self) -> Subject:
        """As paths are filled in."""
        return Subject(self.case_id, *self._ids)

    @property
    def confidential(self) -> bool:
        """Whether who spoke is kept from whoever handles it."""
        return self.kind is Kind.ABOUT_A_UNIT or self.way.held

    @property
    def secrets(self) -> frozenset[str]:
        """What nobody may read who does not know the case."""
        return frozenset({self.case_id, *self._ids}) - {""}

    @property
    def _ids(self) -> tuple[str, ...]:
        belongs = (self.callback_id, self.supervision_id, self.attachment_id, self.exclusion_id, self.objection_id)
        return self.case_no, *belongs


@dataclass(slots=True)
class Story:
    """All cases, by kind and way."""

    cases: dict[tuple[Kind, Way], Known] = field(default_factory=dict)

    def case(self, kind: Kind, template: str) -> Known:
        """That of this kind at which the step can be taken."""
        return self.cases[kind, way_of(template)]

    def secrets(self, kind: Kind) -> frozenset[str]:
        """Whatever names a case of the kind, or is of its words."""
        of_all = (known.secrets for known in self.cases.values() if known.kind is kind)
        return frozenset({kind.value}).union(*of_all)


class Office:
    """Who prepares the cases; everything has gone through the house when a step of all cases is done."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.hand = county.person("hand", Role.OPERATOR, staff_id=HAD_A_HAND)

    async def prepare(self, kind: Kind, templates: Iterable[str]) -> Story:
        """One case for each way to one of the steps."""
        ways = {way_of(template) for template in templates} | {Way()}
        cases = [await self._registered(kind, way) for way in sorted(ways, key=repr)]
        await self.county.house.settle()
        for step in (self._told_apart, self._placed, self._led, self._signed_part):
            for known in cases:
                await step(known)
            await self.county.house.settle()
        for number in range(3):
            for known in cases:
                if number < len(known.way.steps):
                    await self._stepped(known, known.way.steps[number])
            await self.county.house.settle()
        for known in cases:
            await self._completed(known)
        await self.county.house.settle()
        for known in cases:
            if known.way.end:
                await self._ended(known)
        return Story({(kind, known.way): known for known in cases})

    async def _registered(self, kind: Kind, way: Way) -> Known:
        about = {"accused_unit": ACCUSED, "accused_units": ["D-CIVIL"]} if kind is Kind.ABOUT_A_UNIT else {}
        words = {"text": f"村口的路灯坏了，{kind.value}也不见了。", "title": f"路灯与{kind.value}"}
        confidential = kind is Kind.ABOUT_A_UNIT or way.held
        wish = complaint(confidential=confidential, **about, **words, **dict(way.fields))
        if "upper_no" in wish:
            wish |= {"upper_no": f"{wish['upper_no']}-{kind.name}"}
            receipt = await self.hand.do(UPPER_ORDERS, {name: wish[name] for name in wish if name != "channel"})
        else:
            receipt = await self.hand.do(errands.register(wish))
        return Known(kind, way, receipt["case_id"], receipt["case_no"])

    async def _told_apart(self, known: Known) -> None:
        if known.kind is Kind.ABOUT_A_UNIT and not known.way.held:
            await self.hand.do(f"/intake/v1/cases/{known.case_id}/wording", {})
        if known.kind is Kind.ABOUT_A_PERSON:
            named = {"accused_staff": [STAFF], **REASON}
            await self.county.operator.do(f"/intake/v1/cases/{known.case_id}/accused", named)

    async def _placed(self, known: Known) -> None:
        """With a part of a support unit; or led from the top, where it is to be passed down."""
        dispatcher, work = self.county.dispatcher, f"/dispatch/v1/cases/{known.case_id}"
        if known.way.part:
            wish = {"lead_unit": SUPERIOR, "support_units": [SUPPORT], "category_code": "0104", **REASON}
            await dispatcher.do(f"{work}/assignment", wish)
        elif known.way.led_from_above and known.kind is not Kind.ABOUT_A_UNIT:
            wish = {"lead_unit": SUPERIOR, "category_code": "0101", **REASON}
            await dispatcher.do(f"{work}/reassignment", wish)

    async def _led(self, known: Known) -> None:
        work = await self.county.work(known.case_id)
        known.lead, known.supports = work["lead_unit"] or "", frozenset(work["support_units"])
        known.units = frozenset({known.lead} - {""})

    async def _signed_part(self, known: Known) -> None:
        if known.way.part in ("progress", "result"):
            await self.county.handler(SUPPORT).do(f"/dispatch/v1/cases/{known.case_id}/tasks/{SUPPORT}/signature")

    async def _stepped(self, known: Known, step: str) -> None:
        body = BODIES.get(f"/dispatch/v1/cases/{{case_id}}/{step}")
        await self.county.handler(known.lead).do(errands.on_work(known.case_id, step, body))
        if step == "delegation":
            known.units |= {SUPPORT}

    async def _completed(self, known: Known) -> None:
        """An order, a file, the callback that is due, and what is asked not to be counted."""
        await answered_above(self.county, known.case_id, dict(known.way.fields).get("upper_no", ""))
        order = await self.county.supervisor.do("/followup/v1/supervisions", ORDER | {"case_id": known.case_id})
        known.supervision_id, known.ordered = order["supervision_id"], order["unit_code"]
        path = UPLOAD.format(case_id=known.case_id) + f"?name={quote('路灯.jpg')}"
        file = await self.county.operator.post(path, BODIES[UPLOAD], content_type="image/jpeg")
        known.attachment_id = str(file.json()["attachment_id"])
        callbacks = (await self.county.promise(known.case_id))["callbacks"]
        known.callback_id = callbacks[-1]["callback_id"] if callbacks else ""
        if known.way.exclusion:
            await self._left_out(known)

    async def _ended(self, known: Known) -> None:
        if known.way.end == "links":
            wish = {"reason": "已自行解决，不再反映。"}
            await self.county.operator.do(f"/intake/v1/cases/{known.case_id}/withdrawal", wish)
            await self.county.house.settle()
            known.callback_id = (await self.county.promise(known.case_id))["callbacks"][-1]["callback_id"]
            return
        await self.county.call(known.case_id, SATISFIED)
        if known.way.end == "objected":
            known.objection_id = str((await self.county.object_to(known.case_id))["objection_id"])

    async def _left_out(self, known: Known) -> None:
        wish = NOT_TO_COUNT | {"case_id": known.case_id}
        asked = await self.county.handler(known.lead).do("/followup/v1/exclusions", wish)
        known.exclusion_id = str(asked["exclusion_id"])
        if known.way.exclusion == "revocation":
            await self.county.supervisor.do(f"/followup/v1/exclusions/{known.exclusion_id}/decision", GRANTED)


async def clerk_with_an_account(county: County) -> None:
    """Somebody whose account can be managed."""
    term = {"post_code": "caller", "unit_code": "H-12345"}
    staff: Mapping[str, Any] = {
        "staff_id": CLERK,
        "name": "沈测试",
        "terms": [term],
        "contact": {"phone": "13912345678"},
    }
    await county.admin.do("/dispatch/v1/staff", staff)
    await county.admin.do("/dispatch/v1/accounts", {"staff_id": CLERK})
    await county.house.settle()


async def ended_session(county: County, staff_id: str) -> Person:
    """Who holds what is left of a session that was ended: its token, which only ever renewed it."""
    made = await county.admin.do("/dispatch/v1/accounts", {"staff_id": staff_id})
    nobody = Person(county.send, "")
    name = {"name": staff_id, "password": made["first_password"]}
    first = await nobody.do("/dispatch/v1/accounts/sign-in", name)
    own = {"session_token": first["session_token"], "new_password": "春天的河边有三只白鹭飞过"}
    entered = await nobody.do("/dispatch/v1/accounts/sign-in/password", own)
    await county.admin.do(f"/dispatch/v1/accounts/{staff_id}/sessions/end")
    renewed = await nobody.post("/dispatch/v1/accounts/token", {"session_token": entered["session_token"]})
    assert renewed.status_code == 401, renewed.text
    return Person(county.send, entered["session_token"])
