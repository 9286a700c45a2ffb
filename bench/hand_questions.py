"""What people ask where several hands are on one matter: lists of units, streets and the county, and their sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bench.timing import Ask
from huiyin.office.people import CallRefused, Person
from libs.common.security.principal import Role

_AT = "/dispatch/v1"
_FIGURES = "/analytics/v1/figures"
_SPAN = timedelta(days=30)
_CALL_STATUSES = ("called", "on_the_way", "arrived", "done", "cancelled")
_LETTER_STATUSES = ("sent", "acknowledged", "replied", "sent_back", "accepted")
_KINDS = ("return", "extension", "suspension", "staged", "termination")
_COUNTERS = ("calls", "calls_late", "whistles", "letters", "letters_late", "returns_granted")


@dataclass(frozen=True, slots=True)
class Known:
    """One whistle that has not ended: its case, whom it summoned, who whistled, and who answers for the task."""

    case_id: str
    unit: str
    street: str
    staff_id: str
    letter_id: str


class Hands:
    """Who asks, and of what; each time somebody else, of something else. ``person`` makes an account."""

    def __init__(self, person: "Accounts", known: Sequence[Known], now: datetime, chance: Random) -> None:
        self._person, self._known, self._now, self._chance = person, known, now.astimezone(UTC), chance
        self.dispatcher = person("dispatcher-1", Role.DISPATCHER, None, None)
        self.supervisor = person("supervisor-1", Role.SUPERVISOR, None, None)

    def one(self) -> Known:
        """Any of them."""
        return self._chance.choice(self._known)

    def of(self, choices: Sequence[str]) -> str:
        """Any of them."""
        return self._chance.choice(choices)

    def handler(self, unit: str) -> Person:
        """Somebody of the unit."""
        return self._person(f"handler-{unit}", Role.HANDLER, unit, None)

    def member(self, role: Role, staff_id: str) -> Person:
        """Somebody by the number in the register of people."""
        return self._person(f"account-{staff_id}", role, None, staff_id)

    def period(self, days: int) -> dict[str, str]:
        """So many days until now."""
        return {"since": (self._now - timedelta(days=days)).isoformat(), "until": self._now.isoformat()}

    def month(self) -> dict[str, str]:
        """Some month of the last year."""
        on = self._now - _SPAN * self._chance.randrange(12)
        return {"period": "month", "on": on.date().isoformat()}


class Accounts:
    """Makes accounts, each once; ``base`` sends what they ask, ``token`` is what they are known by."""

    def __init__(self, send: Any, token: Any) -> None:
        self._send, self._token = send, token
        self._there: dict[tuple[object, ...], Person] = {}

    def __call__(self, subject: str, role: Role, unit: str | None, staff_id: str | None) -> Person:
        """The account of somebody."""
        who = (subject, role, unit, staff_id)
        if who not in self._there:
            self._there[who] = Person(self._send, self._token(subject, role, unit=unit, staff_id=staff_id))
        return self._there[who]


def all_questions(hands: Hands) -> Mapping[str, Mapping[str, Ask]]:
    """By what they are about: lists, and sums with figures."""
    return {
        "lists": {**_of_units(hands), **_of_streets(hands), **_of_a_case(hands), **_of_the_county(hands)},
        "figures": _sums(hands),
    }


def _of_units(hands: Hands) -> Mapping[str, Ask]:
    def unit(path: str, **query: Any) -> Ask:
        return lambda: _ask(hands.handler(hands.one().unit), path, **query)

    async def mine(path: str, **query: Any) -> None:
        one = hands.one()
        await _ask(hands.handler(one.unit), path, responsible=one.staff_id, **query)

    return {
        "a unit's list": unit("/work"),
        "a unit's list, overdue": unit("/work", overdue=True),
        "a unit's support tasks": unit("/work", role="support"),
        "a unit's support tasks, overdue": unit("/work", role="support", overdue=True),
        "what was delegated to a unit": unit("/work", role="delegate"),
        "a person's list": lambda: mine("/work"),
        "a person's support tasks": lambda: mine("/work", role="support"),
        "a person's calls": lambda: mine("/calls"),
        "a unit's calls": unit("/calls"),
        **{f"a unit's calls, {status}": unit("/calls", status=status) for status in _CALL_STATUSES},
        "letters that a unit got": unit("/letters"),
        "letters that a unit got, overdue": unit("/letters", overdue=True),
        **{f"letters that a unit got, {status}": unit("/letters", status=status) for status in _LETTER_STATUSES},
        "a unit's claims": unit("/whistle-claims"),
        "a unit's claims that wait": unit("/whistle-claims", state="pending"),
        "a unit's desk": unit("/desk"),
        "the units' page": lambda: _plainly(hands.handler(hands.one().unit), "/dispatch/units"),
        "the terms of the units' page": unit("/directory/terms"),
        "the units of the units' page": unit("/directory/units", limit=200),
        "a person's mediations": lambda: _ask(hands.member(Role.MEDIATOR, hands.one().staff_id), "/my-mediations"),
        "a leader's risks": lambda: _ask(hands.member(Role.LEADER, hands.one().staff_id), "/my-risks"),
    }


def _of_streets(hands: Hands) -> Mapping[str, Ask]:
    def street(path: str, **query: Any) -> Ask:
        return lambda: _ask(hands.handler(hands.one().street), path, **query)

    return {
        "a street's board": street("/whistles"),
        **{f"a street's board, {status}": street("/whistles", status=status) for status in _CALL_STATUSES},
        "letters that a street wrote": street("/letters", box="sent"),
        "letters that a street wrote, overdue": street("/letters", box="sent", overdue=True),
        "letters that a street wrote, sent": street("/letters", box="sent", status="sent"),
        "a street's signals": street("/whistle-signals"),
    }


def _of_a_case(hands: Hands) -> Mapping[str, Ask]:
    def case(path: str) -> Ask:
        return lambda: _ask(hands.dispatcher, f"/cases/{hands.one().case_id}{path}")

    def own(path: str) -> Ask:
        async def ask() -> None:
            one = hands.one()
            await _ask(hands.handler(one.unit), path.format(case_id=one.case_id, letter_id=one.letter_id))

        return ask

    return {
        "a case": case(""),
        **{f"a case's {part}": case(f"/{part}") for part in ("tasks", "whistles", "requests", "mediations", "aids")},
        "what may be done with a case": case("/steps"),
        "a unit's task by a whistle": own("/calls/{case_id}"),
        "what may be done with it": own("/calls/{case_id}/steps"),
        "a letter": own("/letters/{letter_id}"),
    }


def _of_the_county(hands: Hands) -> Mapping[str, Ask]:
    def county(path: str, **query: Any) -> Ask:
        return lambda: _ask(hands.dispatcher, path, **query)

    def unit_of(path: str, **query: Any) -> Ask:
        return lambda: _ask(hands.dispatcher, path, unit_code=hands.one().unit, **query)

    return {
        "everybody's list": county("/work"),
        "a unit's list, as the hotline sees it": unit_of("/work"),
        "a unit's support tasks, as the hotline sees them": unit_of("/work", role="support"),
        "everybody's support tasks": county("/work", role="support"),
        "all calls": county("/calls"),
        **{f"all calls, {status}": county("/calls", status=status) for status in _CALL_STATUSES},
        "all boards, cancelled": county("/whistles", status="cancelled"),
        "signals": county("/whistle-signals"),
        "all claims": county("/whistle-claims"),
        "claims that wait": county("/whistle-claims", state="pending"),
        "requests that wait": county("/waiting-requests"),
        "requests that wait, to be raised": lambda: _ask(hands.supervisor, "/waiting-requests"),
        "returns that wait": county("/waiting-requests", kind="return"),
        "all requests": county("/requests"),
        **{f"requests, {kind}": county("/requests", kind=kind) for kind in (*_KINDS, "nonacceptance")},
        "requests, granted extensions": county("/requests", kind="extension", state="granted"),
        "requests that went up": county("/requests", raised=True),
        "mediations": county("/mediations"),
        "mediations, to be looked at": county("/mediations", due=True),
        "mediations, given": county("/mediations", status="given"),
        "aids": county("/aids"),
        "aids, found": county("/aids", status="found"),
        "risks": county("/risks"),
        "risks, overdue": county("/risks", overdue=True),
        "sessions": county("/arbitrations"),
    }


def _sums(hands: Hands) -> Mapping[str, Ask]:
    def county(path: str) -> Ask:
        return lambda: _ask(hands.dispatcher, path)

    def appraisal(days: int) -> Ask:
        return lambda: _ask(hands.supervisor, "/whistle-appraisals", **hands.period(days))

    def own_appraisal(days: int) -> Ask:
        return lambda: _ask(hands.handler(hands.one().unit), "/whistle-appraisals", **hands.period(days))

    def figures(path: str = "", **query: str) -> Ask:
        return lambda: _plainly(hands.supervisor, f"{_FIGURES}{path}", **hands.month(), **query)

    def behind() -> Any:
        counter = hands.of(_COUNTERS)
        return _plainly(hands.supervisor, f"{_FIGURES}/cases", **hands.month(), counter=counter, basis="happened")

    return {
        "numbers of requests": county("/request-counts"),
        "numbers of mediations": county("/mediation-counts"),
        "sums of aid": county("/aid-sums"),
        "numbers of signals of a month": lambda: _ask(
            hands.supervisor, "/whistle-signals/counts", **hands.period(_SPAN.days)
        ),
        "appraisals of a month": appraisal(_SPAN.days),
        "appraisals of a quarter": appraisal(3 * _SPAN.days),
        "appraisals of a year": appraisal(365),
        "a unit's appraisal of a month": own_appraisal(_SPAN.days),
        "figures by unit": figures(by="unit"),
        "numbers by unit": figures("/counts", by="unit"),
        "cases behind a number": behind,
    }


async def _ask(person: Person, path: str, **query: Any) -> None:
    await _plainly(person, f"{_AT}{path}", **query)


async def _plainly(person: Person, path: str, **query: Any) -> None:
    """Whatever form the answer has."""
    answer = await person.get(path, **query)
    if not answer.is_success:
        raise CallRefused(f"GET {path}", answer)
