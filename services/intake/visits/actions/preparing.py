"""Before a visit is written (走访登记前): who lives there is opened once, so that its cases name whom to call back and
no word that travels names him; and what becomes a case is checked and sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.staff.register import StaffRegister
from services.intake.cases.actions.drafts import Desk, Draft
from services.intake.households.actions.sealing import Identity, envelope_of, opened
from services.intake.households.queries import find, identity_of
from services.intake.raised.actions.drafting import Hearing, RaisedMatter, become_cases, drafts
from services.intake.requesters.domain import Own, own_of
from services.intake.requesters.schemas import RequesterIn
from services.intake.visits.actions.checking import check_matters
from services.intake.visits.schemas import RecordVisit


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
    """The household; Invalid when it is out of reach. Of whom was erased nothing is known."""
    row = await find(session, scope, household_id)
    identity = await identity_of(session, household_id)
    if row is None or identity is None:
        raise invalid("household_id", "is no household in your reach", "户不存在或不在管辖范围内")
    if identity.destroyed_at is not None:
        return VisitedHome(row.area_code, Identity())
    return VisitedHome(row.area_code, opened(envelope_of(vault, identity), identity))


def ready(
    desk: Desk, body: RecordVisit, home: VisitedHome, case_nos: Sequence[str], staff: StaffRegister
) -> ReadyVisit:
    """Check and seal what becomes a case. Invalid and Forbidden, naming the field of its matter."""
    check_matters(body.matters, body.outcome)
    raised = {
        number: RaisedMatter(body.matters[number - 1], home.area_code, home.requester)
        for number in become_cases(body.matters)
    }
    hearing = Hearing(body.started_at, body.staff_ids, home.hidden_in)
    return ReadyVisit(body, home, drafts(desk, hearing, raised, case_nos, staff))
