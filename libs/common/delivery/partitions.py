"""The ledger's monthly partitions: this month's and the next one's are there before they are needed."""

from datetime import datetime

from libs.common.database.session import Database


async def prepare_months(database: Database, now: datetime) -> None:
    """Have the partitions of this month and of the next made; rows of other months go to the default one.

    Which month it is the database says, as it does for the rows.
    """
    async with database.transaction(now) as session:
        await session.fetch("SELECT prepare_ledger_months()")
