"""Before a visit is written (走访登记前): who lives there is opened once, so that its cases name whom to call back and
no word that travels names him; and what becomes a case is checked and sealed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import FieldError, Problem, invalid
from libs.common.events.terms import Channel
from libs.common.events.visit_terms import MatterEnd
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.staff.register import StaffRegister
from services.intake.cases.actions.drafts import Desk, Draft, check, draft_case
from services.intake.cases.schemas import RegisterCase
from services.intake.households.actions.sealing import Identity, envelope_of, opened
from services.intake.households.queries import find, identity_of
from services.intake.requesters.domain import Own, own_of
from services.intake.requesters.schemas import RequesterIn
from services.intake.visits.actions.checking import check_matters
from services.intake.visits.schemas import MatterIn, RecordVisit


@dataclass(frozen=True, slots=True)
class VisitedHome:
    """A household as a visit needs it: where it is, and who lives there, open."""

    area_code: str
    who: Identity

    def hidden_in(self, text: str) -> str:
        """The text with all that is known of the household hidden, and what rules find."""
        for own in self._own():
            text = own.hidden_in(text)
        return text

    @property
    def requester(self) -> RequesterIn | None:
        """The head of the household, who is called back."""
        if self.who.head is None and self.who.phone is None:
            return None
        return RequesterIn(name=self.who.head, phone=self.who.phone, home=self.who.door)

    def _own(self) -> Sequence[Own]:
        who = self.who
        return own_of(who.head, who.phone, home=who.door), *(own_of(one.name, one.phone) for one in who.members)


@dataclass(frozen=True, slots=True)
class ReadyVisit:
    """A visit that can be written: what was told, and by matter the case that it becomes."""

    body: RecordVisit
    home: VisitedHome
    drafts: Mapping[int, Draft]


async def open_home(session: Session, scope: Scope, household_id: str, vault: Vault) -> VisitedHome:
    """The household; Invalid when it is out of reach."""
    row = await find(session, scope, household_id)
    identity = await identity_of(session, household_id)
    if row is None or identity is None:
        raise invalid("household_id", "is no household in your reach", "户不存在或不在管辖范围内")
    return VisitedHome(row.area_code, opened(envelope_of(vault, identity), identity))


def become_cases(body: RecordVisit) -> Mapping[int, MatterIn]:
    """The matters that are registered, by number."""
    return {
        number: matter for number, matter in enumerate(body.matters, start=1) if matter.what is not MatterEnd.EXPLAINED
    }


def ready(
    desk: Desk, body: RecordVisit, home: VisitedHome, case_nos: Sequence[str], staff: StaffRegister
) -> ReadyVisit:
    """Check and seal what becomes a case. Invalid and Forbidden, naming the field of its matter."""
    check_matters(body.matters, body.outcome)
    drafts = {}
    for (number, matter), case_no in zip(become_cases(body).items(), case_nos, strict=True):
        sent = RegisterCase(
            channel=Channel.VISIT,
            kind=matter.kind,
            category_code=matter.category_code,
            area_code=home.area_code,
            title=matter.title,
            text=matter.text,
            occurred_at=body.started_at,
            requester=home.requester,
            direct_answer=matter.answer,
        )
        with _of_matter(number):
            drafts[number] = _as_visitor(_drafted(desk, sent, case_no, home, body.staff_ids), desk, body, staff)
    return ReadyVisit(body, home, drafts)


def _drafted(desk: Desk, sent: RegisterCase, case_no: str, home: VisitedHome, staff_ids: Sequence[str]) -> Draft:
    check(desk, sent)
    draft = draft_case(desk, sent, case_no)
    told: dict[str, Any] = {name: home.hidden_in(getattr(draft.event, name)) for name in ("title", "text")}
    told["visited_by"] = tuple(dict.fromkeys(staff_ids))
    answer = None if draft.answer is None else home.hidden_in(draft.answer)
    return replace(draft, event=draft.event.model_copy(update=told), answer=answer)


def _as_visitor(draft: Draft, desk: Desk, body: RecordVisit, staff: StaffRegister) -> Draft:
    """Who made the visit answered, and not who wrote it down for him: so he never asks whether it is solved."""
    if desk.principal.staff_id in body.staff_ids:
        return draft
    first = staff.member(body.staff_ids[0])
    held = () if first is None else first.in_office(body.started_at)
    unit = held[0].unit_code if held else None
    return replace(draft, answered_by_staff=body.staff_ids[0], answered_by_unit=unit)


@contextmanager
def _of_matter(number: int) -> Iterator[None]:
    """What is wrong with a case is named by its matter."""
    try:
        yield
    except Problem as error:
        named = {"direct_answer": "answer"}
        error.fields = tuple(
            FieldError(f"matters/{number - 1}/{named.get(one.field, one.field)}", one.message, one.message_zh)
            for one in error.fields
        )
        raise
