"""All that is known of one case (一件一档), and what follows from it; ``fold`` is the only way it grows."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter, itemgetter

from services.analytics.facts.domain import atoms, lettered, objected, ordered, requested, summoned
from services.analytics.facts.domain.once import once
from services.analytics.facts.domain.places import PLACES, SEVERAL_AT_ONCE
from services.analytics.facts.domain.status import ENDED, UNDER_LIMIT, Status

SIGN, HANDLE = "sign", "handle"
WITHDRAWN, NOT_ACCEPTED = "withdrawn", "not_accepted"


@dataclass(frozen=True)
class Fact:
    """A case: its registration, and its atoms by kind, each kind in the order of its source's ledger.

    What follows from it is worked out once: a fold asks for each several times.
    """

    registration: atoms.Registration
    accusations: tuple[atoms.Accusation, ...] = ()
    supplements: tuple[atoms.CitizenWord, ...] = ()
    withdrawals: tuple[atoms.Withdrawal, ...] = ()
    answers: tuple[atoms.DirectAnswer, ...] = ()
    stints: tuple[atoms.Stint, ...] = ()
    passings: tuple[atoms.Passing, ...] = ()
    signatures: tuple[atoms.Signature, ...] = ()
    progress: tuple[atoms.Progress, ...] = ()
    outcomes: tuple[atoms.Outcome, ...] = ()
    parts_given: tuple[summoned.PartGiven, ...] = ()
    parts_done: tuple[summoned.PartDone, ...] = ()
    parts_cancelled: tuple[summoned.PartCancelled, ...] = ()
    returns: tuple[atoms.ReturnRequest, ...] = ()
    rulings: tuple[atoms.ReturnRuling, ...] = ()
    limits: tuple[atoms.LimitSet, ...] = ()
    warnings: tuple[atoms.Warned, ...] = ()
    misses: tuple[atoms.Missed, ...] = ()
    callbacks: tuple[atoms.CallbackOpened, ...] = ()
    tries: tuple[atoms.Try, ...] = ()
    sent_back: tuple[atoms.SentBack, ...] = ()
    closures: tuple[atoms.Closure, ...] = ()
    supervisions: tuple[atoms.SupervisionAtom, ...] = ()
    replies: tuple[atoms.SupervisionReply, ...] = ()
    filings: tuple[atoms.Filing, ...] = ()
    repeat_names: tuple[atoms.RepeatName, ...] = ()
    repeats: tuple[atoms.CameAgain, ...] = ()
    judgements: tuple[atoms.Judgement, ...] = ()
    reopenings: tuple[objected.Reopening, ...] = ()
    objections: tuple[objected.ObjectionAtom, ...] = ()
    objection_rulings: tuple[objected.ObjectionRuling, ...] = ()
    orders: tuple[ordered.OrderedFromAbove, ...] = ()
    answered_above: tuple[ordered.AnsweredAbove, ...] = ()
    whistles: tuple[summoned.WhistleAtom, ...] = ()
    arrivals: tuple[summoned.Arrival, ...] = ()
    call_ends: tuple[summoned.CallEnd, ...] = ()
    task_limits: tuple[summoned.TaskLimit, ...] = ()
    task_misses: tuple[summoned.TaskMissed, ...] = ()
    wishes: tuple[requested.UnitWish, ...] = ()
    answered_wishes: tuple[requested.RequestAnswer, ...] = ()
    acceptance_rulings: tuple[requested.AcceptanceRuling, ...] = ()
    letters: tuple[lettered.LetterAtom, ...] = ()
    scores: tuple[lettered.ScoreAtom, ...] = ()
    score_changes: tuple[lettered.ScoreChange, ...] = ()
    superseded: tuple[atoms.Registration, ...] = field(default=(), compare=False)
    """Registrations that a later one corrected: nothing follows from them but what was known before."""

    @once
    def version(self) -> int:
        """How many different events are in it."""
        return 1 + sum(len(getattr(self, name)) for name in PLACES.values())

    @property
    def also_accused(self) -> tuple[str, ...]:
        """Who is complained about beside the registration's unit, each once."""
        named = (name for one in self.accusations for name in one.names.split("\n"))
        return tuple(name for name in dict.fromkeys(named) if name != self.registration.accused_unit)

    @once
    def updated_at(self) -> datetime:
        """When the newest of its events happened."""
        told: list[atoms.Atom] = [atom for name in PLACES.values() for atom in getattr(self, name)]
        return max([self.registration.at, *(atom.at for atom in told)])

    @once
    def round(self) -> int:
        """轮次: the round it is in; every send-back opens the next, and every reopening."""
        opened = [atom.next_round for atom in self.sent_back] + [atom.next_round for atom in self.reopenings]
        return max(opened, default=1)

    @once
    def hands(self) -> tuple[atoms.Stint | atoms.Passing, ...]:
        """In whose hands it was, one after the other: who led it, and who worked on it."""
        if not self.passings:
            return self.stints
        return tuple(sorted((*self.stints, *self.passings), key=attrgetter("seq")))

    @property
    def is_unlisted(self) -> bool | None:
        """不分列件: counted for the whole place, in no row below it for those who answer for less; None: unknown."""
        return True if self.registration.accused_unit or self.also_accused else self.registration.confidential

    @property
    def lead(self) -> str:
        """The unit that leads it now; empty when none does."""
        return self.hands[-1].lead if self.hands else ""

    @property
    def unit(self) -> str:
        """The unit that the case itself counts for: whoever answered it directly, else its lead."""
        return (self.answers[-1].unit or self.lead) if self.answers else self.lead

    @once
    def category(self) -> str:
        """The category that it was last given; empty when none."""
        given = (stint.category for stint in reversed(self.stints) if stint.category)
        return next(given, self.registration.category_code)

    @once
    def closure(self) -> atoms.Closure | None:
        """The closing that still holds: a later round undoes it."""
        if not self.closures or self.closures[-1].round < self.round:
            return None
        return self.closures[-1]

    @once
    def withdrawn_at(self) -> datetime | None:
        """When the citizen took it back, unless it had been closed otherwise, or was reopened since."""
        closure = self.closure
        if closure is not None and closure.closing != WITHDRAWN:
            return None
        if self.withdrawals and not self.reopenings:
            return self.withdrawals[-1].at
        return None if closure is None else closure.at

    @once
    def closed_at(self) -> datetime | None:
        """When it was closed with an answer; neither a withdrawal nor what was not accepted is such a closing."""
        closure = self.closure
        return None if closure is None or closure.closing in (WITHDRAWN, NOT_ACCEPTED) else closure.at

    @property
    def not_accepted_at(self) -> datetime | None:
        """When it ended as not accepted (不予受理), unless it was reopened since."""
        closure = self.closure
        return None if closure is None or closure.closing != NOT_ACCEPTED else closure.at

    @once
    def status(self) -> Status:
        """Where it stands."""
        if self.closed_at is not None:
            return Status.CLOSED
        if self.withdrawn_at is not None:
            return Status.WITHDRAWN
        if self.not_accepted_at is not None:
            return Status.NOT_ACCEPTED
        now = self.round
        if any(atom.round == now for atom in self.answers):
            return Status.ANSWERED
        if any(atom.round == now for atom in self.outcomes):
            return Status.HANDLED
        return self._before_result(now)

    def _before_result(self, now: int) -> Status:
        if not self.hands or self.hands[-1].round < now:
            return Status.REGISTERED if now == 1 else Status.SENT_BACK
        if not self.lead:
            return Status.TRIAGE
        return Status.ASSIGNED if self.signed[-1] is None else Status.SIGNED

    @property
    def is_open(self) -> bool:
        """Whether the citizen still waits for the end of it."""
        return self.status not in ENDED

    @once
    def running_limit(self) -> atoms.LimitSet | None:
        """The handling limit that runs now; None when a result was given or there is none."""
        return self.handle_limit(self.round) if self.status in UNDER_LIMIT else None

    def handle_limit(self, round_: int) -> atoms.LimitSet | None:
        """The handling limit of a round: the one set last."""
        found = (atom for atom in reversed(self.limits) if atom.deadline == HANDLE and atom.round == round_)
        return next(found, None)

    def sign_limit(self, index: int) -> atoms.LimitSet | None:
        """The signing limit of one of the hands: the n-th time that a unit got it in a round has the n-th there."""
        hand = self.hands[index]
        earlier = sum(1 for other in self.hands[:index] if (other.round, other.works) == (hand.round, hand.works))
        wanted = SIGN, hand.round, hand.works
        limits = [atom for atom in self.limits if (atom.deadline, atom.round, atom.unit) == wanted]
        return limits[earlier] if earlier < len(limits) else None

    @once
    def signed(self) -> tuple[atoms.Signature | None, ...]:
        """The signature of each of the hands: that of the unit that worked, given while it did."""
        return tuple(map(self._signature_of, range(len(self.hands))))

    def _signature_of(self, index: int) -> atoms.Signature | None:
        hand = self.hands[index]
        following = self.hands[index + 1] if index + 1 < len(self.hands) else None
        for atom in self.signatures:
            theirs = (atom.round, atom.unit) == (hand.round, hand.works)
            if theirs and precedes(hand, atom) and (following is None or precedes(atom, following)):
                return atom
        return None

    @once
    def first_results(self) -> tuple[tuple[atoms.Outcome, datetime | None], ...]:
        """The first result of each round, and when its unit had got the case, if it had."""
        first = {outcome.round: outcome for outcome in reversed(self.outcomes)}
        return tuple((outcome, self._given_for(outcome)) for outcome in first.values())

    def _given_for(self, outcome: atoms.Outcome) -> datetime | None:
        theirs = outcome.round, outcome.unit
        given = [hand.at for hand in self.hands if (hand.round, hand.works) == theirs and precedes(hand, outcome)]
        return given[-1] if given else None

    def accountable(self, outcome: atoms.Outcome) -> str:
        """The unit whose handling limit a result keeps: that which led, though another may have worked for it."""
        before = [hand for hand in self.hands if hand.round == outcome.round and precedes(hand, outcome)]
        return before[-1].lead if before and before[-1].works == outcome.unit else outcome.unit

    @once
    def standing_result(self) -> atoms.Outcome | atoms.DirectAnswer | None:
        """By what the round ended that a closing, if it holds, was about: its last result, else the answer."""
        told: list[atoms.Outcome | atoms.DirectAnswer] = [*self.answers, *self.outcomes]
        of_round = [one for one in told if self.closure is not None and one.round == self.closure.round]
        return of_round[-1] if of_round else None

    def holder(self, round_: int, moment: datetime) -> str:
        """The unit that led a round at a moment; empty when none did."""
        held = [hand.lead for hand in self.hands if hand.round == round_ and hand.at < moment]
        return held[-1] if held else ""

    def leader(self, moment: datetime) -> str:
        """The unit that led the case at a moment, in whatever round; empty when none did."""
        held = [hand.lead for hand in self.hands if hand.at <= moment]
        return held[-1] if held else ""

    def was_missed(self, limit: atoms.LimitSet) -> bool:
        """Whether this very limit passed; one that was extended since does not count.

        Of a promise one clock runs at a time: of those that were due at one moment, the one set last is missed.
        """
        due = limit.round, limit.deadline, limit.due_at
        for miss in self.misses:
            if (miss.round, miss.deadline, miss.due_at) != due:
                continue
            clocks = [atom for atom in self.limits if (atom.round, atom.deadline, atom.due_at) == due]
            if [clock for clock in clocks if clock.seq <= miss.seq][-1:] == [limit]:
                return True
        return False

    @once
    def valid_callbacks(self) -> tuple[atoms.Try, ...]:
        """有效回访: the word of each round that got one, the first first (首次) and the latest last (最终)."""
        return tuple(sorted((atom for atom in self.tries if atom.valid), key=attrgetter("round", "attempt")))

    @property
    def valid_callback(self) -> atoms.Try | None:
        """The latest one."""
        return self.valid_callbacks[-1] if self.valid_callbacks else None


