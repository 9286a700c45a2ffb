"""I8 of visits: every row of analytics and every cell of its roll-ups is what the ledgers come to, and intake has.

The rows are folded by analytics' own rules, the cells counted by the audit's own means; and where nothing is on its way
to analytics, its numbers of rounds, and its visits, are held against those that intake keeps itself.
"""

from huiyin.audit.case import ANALYTICS, INTAKE, CaseView
from huiyin.audit.recount import Recount
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot
from huiyin.audit.visits.applied import applied_around
from huiyin.audit.visits.counted import CountedHousehold, RoundsAndTeams
from huiyin.audit.visits.rows import row_differences, shown
from libs.common.bus.flow import Stream
from services.analytics.rollups.tables import COVERAGE, THINGS, VISITS
from services.analytics.visits.actions.refold import Surroundings, refold_household
from services.analytics.visits.domain.counting import standing
from services.analytics.visits.domain.rows import AROUND_TABLES, ROW_TABLES, rows_of, surrounding_rows

_BEHIND = f"""
    SELECT EXISTS (
        SELECT FROM intake.ledger_head AS head
        LEFT JOIN analytics.watermark AS mark ON mark.stream = head.stream AND mark.key = head.key
            AND mark.source = 'intake'
        WHERE head.stream = '{Stream.VISITS}' AND coalesce(mark.seq, 0) < head.seq
    ) OR EXISTS (SELECT FROM analytics.parked_dropped WHERE stream = '{Stream.VISITS}') AS is_behind
"""  # noqa: S608 - a name of ours
_KEYS = "round_id, view, cut, member, area_code"
_NAMES = COVERAGE.names
_NUMBERS = f"""
    WITH settled AS (SELECT round_id FROM intake.visit_round WHERE status <> 'opening')
    SELECT {_KEYS}, {", ".join(f"theirs.{name} AS their_{name}, ours.{name} AS our_{name}" for name in _NAMES)}
    FROM (SELECT * FROM intake.round_tally JOIN settled USING (round_id)
          WHERE cut <> 'team' AND ({" OR ".join(f"{name} <> 0" for name in _NAMES)})) AS theirs
    FULL JOIN (SELECT * FROM analytics.coverage JOIN settled USING (round_id) WHERE cut <> 'team') AS ours
        USING ({_KEYS})
    WHERE ({", ".join(f"theirs.{name}" for name in _NAMES)})
        IS DISTINCT FROM ({", ".join(f"ours.{name}" for name in _NAMES)})
    ORDER BY {_KEYS}
"""  # noqa: S608 - names of columns
_VISITS = """
    SELECT visit_id, theirs.visit_id IS NULL AS is_extra, ours.visit_id IS NULL AS is_missing
    FROM (SELECT visit_id AS id, visit_id, household_id,
              CASE WHEN status = 'void' THEN 'void' ELSE outcome END AS outcome,
              CASE WHEN status <> 'void' THEN day END AS day,
              CASE WHEN status = 'void' THEN '' ELSE area_code END AS area_code,
              status <> 'void' AND duplicate_of IS NULL AS counts FROM intake.visit) AS theirs
    FULL JOIN analytics.visit_fact AS ours USING (visit_id)
    WHERE (theirs.household_id, theirs.outcome, theirs.day, theirs.area_code, theirs.counts)
        IS DISTINCT FROM (ours.household_id, ours.outcome, ours.day, ours.area_code, ours.counts)
    ORDER BY visit_id
"""
UNCOMPARED = "figures of visits that are not held against intake: some events are on their way, or were dropped"


class VisitAudit:
    """Checks one household after the other, then what surrounds them."""

    def __init__(self, recount: Recount, findings: Findings, surroundings: Surroundings, told: RoundsAndTeams) -> None:
        self._recount = recount
        self._findings = findings
        self._surroundings = surroundings
        self._around = surroundings.around()
        self._told = told

    @classmethod
    async def of(cls, cut: Snapshot, recount: Recount, findings: Findings) -> "VisitAudit":
        """With all rounds and teams that analytics had heard of."""
        surroundings = Surroundings()
        async for event in applied_around(cut):
            surroundings.take(event)
        return cls(recount, findings, surroundings, await RoundsAndTeams.of(applied_around(cut)))

    async def check(self, view: CaseView) -> None:
        """One household; of the key of a round or a team there is nothing."""
        said = [one.event for one in view.applied(ANALYTICS, INTAKE)]
        fact = refold_household(view.case_id, said)
        counted = CountedHousehold(self._told)
        for event in said:
            counted.hear(event)
        made, brought = counted.visited()
        await self._recount.add(COVERAGE, counted.coverage())
        await self._recount.add(VISITS, made)
        await self._recount.add(THINGS, brought)
        stored = {table.name: view.rows[table.name] for table in ROW_TABLES}
        if fact is None and not any(stored.values()):
            return
        self._findings.checked[Invariant.FIGURE] += 1
        for named, told in row_differences(ROW_TABLES, stored, rows_of(fact, standing(fact, self._around))):
            self._findings.violated(Invariant.FIGURE, view.case_id, ANALYTICS, f"{named}: {told}")

    async def compare(self, cut: Snapshot) -> None:
        """Rounds and teams against their events; and, where analytics has heard all, its numbers against intake's."""
        stored = {
            table.name: await cut.fetch(f"SELECT {shown(table)} FROM analytics.{table.name}")  # noqa: S608
            for table in AROUND_TABLES
        }
        known = self._surroundings
        wanted = surrounding_rows(known.rounds.values(), known.teams.values())
        self._findings.checked[Invariant.FIGURE] += sum(map(len, wanted.values()))
        for named, told in row_differences(AROUND_TABLES, stored, wanted):
            self._findings.violated(Invariant.FIGURE, named, ANALYTICS, told)
        if (await cut.fetch(_BEHIND))[0]["is_behind"]:
            self._findings.pending[UNCOMPARED] += 1
            return
        async for rows in cut.stream(_NUMBERS):
            for row in rows:
                place = f"coverage {' '.join(str(row[name]) or '-' for name in _KEYS.split(', '))}"
                differ = (name for name in _NAMES if row[f"our_{name}"] != row[f"their_{name}"])
                told = ", ".join(
                    f"{name} is {row[f'our_{name}']}, intake has {row[f'their_{name}']}" for name in differ
                )
                self._findings.violated(Invariant.FIGURE, place, ANALYTICS, told)
        async for rows in cut.stream(_VISITS):
            for row in rows:
                message = "is not there" if row["is_missing"] else "is not what intake has"
                told = "is no visit of intake" if row["is_extra"] else message
                self._findings.violated(Invariant.FIGURE, f"visit {row['visit_id']}", ANALYTICS, told)
