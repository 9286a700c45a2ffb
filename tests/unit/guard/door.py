"""Intake without its database: the rules of ``domain`` as they are, the rows around them in memory."""

from typing import Any

from libs.common.events import cases
from libs.common.events.terms import Channel, Kind, Urgency
from libs.common.rules.machine import Actor
from services.intake.cases.actions.projection import EFFECTS
from services.intake.cases.domain import lifecycle
from tests.unit.guard.delivery import CASE, Now, Service, Word


class Door(Service):
    """Intake: takes cases in, and follows what the others say of them."""

    name = "intake"

    def __init__(self, now: Now) -> None:
        super().__init__()
        self._now = now
        self.state = lifecycle.State(lifecycle.Status.REGISTERED)

    def register(self, *, at_once: bool, callback_wanted: bool, actor: Actor) -> None:
        """登记; with ``at_once`` answered in the same breath."""
        self.say(
            cases.CaseRegistered(
                **self._about(),
                case_no="1",
                channel=Channel.HOTLINE,
                kind=Kind.HELP,
                urgency=Urgency.NORMAL,
                category_code="0101",
                area_code="999001101201",
                title="路灯不亮",
                text="路灯不亮",
                callback_wanted=callback_wanted,
                answered_at_once=at_once,
                pack_version=1,
                registered_at=self._now.moment,
            )
        )
        if at_once:
            self.state = lifecycle.State(lifecycle.Status.ANSWERED, answered_directly=True)
            self._say_answered(actor)

    def answer(self, actor: Actor) -> None:
        """直接答复, when the door thinks that it still may."""
        after = lifecycle.taken(self.state, lifecycle.Action.ANSWER, answered_directly=True)
        if after is not None:
            self.state = after
            self._say_answered(actor)

    def withdraw(self) -> None:
        """撤单."""
        after = lifecycle.taken(self.state, lifecycle.Action.WITHDRAW)
        if after is not None:
            self.state = after
            self.say(cases.CaseWithdrawn(**self._about(), reason="已自行解决"))

    def supplement(self) -> None:
        """补充."""
        after = lifecycle.taken(self.state, lifecycle.Action.SUPPLEMENT)
        if after is not None:
            self.state = after
            self.say(cases.CaseSupplemented(**self._about(), text="还是没亮"))

    def hear(self, word: Word) -> None:
        """As ``services/intake/cases/actions/projection.py`` reads it."""
        event = word.event
        read = EFFECTS.get(type(event))
        if read is not None and isinstance(event, cases.RoundEvent):
            meant = read(event)
            self.state = lifecycle.heard(self.state, event.round, meant.action, **meant.facts)

    def _say_answered(self, actor: Actor) -> None:
        about = self._about() | {"round": self.state.round}
        by: dict[str, Any] = {"answered_by_unit": actor.unit_code, "answered_by": actor.subject}
        self.say(cases.CaseAnsweredDirectly(**about, **by, answer="已答复"))

    def _about(self) -> dict[str, Any]:
        return {"case_id": CASE, "occurred_at": self._now.moment}
