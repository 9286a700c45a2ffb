"""What every bus promises, on the embedded one and on a real Kafka."""

import asyncio
import os
import signal
from contextlib import suppress

import pytest

from libs.common.bus.port import Bus, BusTrouble, Message, Place, Record, TopicSpec
from tests.contract.bus.members import LONG, Member, after, member_of, message, numbered, read, send, values
from tests.contract.bus.rigs import Rig
from tests.support.eventually import eventually


async def test_records_of_a_key_stay_in_order(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=4)])
    messages = numbered(topic, 600)
    async with bus.sender() as sender:
        places = [place for start in range(0, 600, 50) for place in await sender.send(messages[start : start + 50])]
    async with bus.reader("order", [topic]) as reader:
        records = await read(reader, 600)
    assert sorted(values(records)) == list(range(600))
    for key in {record.key for record in records}:
        of_key = [record for record in records if record.key == key]
        assert values(of_key) == sorted(values(of_key))
        assert len({record.partition for record in of_key}) == 1
    where = {int(record.value): (Place(record.topic, record.partition), record.offset) for record in records}
    assert [where[number] for number in range(600)] == places


async def test_offsets_of_a_partition_have_no_gap_though_many_send(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=3)])

    async def send_some() -> list[tuple[Place, int]]:
        async with bus.sender() as sender:
            return [place for _ in range(10) for place in await sender.send(numbered(topic, 20))]

    places = [place for some in await asyncio.gather(*(send_some() for _ in range(4))) for place in some]
    ends = await bus.end_offsets(topic)
    assert sum(ends.values()) == 800
    assert sorted(places, key=str) == sorted(
        [(Place(topic, partition), offset) for partition, end in ends.items() for offset in range(end)], key=str
    )


async def test_what_was_not_committed_comes_again(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=1)])
    await send(bus, numbered(topic, 10))
    async with bus.reader("again", [topic]) as reader:
        records = await read(reader, 10)
        await reader.commit({Place(topic, 0): records[4].offset})
    async with bus.reader("again", [topic]) as reader:
        assert values(await read(reader, 6)) == [4, 5, 6, 7, 8, 9]


async def test_each_group_reads_everything_from_the_earliest(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=2)])
    await send(bus, numbered(topic, 30))
    for group in ("first", "second"):
        async with bus.reader(group, [topic]) as reader:
            assert sorted(values(await read(reader, 30, commit=True))) == list(range(30))
    async with bus.reader("first", [topic]) as reader:
        await send(bus, [message(topic, "one", "30")])
        assert values(await read(reader, 1)) == [30]


async def test_topics_are_created_once_with_their_partitions(bus: Bus, topic: str) -> None:
    await asyncio.gather(*(bus.ensure_topics([TopicSpec(topic, partitions=5)]) for _ in range(3)))
    await send(bus, numbered(topic, 10))
    await bus.ensure_topics([TopicSpec(topic, partitions=5), TopicSpec(f"{topic}.other", partitions=2)])
    ends = await bus.end_offsets(topic)
    assert sorted(ends) == [0, 1, 2, 3, 4]
    assert sum(ends.values()) == 10
    assert await bus.end_offsets(f"{topic}.other") == {0: 0, 1: 0}
    assert await bus.end_offsets(f"{topic}.none") == {}


async def test_headers_and_chinese_text_arrive_as_they_were_sent(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic)])
    headers = {
        "ce_type": "cn.huiyin.case.registered",
        "ce_subject": "诉求件",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    value = '{"title": "村口路灯不亮，夜间出行不便 🏮"}'.encode()
    await send(bus, [Message(topic, "回音-1", headers, value)])
    async with bus.reader("headers", [topic]) as reader:
        [record] = await read(reader, 1)
    assert (record.key, dict(record.headers), record.value) == ("回音-1", headers, value)


async def test_a_record_nobody_can_decode_is_delivered_as_it_is(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=1)])
    poison = bytes(range(256)) + b"\xff\xfe{"
    await send(bus, [Message(topic, "k", {}, poison), Message(topic, "k", {"": ""}, b""), message(topic, "k", "fine")])
    async with bus.reader("poison", [topic]) as reader:
        assert [record.value for record in await read(reader, 3)] == [poison, b"", b"fine"]


