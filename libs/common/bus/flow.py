"""THE MAP: every topic, every event and the topic it travels on, who says it and who hears it.

Topics, subscriptions, docs/flow.md and docs/asyncapi.yaml derive from this table; a test holds it to the code.
Services are named here as plain strings: the library imports none of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from libs.common.bus.port import TopicSpec
from libs.common.events import (
    accepting,
    accused,
    aids,
    arbitration,
    asking,
    cases,
    citizens,
    directory,
    door,
    dossiers,
    duty_rules,
    households,
    judging,
    letters,
    mediations,
    objections,
    occasions,
    ops,
    passing,
    responsible,
    risks,
    supervision,
    tasks,
    teams,
    upper_orders,
    visits,
    whistles,
)
from libs.common.events.base import Event


class Service(StrEnum):
    """The four services."""

    INTAKE = "intake"
    DISPATCH = "dispatch"
    FOLLOWUP = "followup"
    ANALYTICS = "analytics"


class Stream(StrEnum):
    """Topics without their configured prefix. One key, one order."""

    CASES = "cases"
    VISITS = "visits"
    DIRECTORY = "directory"
    OPS = "ops"


AS_SET = None
"""As many partitions as ``HUIYIN_PARTITIONS`` says."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is made. Every event on it has one of the fields ``keyed_by``: of one key, all keep their order.

    ``largest`` is that of a message, in bytes.
    """

    stream: Stream
    keyed_by: tuple[str, ...]
    partitions: int | None
    largest: int

    def spec(self, prefix: str, partitions: int) -> TopicSpec:
        """What the bus is asked for, under these settings."""
        return TopicSpec(f"{prefix}{self.stream}", self.partitions or partitions, self.largest)


_MIB = 1_048_576

# A county's whole pack travels in one message.
# topic                          key                            partitions  largest
TOPICS: dict[Stream, Topic] = {topic.stream: topic for topic in (
    Topic(Stream.CASES,          ("case_id",),                  AS_SET,     1 * _MIB),
    Topic(
        Stream.VISITS,
        ("household_id", "round_id", "team_id", "occasion_id", "point_id", "entry_id"),
        AS_SET,
        1 * _MIB,
    ),
    Topic(Stream.DIRECTORY,      ("place_code", "staff_id", "letter_id"), 1,          8 * _MIB),
    Topic(Stream.OPS,            ("source",),                   1,          1 * _MIB),
)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the map."""

    event: type[Event]
    stream: Stream
    said_by: frozenset[Service]
    heard_by: frozenset[Service]
    past: bool = False
    """It was said until some release, and is only read since then."""

    @property
    def keyed_by(self) -> str:
        """The field that is the event's key."""
        return next(field for field in TOPICS[self.stream].keyed_by if field in self.event.model_fields)


def _services(letters: str) -> frozenset[Service]:
    by_letter = {"I": Service.INTAKE, "D": Service.DISPATCH, "F": Service.FOLLOWUP, "A": Service.ANALYTICS}
    return frozenset(by_letter[letter] for letter in letters if letter != ".")


def _route(event: type[Event], stream: Stream, said_by: str, heard_by: str, *, past: bool = False) -> Route:
    return Route(event, stream, _services(said_by), _services(heard_by), past)


