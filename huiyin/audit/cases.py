"""All cases of a span, one after the other, in bounded memory: every check that looks at one case."""

from dataclasses import dataclass, field
from datetime import datetime

from huiyin.audit.accepted import check_accepted
from huiyin.audit.cut import AT_A_TIME, Cut
from huiyin.audit.delivery import Delivery
from huiyin.audit.figures import Figures
from huiyin.audit.histories import check_history
from huiyin.audit.journal import Journals, told_of
from huiyin.audit.merge import by_key
from huiyin.audit.promises import Promises
from huiyin.audit.queries import EVERYTHING, Span, case_streams
from huiyin.audit.reading import view_of
from huiyin.audit.states import check_states


@dataclass(frozen=True, slots=True)
class Task:
    """Which cases, against what. ``topic`` is that of the cases; ``now`` is the time against which timers are late."""

    topic: str
    now: datetime
    journals: Journals | None = None
    at_a_time: int = AT_A_TIME
    span: Span = field(default=EVERYTHING)


async def check_cases(cut: Cut, delivery: Delivery, figures: Figures, task: Task) -> None:
    """Look at each case of the span."""
    findings, journals = delivery.findings, task.journals
    promises = Promises(findings, task.now)
    streams = case_streams(cut, task.topic, task.span, embedded_bus=delivery.all_in_database)
    if journals is not None:
        streams["told"] = told_of(cut, task.span)
    async for key, group in by_key(cut, streams, at_a_time=task.at_a_time):
        view = view_of(key, group, findings)
        check_accepted(view, findings)
        delivery.check(key, view.lengths, group["marks"], group["transit"])
        check_history(view, findings)
        check_states(view, findings)
        promises.check(view)
        await figures.check(view)
        if journals is not None:
            journals.check(view, findings)
