"""I2: what a service said of a key is numbered without a gap and chained by hashes, up to its head."""

from datetime import UTC, datetime, timedelta

from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Row
from libs.common.ledger.append import GENESIS, chain, part_of

CLOCK_STEP = timedelta(minutes=1)
"""How much earlier than the event before it one may have been recorded: transactions that overlap."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC) + 2 * CLOCK_STEP


class Chain:
    """The events of one service about one key, taken in the order of their numbers."""

    def __init__(self, findings: Findings, service: str, key: str) -> None:
        self.last = 0
        """The highest number seen."""
        self._findings = findings
        self._service = service
        self._key = key
        self._hash: bytes | None = GENESIS
        """Of the event before; None where that is missing."""
        self._id = 0
        self._recorded_at = _LONG_AGO

    def add(self, row: Row) -> None:
        """One more event."""
        seq = row["seq"]
        if seq == self.last:
            self._violated(f"event {seq} stands twice")
            return
        if seq != self.last + 1:
            self._violated(f"event {seq} follows {self.last}: {_numbers(self.last + 1, seq - 1)} missing")
            self._hash = None
        stored = bytes(row["hash"])
        if self._hash is not None and stored != self._expected(self._hash, row):
            self._violated(f"event {seq} ({row['type']}) does not fit its hash: it, or the one before, was changed")
        self._findings.checked[Invariant.SENT] += 1
        if row["id"] <= self._id:
            self._violated(f"event {seq} was written before event {self.last}, and so sent before it")
        self._id = row["id"]
        if row["recorded_at"] < self._recorded_at - CLOCK_STEP:
            # No rule is broken: deadlines hang on what was said, and the order on the numbers.
            self._findings.pending["events recorded while a clock was behind"] += 1
        self._recorded_at = row["recorded_at"]
        if row["part"] != part_of(self._key):
            message = f"event {seq} is in part {row['part']}, not {part_of(self._key)}"
            self._findings.violated(Invariant.SENT, self._key, self._service, message)
        self.last, self._hash = seq, stored
        self._findings.checked[Invariant.CHAIN] += 1

    def end(self, head: Row | None) -> None:
        """All were seen; ``head`` is the row that the next number is taken from."""
        if head is None:
            if self.last:
                self._violated(f"there are {self.last} events and no head")
        elif head["seq"] != self.last:
            self._violated(f"the head says {head['seq']}, the last event is {self.last}")
        elif self._hash is not None and bytes(head["hash"]) != self._hash:
            self._violated(f"the head's hash is not that of event {self.last}")

    def _expected(self, previous: bytes, row: Row) -> bytes:
        return chain(
            previous,
            key=self._key,
            seq=row["seq"],
            type_name=row["type"],
            payload=row["payload"].encode(),
            occurred_at=row["occurred_at"],
        )

    def _violated(self, message: str) -> None:
        self._findings.violated(Invariant.CHAIN, self._key, self._service, message)


def _numbers(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}..{last}"
