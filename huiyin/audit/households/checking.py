"""All households of a span, one after the other, in bounded memory: every check that looks at one of them, its visits
and its places in rounds; and so rounds, teams, points and occasions, which are told of on the same topic.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from huiyin.audit.case import CaseView
from huiyin.audit.delivery import Delivery
from huiyin.audit.figures import FigureAudit
from huiyin.audit.households import rows as household_rows
from huiyin.audit.households.histories import check_history
from huiyin.audit.merge import by_key
from huiyin.audit.queries import EVERYTHING, KeySpan, events_of, heads_of, marks_of, transit_of
from huiyin.audit.reading import read
from huiyin.audit.report import Findings
from huiyin.audit.rows.comparing import WantedRows, differences
from huiyin.audit.snapshot import AT_A_TIME, Snapshot
from huiyin.audit.visits import dossiers, occasions, records, rounds, teams
from huiyin.audit.visits.dossiers import check_entry
from huiyin.audit.visits.histories import check_visits
from huiyin.audit.visits.occasions import check_points_and_occasions
from huiyin.audit.visits.records import RecordedVisit, living, records_of
from huiyin.audit.visits.rounds import OpenedRounds, check_round
from huiyin.audit.visits.rows import row_streams
from huiyin.audit.visits.teams import check_team
from libs.common.bus.flow import Stream

_STREAM = Stream.VISITS
_BY_COLUMN = {
    "household_id": household_rows.TABLES,
    "round_id": rounds.TABLES,
    "team_id": teams.TABLES,
    "entry_id": dossiers.TABLES,
    "point_id": occasions.OF_POINTS,
    "occasion_id": occasions.OF_OCCASIONS,
}
"""By the column that is the key, every table with rows of that key, and their order."""


@dataclass(frozen=True, slots=True)
class HouseholdTask:
    """Which households. ``topic`` is that of the visits."""

    topic: str
    at_a_time: int = AT_A_TIME
    span: KeySpan = EVERYTHING


async def check_households(cut: Snapshot, delivery: Delivery, figures: FigureAudit, task: HouseholdTask) -> None:
    """Look at each household of the span, and at each round, team, point and occasion."""
    findings, opened = delivery.findings, await OpenedRounds.of(cut)
    streams = household_streams(cut, task.topic, task.span, embedded_bus=delivery.all_in_database)
    async for key, group in by_key(cut, streams, at_a_time=task.at_a_time):
        view = read(key, group, findings, of_today=True)
        delivery.check(key, view.lengths, group["marks"], group["transit"])
        made = records_of(view)
        check_history(view, findings)
        check_visits(view, made, findings)
        check_round(view, findings)
        check_team(view, findings)
        check_entry(view, findings)
        check_points_and_occasions(view, findings)
        _check_rows(view, rows_wanted(view, opened, made), findings)
        await figures.visits.check(view)


def rows_wanted(view: CaseView, opened: OpenedRounds, made: Mapping[str, RecordedVisit]) -> Iterator[WantedRows]:
    """What should stand in each table that has rows about a key of the topic."""
    yield from household_rows.rows_wanted(view, [record.seen for record in living(made)])
    yield from records.rows_wanted(made)
    yield rounds.places_wanted(view, opened, [record.seen for record in living(made)])
    yield from rounds.rows_wanted(view)
    yield from teams.rows_wanted(view)
    yield from dossiers.rows_wanted(view)
    yield from occasions.rows_wanted(view)


def household_streams(cut: Snapshot, topic: str, span: KeySpan = EVERYTHING, *, embedded_bus: bool) -> dict[str, str]:
    """All that is known of a household, a round, a team, a point or an occasion."""
    return {
        "events": events_of(cut, _STREAM, span),
        "heads": heads_of(cut, _STREAM, span),
        "marks": marks_of(cut, _STREAM, span),
        "transit": transit_of(cut, _STREAM, topic, span, embedded_bus=embedded_bus),
        **{
            table: _rows_of(cut, span, f"intake.{table}", column, order)
            for column, tables in _BY_COLUMN.items()
            for table, order in tables.items()
        },
        **{
            table: _rows_of(cut, span, f"{rows} AS {table}", "household_id", "")
            for table, rows in (records.TABLES | rounds.OF_HOUSEHOLDS).items()
        },
        **row_streams(cut, span),
    }


def _rows_of(cut: Snapshot, span: KeySpan, rows: str, column: str, order: str) -> str:
    where = f"WHERE true{span.condition(cut, column)} ORDER BY {column}{cut.collation}"
    return f"SELECT {column} AS key, * FROM {rows} {where}{', ' * bool(order)}{order}"  # noqa: S608 - names of ours


def _check_rows(view: CaseView, wanted: Iterator[WantedRows], findings: Findings) -> None:
    """Compare what stands in the tables with what should."""
    for one in wanted:
        findings.checked[one.invariant] += max(1, len(one.rows))
        if not (one.rows or one.kept or view.rows[one.table]):
            # Of most tables a household has nothing.
            continue
        for message in differences(view.rows[one.table], one):
            findings.violated(one.invariant, view.case_id, one.service, message)
