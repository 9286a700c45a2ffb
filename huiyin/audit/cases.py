"""All cases of a span, one after the other, in bounded memory: every check that looks at one case."""

from dataclasses import dataclass, field
from datetime import datetime

from huiyin.audit.accepted import check_accepted
from huiyin.audit.delivery import Delivery
from huiyin.audit.figures import FigureAudit
from huiyin.audit.histories import check_history
from huiyin.audit.journal import Journals, told_of
from huiyin.audit.merge import by_key
from huiyin.audit.promises import Promises
from huiyin.audit.queries import EVERYTHING, KeySpan, case_streams
from huiyin.audit.reading import view_of
from huiyin.audit.rows import check_rows
from huiyin.audit.snapshot import AT_A_TIME, Snapshot


@dataclass(frozen=True, slots=True)
class AuditTask:
    """Which cases, against what. ``topic`` is that of the cases; ``now`` is the time against which timers are late."""

    topic: str
    now: datetime
    journals: Journals | None = None
    at_a_time: int = AT_A_TIME
    span: KeySpan = field(default=EVERYTHING)


async def check_cases(cut: Snapshot, delivery: Delivery, figures: FigureAudit, task: AuditTask) -> None:
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
        check_rows(view, findings, figures.packs)
        promises.check(view)
        await figures.check(view)
        if journals is not None:
            journals.check(view, findings)
