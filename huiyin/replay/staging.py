"""One whole replay on a house that runs: the pack, the lives, the driver, and the questions at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from huiyin.front import build_front
from huiyin.house import House
from huiyin.office.people import People
from huiyin.office.wire import Call, InProcess, Response
from huiyin.packs import publish_pack
from huiyin.replay.classify import Classifier
from huiyin.replay.draws import Draws
from huiyin.replay.driver import Driver, Pace
from huiyin.replay.figures import ReplayFigures, read_figures
from huiyin.replay.habits import Habits
from huiyin.replay.mapping import Mapping as Columns
from huiyin.replay.rows import Reason, Row, RowRefusal, by_reason
from huiyin.replay.screening import Repeat, Screening
from huiyin.replay.stage import Journal, Life, Stage
from huiyin.replay.tally import Tally, registered_before, tally
from huiyin.replay.texts import ExportLimits
from libs.common.bus.flow import Service
from libs.common.errors import Conflict
from libs.common.pack.directory import Directory
from libs.common.pack.schema import Pack
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.time.clock import SimulatedClock
from libs.common.time.moments import local_day

BEFORE_THE_FIRST = timedelta(hours=1)
"""Simulated time begins so long before the first row."""
AFTER_THE_LAST = timedelta(days=90)
"""And ends so long after the last thing that the data tell, so that callbacks and further rounds come to an end."""

_A_DAY = timedelta(days=1)
_BUSY, _TRIES = 503, 5


@dataclass(slots=True)
class Cast:
    """The rows of all files, in the order in which they were opened, and what was not taken."""

    rows: list[Row] = field(default_factory=list)
    refused: list[RowRefusal] = field(default_factory=list)
    repeated: int = 0
    read: int = 0
    """Rows and broken lines that were looked at: each of them is one of the three above."""
    encodings: Mapping[str, str] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """Just before the first row."""
        return self.rows[0].opened_at - BEFORE_THE_FIRST

    @property
    def horizon(self) -> datetime:
        """When simulated time is up."""
        return max(row.closed_at or row.opened_at for row in self.rows) + AFTER_THE_LAST


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What came of a replay."""

    cast: Cast
    journal: Journal
    tally: Tally
    figures: ReplayFigures
    ended_at: datetime

    @property
    def refused(self) -> list[RowRefusal]:
        """By the screening, then by intake."""
        return [*self.cast.refused, *self.journal.refused]

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were refused, by reason."""
        return by_reason(self.refused)

    @property
    def accepted(self) -> int:
        """Rows that became cases in this run."""
        return len(self.journal.registered)

    @property
    def repeated(self) -> int:
        """Rows that stood there twice, and rows that an earlier run had registered."""
        return self.cast.repeated + len(self.journal.known_before)

    @property
    def targets(self) -> tuple[int, int]:
        """Of the rows that the source closed and had promised a time for: how many it kept, and how many there are."""
        promised = [(row.closed_at, row.target_at) for row in self.cast.rows if row.closed_at and row.target_at]
        return sum(closed <= target for closed, target in promised), len(promised)


def choose_cast(files: Iterable[Path], pack: Pack, columns: Columns | None, limit: int | None) -> Cast:
    """Read and screen all files; with a limit, until so many rows are taken. Raises ExportProblem."""
    texts = pack.texts
    limits = ExportLimits(texts.title_max, texts.text_max, texts.result_max)
    screening = Screening(limits, datetime.now(UTC), columns)
    cast = Cast()
    for each in (each for path in files for each in screening.rows(path)):
        cast.read += 1
        match each:
            case Row():
                cast.rows.append(each)
            case RowRefusal():
                cast.refused.append(each)
            case Repeat():
                cast.repeated += 1
        if len(cast.rows) == limit:
            break
    cast.rows.sort(key=lambda row: (row.opened_at, row.source, row.number))
    cast.encodings = screening.encodings
    return cast


async def replay_into(
    house: House, pack: Pack, cast: Cast, *, seed: int, pace: Pace, tell: Callable[[datetime, Journal], None]
) -> ReplayOutcome:
    """Let all rows live through the house, from where its time stands, and ask it what came of them."""
    if not isinstance(house.clock, SimulatedClock):
        raise Conflict("A replay needs a simulated clock", "回放需要模拟时钟")
    await _publish(house, pack, cast.start)
    stage = Stage(_people(house, pack.place.code), house.clock, Directory(pack), Classifier(pack))
    journal = stage.journal
    rows = await _still_to_live(house, cast, journal)
    driver = Driver(stage, house, pace, lambda moment: tell(moment, journal))
    ended_at = await driver.run(_lives(stage, rows, seed), house.clock.now(), cast.horizon)
    await house.settle()
    with house.clock.at(ended_at):
        figures = await read_figures(stage.person(Role.LEADER), stage.directory, (cast.start, ended_at))
    return ReplayOutcome(
        cast=cast,
        journal=journal,
        tally=await tally(house, {**journal.known_before, **journal.registered}),
        figures=figures,
        ended_at=ended_at,
    )


async def _still_to_live(house: House, cast: Cast, journal: Journal) -> list[Row]:
    """The rows that an earlier run did not register. Time does not go back for those that are older than its end."""
    journal.known_before.update(await registered_before(house, cast.rows))
    now = house.clock.now()
    rows = []
    for row in cast.rows:
        if (row.source, row.number) in journal.known_before:
            continue
        if row.opened_at < now:
            detail = f"the house has reached {now.isoformat(timespec='seconds')}; begin anew with --fresh"
            journal.refused.append(RowRefusal(row.place, row.number, Reason.BEFORE_HOUSE_TIME, detail))
        else:
            rows.append(row)
    return rows


def _lives(stage: Stage, rows: Sequence[Row], seed: int) -> list[Life]:
    lives = []
    for index, row in enumerate(rows):
        habits = Habits(Draws(seed, row.source, row.number), stage.directory)
        lives.append(Life(index, row, habits, stage.classifier.category(row), stage.classifier.area(row)))
    return lives


async def _publish(house: House, pack: Pack, start: datetime) -> None:
    """The pack takes effect when simulated time begins, unless the house works by it already."""
    known = house.services[Service.DISPATCH].runtime.work_database.packs
    if (
        known.newest
        and known.version(known.newest).pack.model_copy(update={"effective_from": pack.effective_from}) == pack
    ):
        return
    zone = Directory(pack).calendar().time_zone
    await publish_pack(house, pack.model_copy(update={"effective_from": local_day(start, zone)}))
    await house.settle()


def _people(house: House, area_code: str) -> People:
    """Whoever is needed; what is answered "not now" is asked again, and again."""
    issuer = LocalIssuer.load_or_create(house.settings.data_dir, _now)
    front = InProcess(build_front(house))

    async def send(call: Call) -> Response:
        for _ in range(_TRIES - 1):
            response = await front(call)
            if response.status_code != _BUSY:
                return response
        return await front(call)

    return People(lambda who, roles, area, unit: issuer.issue(who, roles, area, unit, _A_DAY), area_code, send)


def _now() -> datetime:
    return datetime.now(UTC)
