"""Intake without its database: the rules of ``domain`` as they are, the rows around them in memory."""

from typing import Any

from libs.common.events import cases
from libs.common.events.terms import Channel, Kind, Urgency
from libs.common.rules.machine import SYSTEM, Actor
from services.intake.cases.actions.projection import EFFECTS, said_of
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
        """直接答复, when the door thinks that it still may; Refused otherwise, as what follows."""
        self._take(lifecycle.Action.ANSWER, actor, answered_directly=True)
        self._say_answered(actor)

    def withdraw(self) -> None:
        """撤单."""
        self._take(lifecycle.Action.WITHDRAW)
        self.say(cases.CaseWithdrawn(**self._about(), reason="已自行解决"))

    def supplement(self) -> None:
        """补充."""
        self._take(lifecycle.Action.SUPPLEMENT)
        self.say(cases.CaseSupplemented(**self._about(), text="还是没亮"))

    def hear(self, word: Word) -> None:
        """As ``services/intake/handlers.py`` does."""
        if isinstance(word.event, cases.RoundEvent) and type(word.event) in EFFECTS:
            self.state = lifecycle.evolve(self.state, said_of(word.event))

    def _take(self, action: lifecycle.Action, actor: Actor = SYSTEM, **facts: Any) -> None:
        said = lifecycle.decide(self.state, action, actor, self._now.moment, what="", note="", **facts)
        self.state = lifecycle.evolve(self.state, said)

    def _say_answered(self, actor: Actor) -> None:
        about = self._about() | {"round": self.state.round}
        by: dict[str, Any] = {"answered_by_unit": actor.unit_code, "answered_by": actor.subject}
        self.say(cases.CaseAnsweredDirectly(**about, **by, answer="已答复"))

    def _about(self) -> dict[str, Any]:
        return {"case_id": CASE, "occurred_at": self._now.moment}