async def test_a_message_of_two_megabytes_passes(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=1, max_message_bytes=4_000_000)])
    # Bytes that no compression makes small.
    big = os.urandom(2_000_000)
    await send(bus, [message(topic, "k", "1"), Message(topic, "k", {}, big), message(topic, "k", "2")])
    async with bus.reader("big", [topic]) as reader:
        assert [record.value for record in await read(reader, 3)] == [b"1", big, b"2"]


async def test_a_message_too_big_for_its_topic_is_trouble(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=1, max_message_bytes=10_000)])
    async with bus.sender() as sender:
        with pytest.raises(BusTrouble):
            await sender.send([Message(topic, "k", {}, os.urandom(50_000))])
        with pytest.raises(BusTrouble):
            await sender.send([message(topic, "k", "after an error it must not be used")])


async def test_a_topic_that_is_not_there_is_trouble(bus: Bus, topic: str) -> None:
    async with bus.sender() as sender:
        with pytest.raises(BusTrouble):
            await sender.send([message(topic, "k", "1")])


async def test_a_slow_reader_gets_no_more_than_it_asked_for(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=3)])
    async with bus.sender() as sender, bus.reader("slow", [topic]) as reader:
        got: list[Record] = []
        for start in range(0, 300, 100):
            await sender.send(numbered(topic, 300)[start : start + 100])
            some = await read(reader, 1, at_most=7)
            assert len(some) <= 7
            got += some
        got += await read(reader, 300 - len(got), at_most=7)
        assert sorted(values(got)) == list(range(300))
        assert await reader.read(at_most=7, wait=0) == []


async def test_the_record_at_a_place_is_told_where_there_is_one(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=2)])
    sent = await send(bus, numbered(topic, 40))
    wanted = dict(sent)
    found = await bus.at(wanted)
    assert {place: record.offset for place, record in found.items()} == wanted
    assert sorted(int(record.value) for record in found.values())[-1] == 39
    none = {Place(topic, 0): 999, Place(topic, 7): 0, Place(f"{topic}.none", 0): 0}
    assert await bus.at(none | {Place(topic, 1): wanted[Place(topic, 1)]}) == {Place(topic, 1): found[Place(topic, 1)]}
    assert await bus.at({}) == {}


async def test_lag_and_what_a_group_is_behind(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=2)])
    await send(bus, numbered(topic, 40))
    ends = await bus.end_offsets(topic)
    assert await bus.behind("lag", [topic]) == {Place(topic, part): end for part, end in ends.items()}
    async with bus.reader("lag", [topic]) as reader:
        assert reader.assignment() == {Place(topic, 0), Place(topic, 1)}
        some = await read(reader, 1, at_most=10)
        assert sum((await reader.lag()).values()) == 40 - len(some)
        assert sum((await bus.behind("lag", [topic])).values()) == 40
        await reader.commit(after(some))
        assert sum((await bus.behind("lag", [topic])).values()) == 40 - len(some)
        await read(reader, 40 - len(some), commit=True)
        assert await reader.lag() == {Place(topic, 0): 0, Place(topic, 1): 0}
        assert await bus.behind("lag", [topic]) == {Place(topic, 0): 0, Place(topic, 1): 0}


async def test_two_members_share_and_the_survivor_takes_over(bus: Bus, rig: Rig, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=4)])
    async with bus.reader("shared", [topic]) as reader:
        joining = asyncio.create_task(Member.join(rig, "shared", topic))
        try:

            async def shared() -> bool:
                assert await reader.read(at_most=10, wait=0.1) == []
                return joining.done() and len(reader.assignment()) == 2

            await eventually(shared, within=LONG, what="two partitions each")
            other = await joining
            await send(bus, numbered(topic, 200))
            mine = await read(reader, 1)
            await reader.commit(after(mine))
            theirs = await other.read(1)
            assert not set(values(mine)) & set(theirs)
            other.signal(signal.SIGKILL)
            rest = await read(reader, 200 - len(mine), commit=True)
            assert len(reader.assignment()) == 4
            assert set(values(mine)) | set(values(rest)) == set(range(200))
            assert set(theirs) <= set(values(rest))
        finally:
            await (await joining).end()


async def test_a_zombie_cannot_commit_what_it_no_longer_owns(bus: Bus, rig: Rig, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=2)])
    await send(bus, numbered(topic, 50))
    async with member_of(rig, "zombie", topic) as zombie:
        await zombie.read(50)
        zombie.signal(signal.SIGSTOP)
        async with bus.reader("zombie", [topic]) as reader:
            some = await read(reader, 50)
            await reader.commit({place: offset - 1 for place, offset in after(some).items()})
            zombie.signal(signal.SIGCONT)
            assert "refused" in await zombie.ask("commit")
        assert sum((await bus.behind("zombie", [topic])).values()) == 2


