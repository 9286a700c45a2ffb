"""I3 and I4: everything that was said is marked to be sent, on its way, or applied by every reader, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from huiyin.audit.queries import READERS, SERVICES, SPEAKERS
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Row, Snapshot
from libs.common.bus.flow import Stream

SUSPECTS = 10_000
"""Readings whose place in Kafka is looked up afterwards; what goes beyond is a violation at once."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Events that were sent, are not in the database, and were not applied: are they in the broker?"""

    stream: Stream
    key: str
    reader: str
    source: str
    first: int
    last: int

    @property
    def message(self) -> str:
        """As a violation."""
        numbers = f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"
        return f"{numbers} of {self.source} was sent, but never applied here"


@dataclass(slots=True)
class Delivery:
    """The readings of one stream."""

    findings: Findings
    stream: Stream
    all_in_database: bool
    """Whether the bus itself is part of the cut; else what is missing may be in the broker."""
    suspects: list[Suspect] = field(default_factory=list)

    def check(self, key: str, lengths: Mapping[str, int], marks: Iterable[Row], transit: Sequence[Row]) -> None:
        """One key: every reader against every source."""
        applied = {(row["service"], row["source"]): row["seq"] for row in marks}
        on_the_way = _by_reader(transit)
        for row in transit:
            self.findings.pending[f"events {row['place']}"] += 1
        for reader in READERS[self.stream]:
            for source in SPEAKERS[self.stream]:
                if source != reader:
                    there = on_the_way.get((reader, source), set()) | on_the_way.get((None, source), set())
                    place = Suspect(self.stream, key, reader, source, applied.get((reader, source), 0), lengths[source])
                    self._compare(place, there, asked=(reader, None) in on_the_way)

    def _compare(self, place: Suspect, there: set[int], *, asked: bool) -> None:
        self.findings.checked[Invariant.APPLIED] += 1
        mark, length = place.first, place.last
        if mark > length:
            message = f"applied {place.source} up to {mark}, which never said more than {length}"
            self.findings.violated(Invariant.APPLIED, place.key, place.reader, message)
            return
        missing = length - mark - sum(mark < seq <= length for seq in there)
        if not missing:
            return
        if asked:
            # The reader holds a later event back, sees the gap and asks the source to send it again.
            self.findings.pending["events asked for again"] += missing
            return
        first = next(seq for seq in range(mark + 1, length + 1) if seq not in there)
        last = next(seq for seq in range(length, mark, -1) if seq not in there)
        suspect = Suspect(place.stream, place.key, place.reader, place.source, first, last)
        if self.all_in_database or len(self.suspects) >= SUSPECTS:
            self.accuse(suspect)
        else:
            self.suspects.append(suspect)

    def accuse(self, suspect: Suspect) -> None:
        """It is nowhere."""
        self.findings.violated(Invariant.APPLIED, suspect.key, suspect.reader, suspect.message)


def _by_reader(transit: Sequence[Row]) -> dict[tuple[str | None, str | None], set[int]]:
    """Numbers by reader and source; unsent ones have no reader. (reader, None) is there when the reader waits."""
    found: dict[tuple[str | None, str | None], set[int]] = {}
    for row in transit:
        if row["place"] == "dropped":
            continue
        found.setdefault((row["reader"], row["source"]), set()).add(row["seq"])
        if row["place"] == "waiting":
            found.setdefault((row["reader"], None), set())
    return found


async def check_pointers(cut: Snapshot, findings: Findings) -> None:
    """I3: every pointer of what is to be sent points at an event, in the part whose relay will look for it."""
    for service in SERVICES:
        total = await cut.fetch(f"SELECT count(*) AS n FROM {service}.ledger_unsent")  # noqa: S608
        findings.checked[Invariant.SENT] += total[0]["n"]
        wrong = await cut.fetch(f"""
            SELECT u.id, u.part, l.part AS should, l.key FROM {service}.ledger_unsent AS u
            LEFT JOIN {service}.ledger AS l ON l.id = u.id AND l.recorded_at = u.recorded_at
            WHERE l.part IS DISTINCT FROM u.part ORDER BY u.id LIMIT 10000
        """)  # noqa: S608
        for row in wrong:
            if row["key"] is None:
                message = f"row {row['id']} is marked to be sent and does not exist"
            else:
                message = f"row {row['id']} is marked to be sent in part {row['part']}, but is of part {row['should']}"
            findings.violated(Invariant.SENT, row["key"] or f"row {row['id']}", service, message)
