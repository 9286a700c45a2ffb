"""Forgetting old records: only what is older than the term and what every known group has read."""

from datetime import timedelta

from libs.common.bus.embedded.connection import close, connect, troubles

BATCH_RECORDS = 5_000

# A group that has a position anywhere in a topic counts for all its partitions: where it has none yet, it stands at 0.
_PASSED = """
with reading as (select distinct reader_group, topic_id from position)
select e.topic_id, e.partition, least(e.next_offset, min(
    case when r.reader_group is null then e.next_offset else coalesce(p.next_offset, 0) end
)) as passed
from partition_end e
left join reading r on r.topic_id = e.topic_id
left join position p on p.reader_group = r.reader_group and p.topic_id = e.topic_id and p.partition = e.partition
group by e.topic_id, e.partition, e.next_offset
"""

_FORGET = """
delete from entry where topic_id = $1 and partition = $2 and record_offset in (
    select record_offset from entry
    where topic_id = $1 and partition = $2 and record_offset < $3 and appended_at < now() - $4::interval
    order by record_offset limit $5
)
"""


async def trim(dsn: str, schema: str, older_than: timedelta) -> int:
    """Delete records in small transactions; return how many went. Raises BusTrouble."""
    gone = 0
    connection = await connect(dsn, schema, "trim")
    try:
        with troubles("trimming"):
            for row in await connection.fetch(_PASSED):
                deleted = BATCH_RECORDS
                while deleted == BATCH_RECORDS:
                    status = await connection.execute(
                        _FORGET, row["topic_id"], row["partition"], row["passed"], older_than, BATCH_RECORDS
                    )
                    deleted = int(status.rpartition(" ")[2])
                    gone += deleted
    finally:
        await close(connection)
    return gone