async def test_a_partition_of_somebody_else_cannot_be_committed(bus: Bus, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=1)])
    async with bus.reader("mine", [topic]) as reader:
        with pytest.raises(BusTrouble):
            await reader.commit({Place(topic, 1): 1})
        with pytest.raises(BusTrouble):
            await reader.read(at_most=1, wait=0)


async def test_a_server_that_comes_later(bus: Bus, rig: Rig, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=2)])
    await rig.go_down()
    with pytest.raises(BusTrouble):
        await send(bus, numbered(topic, 5))
    with pytest.raises(BusTrouble):
        async with bus.reader("later", [topic]) as reader:
            await reader.read(at_most=1, wait=0)
    with pytest.raises(BusTrouble):
        await bus.end_offsets(topic)
    await rig.come_back()
    await send(bus, numbered(topic, 5))
    async with bus.reader("later", [topic]) as reader:
        assert sorted(values(await read(reader, 5))) == [0, 1, 2, 3, 4]


async def test_what_was_acknowledged_survives_the_server(bus: Bus, rig: Rig, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=2)])
    async with bus.sender() as sender, bus.reader("survivor", [topic]) as reader:
        await sender.send(numbered(topic, 300))
        some = await read(reader, 1, at_most=50)
        await reader.commit(after(some))
        await rig.go_down()
        with pytest.raises(BusTrouble):
            await sender.send(numbered(topic, 1))
        with pytest.raises(BusTrouble):
            await reader.commit(after(some))
    await rig.come_back()
    async with bus.reader("survivor", [topic]) as reader:
        rest = await read(reader, 300 - len(some))
    assert set(values(some)) | set(values(rest)) == set(range(300))


async def test_a_wiped_log_is_read_from_its_beginning(bus: Bus, rig: Rig, topic: str) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=1)])
    await send(bus, numbered(topic, 50))
    async with bus.reader("wiped", [topic]) as reader:
        await read(reader, 50, commit=True)
    await rig.wipe()
    # A new client brings the topics back, and the new log soon is longer than the old one was.
    places = await send(bus, numbered(topic, 70))
    assert [offset for _, offset in places] == list(range(70))
    async with bus.reader("wiped", [topic]) as reader:
        assert values(await read(reader, 70)) == list(range(70))


@pytest.mark.parametrize("since", [0, 1, 3, 5])
async def test_a_log_that_lost_its_tail_is_read_again_from_there(bus: Bus, rig: Rig, topic: str, since: int) -> None:
    """However far it was filled again meanwhile: what stands where older records stood was read by nobody."""
    await bus.ensure_topics([TopicSpec(topic, partitions=1)])
    for one in numbered(topic, 10):
        await send(bus, [one])
    async with bus.reader("tail", [topic]) as reader:
        assert values(await read(reader, 10, commit=True)) == list(range(10))
    await rig.cut(topic, 3)
    for offset, one in enumerate(numbered(topic, 10 + since)[10:], start=7):
        assert await send(bus, [one]) == [(Place(topic, 0), offset)]
    async with bus.reader("tail", [topic]) as reader:
        fresh = [record for record in await read(reader, since) if record.offset >= 7]
        assert values(fresh) == list(range(10, 10 + since))
        await reader.commit({Place(topic, 0): 7 + since})
    async with bus.reader("tail", [topic]) as reader:
        await send(bus, [message(topic, "k", "100")])
        assert values(await read(reader, 1)) == [100]


async def test_a_log_that_loses_its_tail_under_a_reader_is_read_again_from_there(
    bus: Bus, rig: Rig, topic: str
) -> None:
    await bus.ensure_topics([TopicSpec(topic, partitions=1)])
    for one in numbered(topic, 10):
        await send(bus, [one])
    async with bus.reader("under", [topic]) as reader:
        assert values(await read(reader, 10, commit=True)) == list(range(10))
        await rig.cut(topic, 3)
        for one in numbered(topic, 15)[10:]:
            await send(bus, [one])
        fresh: list[int] = []
        with suppress(BusTrouble):
            fresh += values(await read(reader, 5, commit=True))
    async with bus.reader("under", [topic]) as reader:
        fresh += values(await read(reader, 5 - len(fresh), commit=True))
    assert [value for value in fresh if value >= 10] == [10, 11, 12, 13, 14]
