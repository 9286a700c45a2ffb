"""What is sealed under which key, counted in the tables; nothing is opened for it."""

from dataclasses import dataclass

from libs.common.bus.flow import Service
from libs.common.database.session import Database
from libs.common.security.envelopes import OWN
from libs.common.security.vault import Vault

SEALED_COLUMNS: dict[Service, dict[str, tuple[str, ...]]] = {
    Service.INTAKE: {
        "case_key": ("wrapped",),
        "device": ("wrapped",),
        "device_item": ("sealed_body",),
        "household_note": ("sealed",),
        "household_identity": (
            "wrapped",
            "sealed_head",
            "sealed_phone",
            "sealed_door",
            "sealed_members",
            "sealed_place",
        ),
        "requester": ("sealed_name", "sealed_phone", "sealed_id_no", "sealed_home"),
        "supplement": ("sealed_text",),
        "visit_matter": ("sealed_text",),
        "wording": ("sealed_title", "sealed_text"),
    },
    Service.DISPATCH: {
        "staff_account": ("sealed_totp",),
        "staff_contact": ("sealed_phone", "sealed_other"),
    },
}
"""Every column that holds sealed values, by service and table; a test compares them with the tables."""
_COUNT = """
    SELECT encode(substring(cell FROM 3 FOR get_byte(cell, 1)), 'escape') AS key_id, count(*) AS cells
    FROM {table}, unnest(ARRAY[{columns}]) AS cell WHERE length(cell) > 2 GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class SealedCells:
    """How many cells of a table are sealed under a key."""

    service: str
    table: str
    key_id: str
    cells: int


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """What is sealed in one service, and which keys are given."""

    service: str
    key_ids: tuple[str, ...]
    """The current one first."""
    sealed: tuple[SealedCells, ...]

    def cells(self, key_id: str) -> int:
        """How many are sealed under a key."""
        return sum(one.cells for one in self.sealed if one.key_id == key_id)

    @property
    def retired(self) -> tuple[str, ...]:
        """Keys that are given, and seal nothing new."""
        return self.key_ids[1:]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Keys under which something is sealed, and which are not given: nobody can open it."""
        found = {one.key_id for one in self.sealed} - {*self.key_ids, OWN}
        return tuple(sorted(found))


async def status_of(service: Service, database: Database, vault: Vault) -> VaultStatus:
    """Counted in one service's tables."""
    sealed: list[SealedCells] = []
    async with database.reading() as session, session.snapshot():
        for table, columns in SEALED_COLUMNS[service].items():
            rows = await session.fetch(_COUNT.format(table=table, columns=", ".join(columns)))
            sealed += [SealedCells(str(service), table, row.key_id, row.cells) for row in rows]
    return VaultStatus(str(service), vault.key_ids, tuple(sealed))
