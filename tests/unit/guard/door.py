"""Intake without its database: the rules of ``domain`` as they are, the rows around them in memory."""

from typing import Any

from libs.common.events import cases, citizens, objections
from libs.common.events.objecting import ObjectionState
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
            ),
            actor,
        )
        if at_once:
            self.state = lifecycle.State(lifecycle.Status.ANSWERED, answered_directly=True)
            self._say_answered(actor)

    def answer(self, actor: Actor) -> None:
        """直接答复, when the door thinks that it still may; Refused otherwise, as what follows."""
        self._take(lifecycle.Action.ANSWER, actor, answered_directly=True)
        self._say_answered(actor)

    def wish(self, actor: Actor) -> None:
        """申请撤单: somebody says that the citizen takes it back."""
        number = self.state.round
        self._take(lifecycle.Action.WISH, actor)
        self.say(citizens.WithdrawalWished(**self._about(), round=number, reason="已自行解决"), actor)

    def object(self, actor: Actor) -> None:
        """异议 against the closing, as ``services/intake/cases/actions/objecting.py`` takes it."""
        number, which = self.state.round, f"o{len(self.ledger)}"
        facts = {"objection_id": which, "objection_state": ObjectionState.RAISED}
        self._take(lifecycle.Action.OBJECT, actor, **facts)
        said: dict[str, Any] = {"objection_id": which, "text": "没有修好", "channel": Channel.HOTLINE}
        ended: dict[str, Any] = {"closed_at": self._now.moment, "last_day": self._now.moment.date()}
        self.say(objections.ObjectionRaised(**self._about(), **said, **ended, round=number), actor)

    def withdraw_as_before(self) -> None:
        """撤单, as a release said it that asked nobody: such words stand in ledgers."""
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
        by["answered_by_staff"] = actor.staff_id
        self.say(cases.CaseAnsweredDirectly(**about, **by, answer="已答复"))

    def _about(self) -> dict[str, Any]:
        return {"case_id": CASE, "occurred_at": self._now.moment}