# I intake, D dispatch, F followup, A analytics
# event                          topic             said by  heard by
FLOW: tuple[Route, ...] = (
    _route(directory.PackPublished,      Stream.DIRECTORY, ".D..", "I.FA"),
    _route(directory.StaffRecorded,      Stream.DIRECTORY, ".D..", "I.FA"),
    _route(directory.AccountChanged,     Stream.DIRECTORY, ".D..", "...."),
    _route(directory.StaffContactRevealed, Stream.DIRECTORY, ".D..", "...."),
    _route(letters.OfficeLetterKept,     Stream.DIRECTORY, ".D..", "...."),
    _route(cases.CaseRegistered,         Stream.CASES,     "I...", ".DFA"),
    _route(accused.AccusedNamed,         Stream.CASES,     "I...", ".DFA"),
    _route(door.WordingReleased,         Stream.CASES,     "I...", ".DF."),
    _route(door.AdditionHeld,            Stream.CASES,     "I...", "..F."),
    _route(cases.CaseSupplemented,       Stream.CASES,     "I...", ".DFA"),
    _route(door.CaseUrged,               Stream.CASES,     "I...", "..FA"),
    _route(judging.RepeatNamed,          Stream.CASES,     "I...", "...A"),
    _route(judging.CaseRepeated,         Stream.CASES,     "I...", "...A"),
    _route(door.RequesterRevealed,       Stream.CASES,     "I...", "...."),
    _route(door.CaseResealed,            Stream.CASES,     "I...", "...."),
    _route(door.RequesterErased,         Stream.CASES,     "I...", "...."),
    _route(citizens.WithdrawalWished,    Stream.CASES,     "I...", "..F."),
    _route(objections.ObjectionRaised,   Stream.CASES,     "I...", "..FA"),
    _route(cases.CaseWithdrawn,          Stream.CASES,     "I...", ".DFA", past=True),
    _route(cases.CaseAnsweredDirectly,   Stream.CASES,     "I...", ".DFA"),
    _route(cases.TriageQueued,           Stream.CASES,     ".D..", "I.FA"),
    _route(cases.CaseAssigned,           Stream.CASES,     ".D..", "I.FA"),
    _route(cases.CaseReassigned,         Stream.CASES,     ".D..", "I.FA"),
    _route(passing.CaseDelegated,        Stream.CASES,     ".D..", "I.FA"),
    _route(passing.CaseRaised,           Stream.CASES,     ".D..", "I.FA"),
    _route(cases.CaseSigned,             Stream.CASES,     ".D..", "I.FA"),
    _route(cases.ProgressReported,       Stream.CASES,     ".D..", "I.FA"),
    _route(cases.CaseHandled,            Stream.CASES,     ".D..", "I.FA"),
    _route(responsible.ResponsibleNamed, Stream.CASES,     ".D..", "..F."),
    _route(tasks.ListFilled,             Stream.CASES,     ".D..", "...."),
    _route(tasks.TaskGiven,              Stream.CASES,     ".D..", "..FA"),
    _route(tasks.TaskSigned,             Stream.CASES,     ".D..", "..F."),
    _route(tasks.TaskReported,           Stream.CASES,     ".D..", "..F."),
    _route(cases.TaskDone,               Stream.CASES,     ".D..", "..FA"),
    _route(cases.TaskCancelled,          Stream.CASES,     ".D..", "..FA"),
    _route(whistles.StreetWhistled, Stream.CASES,     ".D..", "..FA"),
    _route(whistles.CallAcknowledged,Stream.CASES,     ".D..", "..F."),
    _route(whistles.CallResponsibleNamed, Stream.CASES, ".D..", "..F."),
    _route(whistles.UnitArrived,    Stream.CASES,     ".D..", "..FA"),
    _route(whistles.CallReported,   Stream.CASES,     ".D..", "..F."),
    _route(whistles.CallDone,       Stream.CASES,     ".D..", "..FA"),
    _route(whistles.CallCancelled,  Stream.CASES,     ".D..", "..FA"),
    _route(letters.LetterDrafted,        Stream.CASES,     ".D..", "...."),
    _route(letters.LetterSent,           Stream.CASES,     ".D..", "..FA"),
    _route(letters.LetterAcknowledged,   Stream.CASES,     ".D..", "..F."),
    _route(letters.LetterReplied,        Stream.CASES,     ".D..", "..FA"),
    _route(letters.LetterAccepted,       Stream.CASES,     ".D..", "...."),
    _route(letters.LetterSentBack,       Stream.CASES,     ".D..", "..FA"),
    _route(letters.LetterReminded,       Stream.CASES,     ".D..", "...."),
    _route(letters.LetterHandedOn,       Stream.CASES,     ".D..", "..F."),
    _route(letters.LetterWithdrawn,      Stream.CASES,     ".D..", "..FA"),
    _route(mediations.MediationGiven,    Stream.CASES,     ".D..", "...."),
    _route(mediations.MediationHeld,     Stream.CASES,     ".D..", "..F."),
    _route(mediations.MediationAgreed,   Stream.CASES,     ".D..", "..F."),
    _route(mediations.MediationFailed,   Stream.CASES,     ".D..", "..F."),
    _route(mediations.MediationKept,     Stream.CASES,     ".D..", "...."),
    _route(mediations.MediationBroken,   Stream.CASES,     ".D..", "...."),
    _route(mediations.MediationWithdrawn, Stream.CASES,    ".D..", "...."),
    _route(aids.AidFound,                Stream.CASES,     ".D..", "..F."),
    _route(aids.AidApplied,              Stream.CASES,     ".D..", "..F."),
    _route(aids.AidGranted,              Stream.CASES,     ".D..", "...."),
    _route(aids.AidRefused,              Stream.CASES,     ".D..", "...."),
    _route(aids.AidDropped,              Stream.CASES,     ".D..", "...."),
    _route(risks.RiskReported,           Stream.CASES,     ".D..", "..F."),
    _route(risks.RiskAcknowledged,       Stream.CASES,     ".D..", "..F."),
    _route(whistles.ConsultationHeld, Stream.CASES,   ".D..", "..F."),
    _route(whistles.WhistleDone,    Stream.CASES,     ".D..", "..F."),
    _route(whistles.UnitScored,     Stream.CASES,     ".D..", "..FA"),
    _route(whistles.ClaimMade,      Stream.CASES,     ".D..", "..F."),
    _route(whistles.ClaimDecided,   Stream.CASES,     ".D..", "..FA"),
    _route(cases.ReturnRequested,        Stream.CASES,     ".D..", "..FA"),
    _route(cases.ReturnDecided,          Stream.CASES,     ".D..", "..FA"),
    _route(asking.RequestMade,           Stream.CASES,     ".D..", "..FA"),
    _route(asking.RequestGranted,        Stream.CASES,     ".D..", "I.FA"),
    _route(asking.RequestRefused,        Stream.CASES,     ".D..", "..FA"),
    _route(asking.RequestLapsed,         Stream.CASES,     ".D..", "..FA"),
    _route(asking.RequestRaised,         Stream.CASES,     ".D..", "...."),
    _route(arbitration.ArbitrationOpened, Stream.CASES,    ".D..", "...."),
    _route(arbitration.UnitHeard,        Stream.CASES,     ".D..", "...."),
    _route(arbitration.ArbitrationRuled, Stream.CASES,     ".D..", "...."),
    _route(duty_rules.DutyRuleProposed,  Stream.CASES,     ".D..", "...."),
    _route(duty_rules.DutyRuleTried,     Stream.CASES,     ".D..", "...."),
    _route(duty_rules.DutyRuleDecided,   Stream.CASES,     ".D..", "...."),
    _route(duty_rules.DutyRuleEnded,     Stream.CASES,     ".D..", "...."),
    _route(asking.SuspensionLifted,      Stream.CASES,     ".D..", "I.F."),
    _route(accepting.NonacceptanceRequested, Stream.CASES, ".D..", "..FA"),
    _route(accepting.NonacceptanceRefused, Stream.CASES,   ".D..", "..FA"),
    _route(accepting.CaseNotAccepted,    Stream.CASES,     ".D..", "I.FA"),
    _route(cases.DeadlineSet,            Stream.CASES,     "..F.", "ID.A"),
    _route(cases.DeadlineWarned,         Stream.CASES,     "..F.", ".D.A"),
    _route(cases.DeadlineMissed,         Stream.CASES,     "..F.", ".D.A"),
    _route(cases.CallbackDue,            Stream.CASES,     "..F.", "I..A"),
    _route(cases.CallbackTried,          Stream.CASES,     "..F.", "I..A"),
    _route(citizens.WithdrawalTried,        Stream.CASES,     "..F.", "I..."),
    _route(cases.CaseSentBack,           Stream.CASES,     "..F.", "ID.A"),
    _route(cases.CaseClosed,             Stream.CASES,     "..F.", "ID.A"),
    _route(objections.ObjectionDecided,  Stream.CASES,     "..F.", "I..A"),
    _route(objections.CaseReopened,      Stream.CASES,     "..F.", "ID.A"),
    _route(supervision.SupervisionIssued,      Stream.CASES,     "..F.", ".D.A"),
    _route(supervision.SupervisionReplied,     Stream.CASES,     "..F.", "...A"),
    _route(judging.PetitionClassified,   Stream.CASES,     "..F.", "...A"),
    _route(judging.DemandJudged,         Stream.CASES,     "..F.", "...A"),
    _route(judging.ExclusionRequested,   Stream.CASES,     "..F.", "...."),
    _route(judging.ExclusionDecided,     Stream.CASES,     "..F.", "...A"),
    _route(judging.ExclusionRevoked,     Stream.CASES,     "..F.", "...A"),
    _route(upper_orders.UpperDeadlineChanged, Stream.CASES, "I...", "..F."),
    _route(upper_orders.UpperReplyWritten, Stream.CASES,   "..F.", "...."),
    _route(upper_orders.UpperReplyDecided, Stream.CASES,   "..F.", "...."),
    _route(upper_orders.UpperReplySent,  Stream.CASES,     "..F.", "...A"),
    _route(households.HouseholdRecorded, Stream.VISITS,    "I...", "...A"),
    _route(households.HouseholdResealed, Stream.VISITS,    "I...", "...."),
    _route(households.HouseholdErased,   Stream.VISITS,    "I...", "...."),
    _route(households.HouseholdRevealed, Stream.VISITS,    "I...", "...."),
    _route(households.HouseholdNoted,    Stream.VISITS,    "I...", "...."),
    _route(households.HouseholdMatched,  Stream.VISITS,    "I...", "...."),
    _route(households.HouseholdUnmatched, Stream.VISITS,   "I...", "...."),
    _route(households.AwayLooked,        Stream.VISITS,    "I...", "...."),
    _route(households.PolicyMatched,     Stream.VISITS,    "I...", "...."),
    _route(households.PolicyAnswered,    Stream.VISITS,    "I...", "...."),
    _route(teams.TeamFormed,             Stream.VISITS,    "I...", "...A"),
    _route(teams.TeamChanged,            Stream.VISITS,    "I...", "...A"),
    _route(teams.TeamDissolved,          Stream.VISITS,    "I...", "...A"),
    _route(teams.AttendanceKept,         Stream.VISITS,    "I...", "...."),
    _route(occasions.PointKept,          Stream.VISITS,    "I...", "...."),
    _route(occasions.PointDutyKept,      Stream.VISITS,    "I...", "...."),
    _route(occasions.OccasionKept,       Stream.VISITS,    "I...", "...."),
    _route(visits.RoundOpened,           Stream.VISITS,    "I...", "...A"),
    _route(visits.RoundClosed,           Stream.VISITS,    "I...", "...A"),
    _route(visits.VisitRecorded,         Stream.VISITS,    "I...", "...A"),
    _route(visits.VisitCorrected,        Stream.VISITS,    "I...", "...A"),
    _route(visits.VisitVoidRequested,        Stream.VISITS,    "I...", "...."),
    _route(visits.VisitVoided,           Stream.VISITS,    "I...", "...A"),
    _route(visits.VisitVoidRefused,      Stream.VISITS,    "I...", "...."),
    _route(dossiers.DossierEntryKept,    Stream.VISITS,    "I...", "...."),
    _route(ops.ResendRequested,          Stream.OPS,       "IDFA", "IDFA"),
)  # fmt: skip

ROUTES: dict[type[Event], Route] = {route.event: route for route in FLOW}
EVENT_TYPES: dict[str, type[Event]] = {route.event.type_name: route.event for route in FLOW}


def stream_of(event: type[Event]) -> Stream:
    """The topic an event travels on."""
    return ROUTES[event].stream


def heard(service: Service) -> tuple[type[Event], ...]:
    """The events a service has to handle."""
    return tuple(route.event for route in FLOW if service in route.heard_by)


def said(service: Service) -> tuple[type[Event], ...]:
    """The events a service may publish."""
    return tuple(route.event for route in FLOW if service in route.said_by and not route.past)


def subscriptions(service: Service) -> tuple[Stream, ...]:
    """The topics a service reads."""
    return tuple(dict.fromkeys(route.stream for route in FLOW if service in route.heard_by))
