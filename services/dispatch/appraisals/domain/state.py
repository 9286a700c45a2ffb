"""What the rules see of a case's whistles, of its consultations, of scores, and of what summoned units claim."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from libs.common.errors import NotFound
from libs.common.events.task_terms import task_name
from libs.common.events.whistle_terms import CLAIM_STATES_ZH, ClaimKind, ClaimState, claim_name
from libs.common.rules.apart import names_of
from libs.common.rules.machine import Machine, Transition, asks
from services.dispatch.asks.domain import REQUEST_STEPS, RequestParty, RequestStep
from services.dispatch.calls.domain import Calls, CallState
from services.dispatch.cases.domain.appraising import Points


@dataclass(frozen=True, slots=True)
class WhistleState:
    """All of a whistle but whose case it is of, under its columns' names."""

    version: int
    """Of the case by it."""
    round: int
    kind: str
    street_unit: str
    area_code: str
    category_code: str | None
    place: str
    what: str
    units: tuple[str, ...]
    times: int
    """The how manieth on its category and area within the days that the pack counts."""
    called_at: datetime
    called_by: str
    called_by_staff: str | None
    done_at: datetime | None = None
    done_by: str | None = None
    done_by_staff: str | None = None
    criteria: tuple[Mapping[str, object], ...] = ()
    """Of the done mark: the code of each, whether it is met, and how."""
    claims_until: datetime | None = None
    """Until when a unit may say that it was needless, once it is done."""
    needless: bool = False
    """Whether somebody of the county found that it was (不当吹哨)."""


@dataclass(frozen=True, slots=True)
class ConsultationState:
    """One joint consultation (会商)."""

    version: int
    whistle: int
    held_at: datetime
    took_part: tuple[str, ...]
    findings: str
    tasks: tuple[Mapping[str, str], ...]
    """By unit what it has to do, by what measures, until when."""
    kept_by: str
    kept_by_staff: str | None
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class ScoreState:
    """What a summoned unit was scored, and what of it holds."""

    whistle: int
    unit_code: str
    points: Points
    total: int
    most: int
    grade: str
    given: Points
    """As the street gave them, whatever an objection came to."""
    given_grade: str
    never_came: bool
    words: str
    scored_by: str
    scored_by_staff: str | None
    scored_at: datetime
    claims_until: datetime


_T = Transition[ClaimState, RequestStep, RequestParty, []]

CLAIMS: Machine[ClaimState, RequestStep, RequestParty, []] = Machine(
    steps=(
        _T(RequestStep.ASK, None, ClaimState.PENDING, RequestParty.ASKER),
        _T(RequestStep.GRANT, ClaimState.PENDING, ClaimState.GRANTED, RequestParty.DECIDER),
        _T(RequestStep.REFUSE, ClaimState.PENDING, ClaimState.REFUSED, RequestParty.DECIDER),
        _T(RequestStep.LAPSE, ClaimState.PENDING, ClaimState.LAPSED, RequestParty.SYSTEM),
    ),
    statuses={state: (zh, state.value) for state, zh in CLAIM_STATES_ZH.items()},
    actions={step: label for step, label in REQUEST_STEPS.items() if step is not RequestStep.RAISE},
    people=(RequestParty.ASKER, RequestParty.DECIDER),
    ends=(ClaimState.GRANTED, ClaimState.REFUSED, ClaimState.LAPSED),
    must=(asks(RequestParty.DECIDER, (RequestStep.GRANT, RequestStep.REFUSE)),),
    noun="the claim",
)
"""What becomes of what a summoned unit claims: asked, granted and refused as any request is."""


@dataclass(frozen=True, slots=True)
class ClaimedState:
    """What a summoned unit claims, and what was decided."""

    version: int
    whistle: int
    unit_code: str
    kind: ClaimKind
    reason: str
    asked_by: str
    asked_by_staff: str | None
    asked_at: datetime
    state: ClaimState = ClaimState.PENDING
    decided_by: str | None = None
    decided_by_unit: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    due_at: datetime | None = None
    """Until when it is to be decided, once its clock says so; None where the pack has no limit."""

    @property
    def name(self) -> str:
        """What its clock goes by."""
        return claim_name(self.version, self.kind, task_name(self.whistle, self.unit_code))


@dataclass(frozen=True, slots=True)
class Appraisal:
    """All of one case, oldest first."""

    whistles: tuple[WhistleState, ...] = ()
    consultations: tuple[ConsultationState, ...] = ()
    scores: tuple[ScoreState, ...] = ()
    claims: tuple[ClaimedState, ...] = ()

    def whistle(self, version: int) -> WhistleState:
        """NotFound when there was none by that step."""
        for one in self.whistles:
            if one.version == version:
                return one
        raise NotFound("There is no such whistle of this case", "本件没有这次吹哨")

    def score(self, whistle: int, unit_code: str) -> ScoreState | None:
        """None as long as the street has not scored it."""
        return next((one for one in self.scores if (one.whistle, one.unit_code) == (whistle, unit_code)), None)

    def claims_of(self, whistle: int, kind: ClaimKind, unit_code: str | None = None) -> list[ClaimedState]:
        """Of all units, when none is named."""
        found = [one for one in self.claims if (one.whistle, one.kind) == (whistle, kind)]
        return [one for one in found if unit_code in (None, one.unit_code)]


@dataclass(frozen=True, slots=True)
class WhistlesOfCase:
    """A case's whistles with the tasks of the units."""

    calls: Calls = ()
    appraisal: Appraisal = field(default_factory=Appraisal)

    def call(self, whistle: int, unit_code: str) -> CallState:
        """NotFound when that whistle did not summon it."""
        for one in self.calls:
            if (one.version, one.unit_code) == (whistle, unit_code):
                return one
        raise NotFound("This whistle did not summon the unit", "该单位未被本次吹哨召集")

    def people_in(self, whistle: int, unit_code: str) -> frozenset[str]:
        """Everybody who whistled, marked it as done, worked on the unit's task or scored it, by all their names."""
        one, score = self.appraisal.whistle(whistle), self.appraisal.score(whistle, unit_code)
        people = names_of(one.called_by, one.called_by_staff) | names_of(one.done_by, one.done_by_staff)
        people |= frozenset(self.call(whistle, unit_code).worked_by)
        return people if score is None else people | names_of(score.scored_by, score.scored_by_staff)
