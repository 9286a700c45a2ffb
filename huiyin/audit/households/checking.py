"""All households of a span, one after the other, in bounded memory: every check that looks at one of them."""

from dataclasses import dataclass

from huiyin.audit.delivery import Delivery
from huiyin.audit.figures import FigureAudit
from huiyin.audit.households.histories import check_history
from huiyin.audit.households.rows import TABLES, check_rows
from huiyin.audit.merge import by_key
from huiyin.audit.queries import EVERYTHING, KeySpan, events_of, heads_of, marks_of, transit_of
from huiyin.audit.reading import read
from huiyin.audit.snapshot import AT_A_TIME, Snapshot
from huiyin.audit.visits.rows import row_streams
from libs.common.bus.flow import Stream

_STREAM = Stream.VISITS


@dataclass(frozen=True, slots=True)
class HouseholdTask:
    """Which households. ``topic`` is that of the visits."""

    topic: str
    at_a_time: int = AT_A_TIME
    span: KeySpan = EVERYTHING


async def check_households(cut: Snapshot, delivery: Delivery, figures: FigureAudit, task: HouseholdTask) -> None:
    """Look at each household of the span."""
    findings = delivery.findings
    streams = household_streams(cut, task.topic, task.span, embedded_bus=delivery.all_in_database)
    async for key, group in by_key(cut, streams, at_a_time=task.at_a_time):
        view = read(key, group, findings, of_today=True)
        delivery.check(key, view.lengths, group["marks"], group["transit"])
        check_history(view, findings)
        check_rows(view, findings)
        await figures.visits.check(view)


def household_streams(cut: Snapshot, topic: str, span: KeySpan = EVERYTHING, *, embedded_bus: bool) -> dict[str, str]:
    """All that is known of a household."""
    where = f"WHERE true{span.condition(cut, 'household_id')} ORDER BY household_id{cut.collation}"
    return {
        "events": events_of(cut, _STREAM, span),
        "heads": heads_of(cut, _STREAM, span),
        "marks": marks_of(cut, _STREAM, span),
        "transit": transit_of(cut, _STREAM, topic, span, embedded_bus=embedded_bus),
        **{
            table: f"SELECT household_id AS key, * FROM intake.{table} {where}{', ' * bool(order)}{order}"  # noqa: S608
            for table, order in TABLES.items()
        },
        **row_streams(cut, span),
    }
