"""Writing rows that follow from facts: those that are others than before, and no statement for any one of them."""

from collections.abc import Sequence

from libs.common.database.session import Session
from services.analytics.rollups.domain import array_text
from services.analytics.visits.domain.rows import Key, Rows, RowTable, Values


class RowChanges:
    """By table, the rows to be written and to be taken away."""

    def __init__(self, tables: Sequence[RowTable]) -> None:
        self._tables = tables
        self._written: dict[str, dict[Key, Values]] = {table.name: {} for table in tables}
        self._gone: dict[str, set[Key]] = {table.name: set() for table in tables}

    def note(self, before: Rows, after: Rows) -> None:
        """Of one fact more."""
        for table in self._written:
            old, new = before[table], after[table]
            self._written[table] |= {key: values for key, values in new.items() if old.get(key) != values}
            self._gone[table] |= old.keys() - new.keys()

    async def write(self, session: Session) -> None:
        """Table by table, at most two statements each."""
        for table in self._tables:
            gone, written = sorted(self._gone[table.name], key=str), sorted(self._written[table.name].items(), key=str)
            if gone:
                await session.fetch(table.removing, *map(array_text, zip(*gone, strict=True)))
            if written:
                columns = zip(*((*key, *values) for key, values in written), strict=True)
                await session.fetch(table.saving, *map(array_text, columns))