_FIELDS = ("registration", *PLACES.values(), "superseded")
_VALUES = itemgetter(*_FIELDS)


class UnknownCase(Exception):
    """An atom about a case whose registration is not known."""


def precedes(first: atoms.Atom, then: atoms.Atom) -> bool:
    """Whether one atom was said before another of the same source; by time where neither has its place."""
    return first.seq < then.seq if first.seq != then.seq else first.at <= then.at


def fold(fact: Fact | None, atom: atoms.Registration | atoms.Atom) -> Fact:
    """The fact after one more event, in whatever order those of one kind come.

    The same event again, told by its place, changes nothing; a later registration corrects the one before. What one
    event tells several of stays together.

    Raises:
        UnknownCase: the case was never registered here.
    """
    if isinstance(atom, atoms.Registration):
        return Fact(atom) if fact is None else _corrected(fact, atom)
    if fact is None:
        raise UnknownCase
    name = PLACES[type(atom)]
    known = getattr(fact, name)
    if not known or known[-1].seq < atom.seq:
        return _grown(fact, name, (*known, atom), atom)
    place = bisect_right(known, atom.seq, key=attrgetter("seq"))
    if known[place - 1].seq == atom.seq and (not isinstance(atom, SEVERAL_AT_ONCE) or atom in known):
        return fact
    return _grown(fact, name, (*known[:place], atom, *known[place:]), atom)


def _corrected(fact: Fact, registration: atoms.Registration) -> Fact:
    if registration.seq <= fact.registration.seq:
        return fact
    return replace(fact, registration=registration, superseded=(*fact.superseded, fact.registration))


def _grown(fact: Fact, name: str, told: tuple[atoms.Atom, ...], new: atoms.Atom) -> Fact:
    """``replace`` for one field, at a third of its cost: a frozen dataclass sets each of the others by a call.

    What follows from all atoms is not worked out from all of them again.
    """
    grown = object.__new__(Fact)
    known = fact.__dict__
    grown.__dict__.update(zip(_FIELDS, _VALUES(known), strict=True))
    grown.__dict__.update({name: told, "version": fact.version + 1, "updated_at": max(fact.updated_at, new.at)})
    return grown
