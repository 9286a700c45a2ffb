"""A county's history from a seed: what the three services say of many cases, each with its place and its causes.

It is a history that each service would have told itself: the same units by the same rules, one callback a round, a
second round after an unsatisfied one. Acts cut it where a person has to act before others can say more, so that one
service alone can hear an act, let its staff act, and hear the next.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from libs.common.bus.codec import Envelope, encode_event, to_headers
from libs.common.bus.flow import Service
from libs.common.bus.port import Record
from libs.common.events import cases
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import (
    Channel,
    Closing,
    Deadline,
    Kind,
    Reached,
    ResultKind,
    Satisfaction,
    SupervisionLevel,
    Urgency,
)
from libs.common.pack.directory import Directory
from libs.common.pack.loader import load_pack
from services.dispatch.routing.domain.choosing import Choice, by_rule

INTAKE, DISPATCH, FOLLOWUP = Service.INTAKE, Service.DISPATCH, Service.FOLLOWUP
START = datetime(2026, 3, 3, 1, tzinfo=UTC)
ACTS = 3
RESULT = "已派人到现场处理完毕，村委会现场确认。"
WORDS = "问题还在，没有人来处理。"
_DIRECTORY = Directory(load_pack(Path(__file__).parents[3] / "packs" / "demo"))
_AREAS = ("999001101201", "999001101202", "999001101001", "999001102201", "999001103201")
_CATEGORIES = ("0101", "0102", "0104", "0401", "0402", "0601")


@dataclass(frozen=True, slots=True)
class Told:
    """One event, who says it, and in which act."""

    source: Service
    act: int
    event: CaseEvent


@dataclass
class _Life:
    """One case being lived; ``told`` collects what is said, in causal order."""

    case_id: str
    lots: random.Random
    now: datetime
    told: list[Told] = field(default_factory=list)
    act: int = 0
    round: int = 1
    unit: str | None = None

    def say(self, source: Service, event: type[CaseEvent], **fields: Any) -> None:
        said: dict[str, Any] = {"occurred_at": self.now, "case_id": self.case_id, "round": self.round} | fields
        self.told.append(Told(source, self.act, event(**said)))

    def wait(self, most_minutes: int) -> None:
        self.now += timedelta(minutes=self.lots.randrange(1, most_minutes))

    def maybe(self, share: float) -> bool:
        return self.lots.random() < share


def life(number: int, lots: random.Random) -> list[Told]:
    """The whole history of one case."""
    case = _Life(f"{number:08d}-0000-7000-8000-{lots.getrandbits(48):012x}", lots, START)
    case.wait(60 * 24 * 20)
    choice = _register(case, number)
    for _ in range(lots.randrange(3)):
        case.wait(30)
        case.say(INTAKE, cases.CaseSupplemented, text=f"补充说明{lots.randrange(1000)}")
    if case.maybe(0.06):
        _withdraw(case)
    elif choice is None:
        case.say(DISPATCH, cases.TriageQueued, reason="登记时没有类别 no category was given")
        _limit(case, Deadline.TRIAGE, hours=24)
    else:
        _rounds(case, choice)
    return case.told


def _register(case: _Life, number: int) -> Choice | None:
    area, category = case.lots.choice(_AREAS), case.lots.choice(_CATEGORIES)
    choice = by_rule(_DIRECTORY, 1, category, area)
    known = isinstance(choice, Choice) and case.maybe(0.95)
    case.say(
        INTAKE,
        cases.CaseRegistered,
        case_no=f"99900126030300{number:06d}",
        channel=case.lots.choice(list(Channel)),
        kind=case.lots.choice([Kind.HELP, Kind.COMPLAINT, Kind.SUGGEST]),
        urgency=case.lots.choice([Urgency.NORMAL, Urgency.NORMAL, Urgency.URGENT]),
        category_code=category if known else None,
        area_code=area,
        title="路灯不亮",
        text="村口三盏路灯坏了三天，晚上老人出门很不安全。",
        pack_version=1,
        registered_at=case.now,
    )
    return choice if known and isinstance(choice, Choice) else None


def _withdraw(case: _Life) -> None:
    case.wait(30)
    case.say(INTAKE, cases.CaseWithdrawn, reason="已经解决")
    case.say(FOLLOWUP, cases.CaseClosed, closing=Closing.WITHDRAWN)


def _rounds(case: _Life, choice: Choice) -> None:
    _handle(case, choice)
    case.act = 1
    if case.maybe(0.4):
        _call(case, Satisfaction.NOT_SATISFIED, solved=False)
        case.say(FOLLOWUP, cases.CaseSentBack, next_round=2, unit_code=case.unit, words=WORDS)
        case.round = 2
        _handle(case, choice)
        case.act = 2
    _call(case, Satisfaction.SATISFIED, solved=True)
    case.say(FOLLOWUP, cases.CaseClosed, closing=Closing.SUBSTANTIVE, satisfaction=Satisfaction.SATISFIED)


def _handle(case: _Life, choice: Choice) -> None:
    """A unit gets it, signs, and says that it is done; limits are set, and sometimes missed."""
    case.wait(10)
    case.unit = choice.lead_unit
    given = {"lead_unit": choice.lead_unit, "support_units": choice.support_units, "explanation": choice.explanation}
    case.say(DISPATCH, cases.CaseAssigned, **given, category_code=choice.category_code, by_rule=True, pack_version=1)
    due = _limit(case, Deadline.SIGN, hours=24)
    _limit(case, Deadline.HANDLE, hours=72)
    case.wait(60 * 30)
    if case.now >= due:
        _miss(case, due)
    case.say(DISPATCH, cases.CaseSigned, unit_code=choice.lead_unit)
    if case.maybe(0.3):
        case.wait(60)
        case.say(DISPATCH, cases.ProgressReported, unit_code=choice.lead_unit, note="已安排人员到现场查看")
        case.say(INTAKE, cases.CaseSupplemented, text="还有一盏也不亮")
    case.wait(60 * 20)
    done = {"unit_code": choice.lead_unit, "result_kind": ResultKind.SUBSTANTIVE, "result": RESULT}
    case.say(DISPATCH, cases.CaseHandled, **done)
    case.say(FOLLOWUP, cases.CallbackDue, handling_unit=choice.lead_unit)


def _limit(case: _Life, deadline: Deadline, *, hours: int) -> datetime:
    due_at = case.now + timedelta(hours=hours)
    times = {"starts_at": case.now, "warn_at": case.now + timedelta(hours=hours * 4 // 5), "due_at": due_at}
    case.say(FOLLOWUP, cases.DeadlineSet, deadline=deadline, unit_code=case.unit, **times, pack_version=1)
    return due_at


def _miss(case: _Life, due_at: datetime) -> None:
    missed = {"deadline": Deadline.SIGN, "unit_code": case.unit, "due_at": due_at}
    case.say(FOLLOWUP, cases.DeadlineWarned, **missed)
    case.say(FOLLOWUP, cases.DeadlineMissed, **missed)
    case.say(
        FOLLOWUP,
        cases.SupervisionIssued,
        supervision_id=f"{case.case_id}-{case.round}",
        level=SupervisionLevel.REMINDER,
        unit_code=case.unit,
        reason="逾期未签收催办",
        by_rule=True,
    )


def _call(case: _Life, word: Satisfaction, *, solved: bool) -> None:
    case.wait(60 * 10)
    case.say(
        FOLLOWUP,
        cases.CallbackTried,
        attempt=1,
        reached=Reached.ANSWERED,
        valid=True,
        contacted=True,
        solved=solved,
        satisfaction=word,
        handling_unit=case.unit,
        caller="caller-1",
    )


def history(events: int, lots: random.Random) -> list[list[Told]]:
    """Lives of at least so many events together, by act and in each by time; a case keeps its own order."""
    told: list[Told] = []
    number = 0
    while len(told) < events:
        number += 1
        told += life(number, lots)
    return [
        sorted((one for one in told if one.act == act), key=lambda one: one.event.occurred_at) for act in range(ACTS)
    ]


def records(acts: Sequence[Sequence[Told]], topic: str = "cases") -> Iterator[list[Record]]:
    """The same as records of the bus, act by act; all that others said before about the case is a cause."""
    seqs: dict[str, Counter[str]] = {}
    offset = 0
    for act in acts:
        batch = []
        for told in act:
            said = seqs.setdefault(told.event.key, Counter())
            source = str(told.source)
            causes = {other: seq for other, seq in said.items() if other != source}
            said[source] += 1
            envelope = _envelope(told, said[source], causes)
            batch.append(Record(topic, 0, offset, envelope.key, to_headers(envelope), envelope.value))
            offset += 1
        yield batch


def _envelope(told: Told, seq: int, causes: dict[str, int]) -> Envelope:
    event = told.event
    return Envelope(
        event_id=f"{event.key}-{told.source}-{seq}",
        source=told.source,
        stream="cases",
        key=event.key,
        seq=seq,
        type_name=event.type_name,
        occurred_at=event.occurred_at,
        recorded_at=event.occurred_at,
        causes=causes,
        traceparent=None,
        value=encode_event(event),
    )


def windows(batch: Sequence[Record], lots: random.Random, *, size: int = 100, most: int = 5) -> Iterator[list[Record]]:
    """Each record 1 to ``most`` times: shuffled within windows of ``size``, and some copies much later."""
    late: list[Record] = []
    for start in range(0, len(batch), size):
        window = [record for record in batch[start : start + size] for _ in range(lots.randint(1, most))]
        lots.shuffle(window)
        again = late[:size]
        del late[:size]
        late += lots.sample(window, len(window) // 10)
        yield window + again
    if late:
        yield late


def batches(found: Iterable[Sequence[Record]], size: int) -> Iterator[Sequence[Record]]:
    """As a reader would give them: never more than ``size`` at once."""
    for window in found:
        for start in range(0, len(window), size):
            yield window[start : start + size]
