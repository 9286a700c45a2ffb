"""What people ask of a county's visits: every list, every figure; of other areas, people and days each time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.drive.house import House
from bench.drive.made_up import Scale, Village, worker_id
from bench.timing import Ask
from huiyin.office.people import CallRefused, People, Person
from libs.common.security.principal import Role

DEVICES, ROUNDS, PLANS = "/intake/v1/devices", "/intake/v1/rounds", "/intake/v1/plans"
_SPAN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Turn:
    """A team on a day of a plan."""

    plan_id: str
    on: str
    team_id: str


@dataclass(frozen=True, slots=True)
class Visited:
    """The house with its households, a round that is well on its way, and who asks."""

    house: House
    people: People
    villages: Sequence[Village]
    scale: Scale
    round_id: str
    begins_on: date
    turns: Sequence[Turn]
    chance: Random

    def worker(self) -> str:
        """Any of them."""
        return worker_id(self.chance.choice(self.villages), self.chance.randrange(self.scale.workers))

    def village(self) -> str:
        """Any of them."""
        return self.chance.choice(self.villages).code

    def town(self) -> str:
        """Any of them."""
        return self.chance.choice(self.villages).town

    def visitor(self, worker: str) -> Person:
        """The worker's own account."""
        sent = self.people.person("nobody")
        return Person(sent.send, self.house.token(f"account-{worker}", Role.VISITOR, staff_id=worker))


def lists(county: Visited) -> Mapping[str, Ask]:
    """Lists, as the supervisor asks for them."""
    supervisor = county.people.person("supervisor-1", Role.SUPERVISOR)
    village, town, worker = county.village, county.town, county.worker
    gaps, days = f"{ROUNDS}/{county.round_id}/gaps", _days(county)

    def of(path: str, **query: Callable[[], str]) -> Ask:
        return lambda: _ask(supervisor, path, **{name: value() for name, value in query.items()})

    return {
        "households of a village": of("/intake/v1/households", area_code=village),
        "households of a worker": of("/intake/v1/households", contact_staff_id=worker),
        "households of a town": of("/intake/v1/households", area_code=town),
        "ledger of contact persons": of("/intake/v1/contacts"),
        "ledger of contact persons, those with too many": of("/intake/v1/contacts", over=lambda: "true"),
        "ledger of contact persons of a town": of("/intake/v1/contacts", area_code=town),
        "ledger of contact persons, one": of("/intake/v1/contacts", staff_id=worker),
        "gaps": of(gaps),
        "gaps of a village": of(gaps, area_code=village),
        "gaps of a worker": of(gaps, contact_staff_id=worker),
        "who left": of(f"{ROUNDS}/{county.round_id}/departures"),
        "rounds": of(ROUNDS),
        "plans": of(PLANS, round_id=lambda: county.round_id),
        "teams of a town": of("/intake/v1/teams", area_code=town),
        "a plan": lambda: _ask(supervisor, f"{PLANS}/{county.chance.choice(county.turns).plan_id}"),
        "a team's list of a day": lambda: _list_of(supervisor, county.chance.choice(county.turns)),
        "phones": of(DEVICES),
        "held items": of(f"{DEVICES}/items"),
        "visits": of("/intake/v1/visits"),
        "visits of a village": of("/intake/v1/visits", area_code=village),
        "visits of a worker": of("/intake/v1/visits", staff_id=worker),
        "visits of a round": of("/intake/v1/visits", round_id=lambda: county.round_id),
        "ledger of visits of a village": of("/intake/v1/visit-ledger", area_code=village, limit=lambda: "50", **days),
        "ledger of visits of a town": of("/intake/v1/visit-ledger", area_code=town, limit=lambda: "50", **days),
        "dossier of a village": lambda: _ask(supervisor, f"/intake/v1/dossiers/{village()}"),
    }


def figures(county: Visited) -> Mapping[str, Ask]:
    """Coverage and figures, as intake keeps them and as analytics publishes them."""
    leader = county.people.person("leader-1", Role.LEADER)
    supervisor = county.people.person("supervisor-1", Role.SUPERVISOR)
    own, official = f"{ROUNDS}/{county.round_id}/coverage", "/analytics/v1/visits/coverage"
    stages, town = f"{ROUNDS}/{county.round_id}/stages", county.town

    def at_intake(by: str, **more: str) -> Ask:
        return lambda: supervisor.ask(own, by=by, **more)

    def at_analytics(by: str) -> Ask:
        return lambda: leader.ask(official, round_id=county.round_id, by=by)

    cuts = ("area", "class", "person", "purpose", "team")
    return {
        **{f"coverage at intake by {by}": at_intake(by) for by in cuts},
        "coverage at intake by team, by now": at_intake("team", view="now"),
        "coverage at intake by team of a town": lambda: supervisor.ask(own, by="team", area_code=town()),
        "coverage at intake by person of a town": lambda: supervisor.ask(own, by="person", area_code=town()),
        "stages": lambda: supervisor.ask(stages),
        "stages of a town": lambda: supervisor.ask(stages, area_code=town()),
        **{f"coverage by {by}": at_analytics(by) for by in cuts},
        "counts": lambda: leader.ask("/analytics/v1/visits/counts"),
        "people": lambda: leader.ask("/analytics/v1/visits/people"),
        "one's own": lambda: county.visitor(county.worker()).ask("/analytics/v1/visits/mine"),
    }


def _days(county: Visited) -> dict[str, Callable[[], str]]:
    return {
        "from_day": county.begins_on.isoformat,
        "until_day": (county.begins_on + _SPAN).isoformat,
    }


async def _list_of(person: Person, turn: Turn) -> None:
    await _ask(person, f"{PLANS}/{turn.plan_id}/households", on=turn.on, team_id=turn.team_id)


async def _ask(person: Person, path: str, **query: str) -> None:
    """Whatever form the answer has."""
    answer = await person.get(path, **query)
    if not answer.is_success:
        raise CallRefused(f"GET {path}", answer)
