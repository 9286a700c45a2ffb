"""The ledger's monthly partitions: this month's and the next one's are there before they are needed."""

from datetime import UTC, datetime

from libs.common.database.session import Database

_THERE = "SELECT to_regclass($1) IS NOT NULL AS there"


def month_bounds(moment: datetime) -> tuple[str, str, str]:
    """Table name, first day and first day after of the month of ``moment`` in UTC."""
    first = moment.astimezone(UTC).date().replace(day=1)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return f"ledger_{first:%Y_%m}", first.isoformat(), after.isoformat()


async def prepare_months(database: Database, moment: datetime) -> None:
    """Create the partitions of the month of ``moment`` and of the next; rows of other months go to the default one."""
    name, first, after = month_bounds(moment)
    next_month = month_bounds(datetime.fromisoformat(f"{after}T00:00:00+00:00"))
    for table, begin, end in ((name, first, after), next_month):
        async with database.transaction(moment) as session:
            if (await session.fetch(_THERE, table))[0].there:
                continue
            await session.fetch("SELECT pg_advisory_xact_lock(hashtext(current_schema() || $1))", table)
            await session.fetch(
                f"CREATE TABLE IF NOT EXISTS {table} PARTITION OF ledger FOR VALUES FROM ('{begin}+00') TO ('{end}+00')"
            )
