"""What of a phone's branch has its turn: opened and read, before anything is locked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError

from libs.common.database.session import Session
from libs.common.errors import Problem
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.vault import CannotOpen, Vault
from libs.common.web.problems import invalid_fields
from services.intake.devices.actions.finding import phone_rules
from services.intake.devices.actions.sealing import envelope_of, opened_body
from services.intake.devices.domain.branch import Branch, give_up_gap, take_turn
from services.intake.devices.domain.items import ItemEnd, ItemKind, held, refused
from services.intake.devices.queries import households_concerned, waiting_items
from services.intake.devices.schemas import CorrectionBody
from services.intake.devices.tables import Device, DeviceItem
from services.intake.raised.actions.drafting import become_cases
from services.intake.visits.schemas import RecordVisit

AT_ONCE = 200
"""Items that one transaction applies."""
CANNOT_OPEN = held("cannot-open", "What it says cannot be opened: its key is not here", "密封内容无法打开：缺少密钥")
_MAY_PASS = (409, 503)
_IS_WORD = re.compile("[a-z][a-z0-9_]{0,39}").fullmatch


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An item whose turn it is: what it says, or why that cannot be read."""

    entry_id: str
    said: RecordVisit | CorrectionBody | None
    problem: Problem | None = None

    @property
    def cases(self) -> int:
        """How many cases it becomes."""
        return len(become_cases(self.said.matters)) if isinstance(self.said, RecordVisit) else 0

    @property
    def visit_id(self) -> str | None:
        """The visit that it makes, or corrects."""
        return None if self.said is None else self.said.visit_id


@dataclass(frozen=True, slots=True)
class NextItems:
    """Those whose turn it is, in order; they follow on what the phone had when they were read."""

    mark: int
    items: tuple[ReadItem, ...]
    households: tuple[str, ...]
    """All that they concern, with those of which these are part by now."""

    def until(self, entry_id: str) -> "NextItems":
        """The same up to an item, which is the last."""
        place = next(place for place, item in enumerate(self.items, start=1) if item.entry_id == entry_id)
        return NextItems(self.mark, self.items[:place], self.households)


async def next_items(session: Session, vault: Vault, device_id: str) -> NextItems:
    """What can be taken now; of a gap that was waited for long enough what stands behind it."""
    device = await session.one(Device, "device_id", device_id, lock=False)
    if device is None:
        return NextItems(0, (), ())
    rows = {row.seq: row for row in await waiting_items(session, device_id)}
    branch = Branch(device.mark, {seq: row.came_at for seq, row in rows.items()})
    turn = take_turn(branch)
    if not turn.ready:
        wait = timedelta(days=phone_rules(session).wait_days)
        turn = take_turn(give_up_gap(branch, session.now, wait))
    items = await _read(session, vault, device, [rows[seq].entry_id for seq in turn.ready[:AT_ONCE]])
    return NextItems(device.mark, tuple(items), await _concerned(session, items))


async def read_one(session: Session, vault: Vault, device: Device, row: DeviceItem) -> NextItems:
    """One item alone, whosever turn it is."""
    item = read_item(envelope_of(vault, device), row)
    return NextItems(device.mark, (item,), await _concerned(session, [item]))


def read_item(envelope: KeyEnvelope, row: DeviceItem) -> ReadItem:
    """What it says; of a visit that has no id of its own the item's is the visit's."""
    try:
        body = opened_body(envelope, row.entry_id, row.sealed_body or b"")
        if row.kind is ItemKind.CORRECTION:
            return ReadItem(row.entry_id, CorrectionBody.model_validate(body))
        return ReadItem(row.entry_id, RecordVisit.model_validate({"visit_id": row.item_id} | body))
    except ValidationError as error:
        return ReadItem(row.entry_id, None, _named(error))
    except CannotOpen:
        return ReadItem(row.entry_id, None)


def _named(error: ValidationError) -> Problem:
    """What is wrong, named by where it stands as the framework does; not by a word that the body made up, as a key."""
    known = [{**one, "loc": ("body", *map(_known, one["loc"]))} for one in error.errors()]
    return invalid_fields(known)


def _known(part: int | str) -> int | str:
    return part if isinstance(part, int) or _IS_WORD(part) else "?"


def ruling_of(problem: Problem) -> ItemEnd:
    """As what `POST /visits` would answer an item ends: held where another state may allow it, else refused."""
    en, zh = problem.detail or problem.title, problem.detail_zh or problem.title_zh
    wrong = problem.fields[0] if problem.fields else None
    if wrong is not None and wrong.field not in en:
        en, zh = f"{wrong.field} {en}", f"{wrong.field}：{zh}"
    return (held if problem.status in _MAY_PASS else refused)(problem.type, en, zh)


async def _read(session: Session, vault: Vault, device: Device, entry_ids: Sequence[str]) -> list[ReadItem]:
    await session.load(DeviceItem, "entry_id", entry_ids, lock=False)
    envelope = envelope_of(vault, device)
    rows = [row for one in entry_ids for row in await session.rows(DeviceItem, "entry_id", one, lock=False)]
    return [read_item(envelope, row) for row in rows]


async def _concerned(session: Session, items: Sequence[ReadItem]) -> tuple[str, ...]:
    visited = {item.said.household_id for item in items if isinstance(item.said, RecordVisit)}
    corrected = {item.said.visit_id for item in items if isinstance(item.said, CorrectionBody)}
    return tuple(await households_concerned(session, visited, corrected)) if items else ()
