"""What the oracle's reader of topics calls disorder."""

from datetime import UTC, datetime

from libs.common.bus.codec import Envelope, to_headers
from libs.common.bus.port import Record
from tests.chaos.topics import Found

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def record(key: str, seq: int, *, partition: int = 0, source: str = "intake") -> Record:
    event_id = f"{source}/{key}/{seq}"
    envelope = Envelope(event_id, source, "cases", key, seq, "a", NOON, NOON, {}, None, b"{}")
    return Record("cases", partition, 0, key, to_headers(envelope), envelope.value)


def found(*records: Record) -> Found:
    result = Found()
    for one in records:
        result.take(one, "cases")
    return result


def test_records_in_their_order_are_in_order_however_often_they_come_again() -> None:
    seen = found(record("a", 1), record("b", 1), record("a", 2), record("a", 1), record("a", 2), record("a", 3))
    assert (seen.records, len(seen.places), seen.disorder) == (6, 4, [])


def test_a_later_record_that_comes_first_is_disorder() -> None:
    assert found(record("a", 1), record("a", 3), record("a", 2)).disorder == [
        "cases intake a: 3 after 1",
        "cases intake a: 2 after 3",
    ]


def test_each_source_has_an_order_of_its_own() -> None:
    assert found(record("a", 1), record("a", 1, source="dispatch"), record("a", 2)).disorder == []


def test_a_key_in_two_partitions_is_astray() -> None:
    assert found(record("a", 1), record("a", 2, partition=1)).astray == ["cases a is in partitions 0 and 1"]


def test_what_is_no_event_of_ours_is_counted_apart() -> None:
    seen = found(Record("cases", 0, 0, "x", {"from": "somebody"}, b"what is this"))
    assert (seen.strange, seen.places, seen.disorder) == (1, {}, [])
