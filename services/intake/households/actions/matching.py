"""Which household of the register a row of a table is about: by id, by number, by door, by head and phone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from libs.common.errors import Unavailable
from libs.common.events.household_terms import HouseholdFact
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.web.tables import wrong
from services.intake.households.actions.sealing import Identity, envelope_of, opened
from services.intake.households.actions.table import HouseholdRow
from services.intake.households.domain import Status
from services.intake.households.queries import KeptHousehold, Marks, kept_of

_FEW = 5


@dataclass(slots=True)
class Marked:
    """A row, and what its phone and door are found by; of each the newest first."""

    row: HouseholdRow
    phone: tuple[bytes, ...] = ()
    door: tuple[bytes, ...] = ()

    def marks(self, name: str) -> tuple[bytes, ...]:
        """Of its phone, or of its door."""
        return self.phone if name == "phone" else self.door


class KeptHouseholds:
    """The households that rows may be about, as they stand. Those that were merged are found by id and number alone."""

    def __init__(self, scope: Scope, vault: Vault) -> None:
        self.vault = vault
        self._scope = scope
        self._by_id: dict[str, KeptHousehold] = {}
        self._by_no: dict[str, KeptHousehold] = {}
        self._by_mark: defaultdict[tuple[str, bytes], list[KeptHousehold]] = defaultdict(list)
        self._open: dict[str, Identity] = {}

    @property
    def versions(self) -> dict[str, int]:
        """By id, of all of them."""
        return {household_id: one.row.version for household_id, one in self._by_id.items()}

    def learn(self, found: Sequence[Any]) -> None:
        """Know what was found; what is known already stays as it was."""
        for one in kept_of(found):
            row = one.row
            if row.household_id in self._by_id:
                continue
            self._by_id[row.household_id] = one
            if row.household_no is not None:
                self._by_no[row.household_no] = one
            if row.status is not Status.ENDED:
                for name, mark in (("phone", one.identity.phone_index), ("door", one.identity.door_index)):
                    if mark is not None:
                        self._by_mark[name, mark].append(one)

    def mark(self, rows: Iterable[HouseholdRow]) -> tuple[list[Marked], Marks]:
        """The rows with their marks, and all of these together. Where a row says no area, its household does."""
        marked = [self._marked(row) for row in rows]
        phones = tuple([mark for one in marked for mark in one.phone])
        return marked, Marks(phones=phones, doors=tuple([mark for one in marked for mark in one.door]))

    def at(self, name: str, marks: Iterable[bytes]) -> list[KeptHousehold]:
        """The living households with one of these marks of a phone, or a door."""
        return [one for mark in marks for one in self._by_mark.get((name, mark), ())]

    def known(self, marked: Marked) -> KeptHousehold | None:
        """The household that the row is about; None where it is new. WrongCells when it may be several."""
        row = marked.row
        if row.household_id is not None:
            found, field = self._by_id.get(row.household_id), "household_id"
            if found is None:
                raise wrong(field, "is no household in your reach", "不存在或不在管辖范围内")
            if row.household_no not in (None, found.row.household_no):
                raise wrong("household_no", "is not that of this household: no table changes it", "与该户的户编号不符")
        elif row.household_no is not None:
            found, field = self._by_no.get(row.household_no), "household_no"
        else:
            found, field = self._alike(marked), "door" if "door" in row.who else "phone"
        if found is not None and not self._scope.covers(found.row.area_code):
            raise wrong(field, "is that of a household outside your reach", "属管辖范围外的户")
        if found is not None and found.row.status is Status.ENDED:
            raise wrong(field, "is that of a household that was merged into another", "属已并户的户")
        return found

    def label(self, one: KeptHousehold) -> tuple[str, str]:
        """What a refusal calls a household, in English and Chinese."""
        if not self._scope.covers(one.row.area_code):
            return "a household outside your reach", "管辖范围外的户"
        label = one.row.household_no or one.row.household_id
        return label, f" {label} "

    def who(self, one: KeptHousehold) -> Identity:
        """Who lives there. WrongCells when it cannot be opened."""
        household_id = one.row.household_id
        found = self._open.get(household_id)
        if found is None:
            try:
                found = opened(envelope_of(self.vault, one.identity), one.identity)
            except Unavailable as error:
                raise wrong("household_no", str(error), error.detail_zh) from None
            self._open[household_id] = found
        return found

    def _alike(self, marked: Marked) -> KeptHousehold | None:
        head = marked.row.who.get("head")
        there = self.at("door", marked.door)
        if marked.row.another or len(there) > 1:
            there = [one for one in there if self.who(one).head == head]
        called = [one for one in self.at("phone", marked.phone) if self.who(one).head == head]
        found = {one.row.household_id: one for one in (*there, *called)}
        if len(found) > 1:
            several = ", ".join([self.label(one)[0] for one in found.values()][:_FEW])
            raise wrong("household_no", f"is needed: it may be {several}", f"须填写户编号，可能为：{several}")
        return next(iter(found.values()), None)

    def _marked(self, row: HouseholdRow) -> Marked:
        phone, door = row.who.get("phone"), row.who.get("door")
        named = self._by_id.get(row.household_id or "") or self._by_no.get(row.household_no or "")
        area_code = row.facts.get(HouseholdFact.AREA_CODE, None if named is None else named.row.area_code)
        return Marked(
            row,
            () if phone is None else self.vault.phone_indexes(phone),
            () if door is None or area_code is None else self.vault.door_indexes(area_code, door),
        )
