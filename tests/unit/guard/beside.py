"""Dispatch with what stands beside a case: letters, mediations, aid and risks, each by its own rules, in memory."""

from datetime import date, timedelta
from typing import Any

from libs.common.events.aid_terms import AidStep
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.letter_terms import LetterStep
from libs.common.events.mediation_terms import MediationStep
from libs.common.events.risks import RiskAcknowledged, RiskReported
from libs.common.rules.machine import Actor
from services.dispatch.aids import actions as of_aids
from services.dispatch.aids import domain as aids
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import check_party, decide
from services.dispatch.letters import domain as letters
from services.dispatch.letters.actions import keeping as of_letters
from services.dispatch.mediations import domain as mediations
from services.dispatch.mediations.actions import keeping as of_mediations
from services.dispatch.risks import actions as of_risks
from services.dispatch.risks import domain as risks
from tests.unit.guard.delivery import CASE, Now
from tests.unit.guard.units import Units

OFFICE = "S-GOV"
"""Writes letters, and handles no case."""
DAYS = 2
_TIMES = timedelta(days=DAYS) * 0.8, timedelta(days=DAYS)
"""After how long a reply is warned of, and due."""
ON_DUTY = ("L",)
"""The members of staff who are told of a risk."""


class Beside(Units):
    """Dispatch: the case, and what stands beside it."""

    def __init__(self, now: Now, *, rule_knows: bool) -> None:
        super().__init__(now, rule_knows=rule_knows)
        self.letters: dict[str, letters.LetterState] = {}
        self.mediations: dict[str, mediations.MediationState] = {}
        self.aids: dict[str, aids.AidState] = {}
        self.risks: dict[str, risks.RiskState] = {}

    # --- letters

    def write(self, by: Actor, to_unit: str) -> None:
        """拟稿, as ``services/dispatch/letters/actions/writing.py`` does."""
        drafted: dict[str, Any] = {"drafted_by": by.subject, "drafted_by_staff": by.staff_id}
        letter = letters.LetterState(
            letter_id=f"letter-{len(self.letters) + 1}",
            case_id=CASE,
            round=self.work.round,
            kind="request",
            office=by.unit_code or "",
            to_unit=to_unit,
            subject="",
            body="",
            days=DAYS,
            drafted_at=self._now.moment,
            **drafted,
        )
        self._say_letter(letter, LetterStep.DRAFT, by)

    def of_letter(self, letter_id: str, step: LetterStep, by: Actor) -> None:
        """Any step of a letter; its number is the next of its office, its deadline so long from now."""
        letter, facts = self.letters[letter_id], self._brings(step)
        said = letters.decide(letter, step, by, self._now.moment, **facts)
        self._say_letter(letters.evolve(letter, said), step, by, from_unit=letter.to_unit)

    def end_letters(self) -> None:
        """Somebody of each office withdraws what is still open."""
        for letter in list(self.letters.values()):
            if letter.status not in letters.ENDED:
                self.of_letter(letter.letter_id, LetterStep.WITHDRAW, Actor("head", letter.office))

    def _brings(self, step: LetterStep) -> dict[str, Any]:
        warn_at, due_at = (self._now.moment + after for after in _TIMES)
        match step:
            case LetterStep.SEND:
                number = 1 + sum(one.no is not None for one in self.letters.values())
                numbered = {"number": number, "year": self._now.moment.year, "no": f"翠街函〔2026〕{number}号"}
                return numbered | {"warn_at": warn_at, "due_at": due_at}
            case LetterStep.SEND_BACK:
                return {"opinion": "", "warn_at": warn_at, "due_at": due_at}
            case LetterStep.REPLY:
                return {"reply": ""}
            case LetterStep.HAND_ON:
                return {"to_unit": "D-NEXT"}
        return {"reminder": ""} if step is LetterStep.REMIND else {"opinion": ""}

    def _say_letter(self, letter: letters.LetterState, step: LetterStep, by: Actor, **more: Any) -> None:
        self._take_beside(of_letters.case_step(letter, step), by, of_letters.EVENTS[step].event, letter, more)
        self.letters[letter.letter_id] = letter

    # --- mediations

    def entrust(self, by: Actor, mediator: str) -> None:
        """委托调解 to a member of staff; one runs at a time."""
        check_party(self.work, Action.MEDIATION_GIVE, by)
        if any(one.status in mediations.RUNNING for one in self.mediations.values()):
            return
        mediation = mediations.MediationState(
            mediation_id=f"mediation-{len(self.mediations) + 1}",
            case_id=CASE,
            round=self.work.round,
            kind="neighbours",
            subject="",
            mediator=mediator,
            mediator_unit="V-1",
            post="mediator",
            given_by=by.subject,
            given_by_staff=by.staff_id,
            given_by_unit=by.unit_code,
            given_at=self._now.moment,
        )
        self._say_mediation(mediation, MediationStep.GIVE, by)

    def of_mediation(self, mediation_id: str, step: MediationStep, by: Actor) -> None:
        """Any step of a mediation; an agreement is looked at from tomorrow on."""
        mediation, facts = self.mediations[mediation_id], dict[str, Any]()
        if step is MediationStep.AGREE:
            facts = {"terms": "", "document": "", "follow_up_on": self.today + timedelta(days=1)}
        elif step is not MediationStep.MEET:
            facts = {"note": ""}
        said = mediations.decide(mediation, step, by, self._now.moment, today=self.today, **facts)
        self._say_mediation(mediations.evolve(mediation, said), step, by)

    @property
    def today(self) -> date:
        """The place's day."""
        return self._now.moment.date()

    def _say_mediation(self, mediation: mediations.MediationState, step: MediationStep, by: Actor) -> None:
        held: dict[str, Any] = {"number": mediation.sessions, "held_at": self._now.moment, "venue": "", "area_code": ""}
        held |= {"took_part": (), "people": 2, "note": mediation.note or ""}
        tells = of_mediations.EVENTS[step]
        self._take_beside(of_mediations.case_step(mediation, step), by, tells.event, mediation, held)
        self.mediations[mediation.mediation_id] = mediation

    # --- aid and risks

    def find_aid(self, by: Actor) -> None:
        """发现."""
        found: dict[str, Any] = {"found_by": by.subject, "found_by_staff": by.staff_id, "found_unit": by.unit_code}
        about: dict[str, Any] = {"case_id": CASE, "round": self.work.round, "kind": "minimum", "persons": 1}
        name = f"aid-{len(self.aids) + 1}"
        self._say_aid(aids.AidState(aid_id=name, found_note="", found_at=self._now.moment, **about, **found), by)

    def of_aid(self, aid_id: str, step: AidStep, by: Actor) -> None:
        """Any step of a matter of aid."""
        aid = self.aids[aid_id]
        facts = {"amount_fen": 100} if step is AidStep.GRANT else {}
        said = aids.decide(aid, step, by, self._now.moment, "", **facts)
        self._say_aid(aids.evolve(aid, said), by, step)

    def _say_aid(self, aid: aids.AidState, by: Actor, step: AidStep = AidStep.FIND) -> None:
        more = {"unit_code": by.unit_code, "note": ""}
        self._take_beside(of_aids.case_step(aid, step), by, of_aids.EVENTS[step].event, aid, more)
        self.aids[aid.aid_id] = aid

    def report_risk(self, by: Actor) -> None:
        """风险上报, once."""
        if "risk" in self.risks:
            return
        about: dict[str, Any] = {"risk_id": "risk", "case_id": CASE, "round": self.work.round, "kind": "group"}
        told: dict[str, Any] = {"by_rule": False, "why": "", "told": ON_DUTY, "reported_by": by.subject}
        told |= {"reported_by_staff": by.staff_id, "reported_at": self._now.moment}
        risk = risks.RiskState(**about, **told, due_at=self._now.moment + timedelta(minutes=30))
        self._say_risk(risk, Action.RISK_REPORT, RiskReported, by)

    def acknowledge_risk(self, by: Actor, *, on_duty: bool) -> None:
        """风险签收."""
        risk = risks.acknowledge(self.risks["risk"], by, self._now.moment, "", on_duty=on_duty)
        self._say_risk(risk, Action.RISK_ACKNOWLEDGE, RiskAcknowledged, by)

    def _say_risk(self, risk: risks.RiskState, action: Action, kind: type[Event], by: Actor) -> None:
        self._take_beside(of_risks.case_step(risk, action), by, kind, risk, {"note": risk.note or ""})
        self.risks[risk.risk_id] = risk

    def _take_beside(self, ask: Ask, by: Actor, kind: type[Event], row: Any, more: dict[str, Any]) -> None:
        """The step that it is of the case, and what is said of it: the row's own words, and ``more``."""
        number = self.work.round
        self._take(decide(self.work, ask, by, self._now.moment))
        told = {name: getattr(row, name) for name in kind.model_fields if hasattr(row, name)}
        told |= {name: value for name, value in more.items() if name in kind.model_fields}
        event = kind.model_validate(told | {"case_id": CASE, "round": number, "occurred_at": self._now.moment})
        assert isinstance(event, CaseEvent)
        self.say(event, by)
