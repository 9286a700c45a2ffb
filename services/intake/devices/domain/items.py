"""An item of a phone (离线条目): what can become of it, and who decides about one that was held or refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from libs.common.events.people import person_name
from libs.common.rules.machine import Actor, Label, NotTheirs, OutOfTurn

AWAITING_EARLIER, SEQ_TAKEN, SENT_AGAIN = "awaiting-earlier", "seq-taken", "sent-again"
SAME_ITEM, SAME_VISIT, SAME_DAY = "same-item", "same-visit", "same-day"
SAME_CORRECTION = "same-correction"
DROPPED = "dropped"


class ItemKind(StrEnum):
    """What an item says (条目类型)."""

    VISIT = "visit"
    CORRECTION = "correction"


class ItemOutcome(StrEnum):
    """What became of an item (条目结果)."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


class ItemDecision(StrEnum):
    """What somebody decides about one (条目处理)."""

    APPLY = "apply"
    DROP = "drop"


OUTCOMES: Mapping[ItemOutcome, Label] = {
    ItemOutcome.APPLIED: ("已入库", "applied"),
    ItemOutcome.DUPLICATE: ("重复", "the same as one that is there"),
    ItemOutcome.HELD: ("待处理", "held"),
    ItemOutcome.REFUSED: ("未采纳", "refused"),
}


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field of the household that is otherwise than the phone knew (冲突)."""

    field: str
    at_base: object
    now: object
    yours: object = None
    hard: bool = False


@dataclass(frozen=True, slots=True)
class ItemEnd:
    """What became of an item, with the words for who made it."""

    outcome: ItemOutcome
    code: str
    en: str
    zh: str
    visit_id: str | None = None
    case_ids: tuple[str, ...] = ()
    differences: tuple[FieldConflict, ...] = ()
    ended: bool = True
    """Nobody has to decide about it."""


def applied(visit_id: str, case_ids: Collection[str] = (), differences: Collection[FieldConflict] = ()) -> ItemEnd:
    """It is there."""
    outcome = ItemOutcome.APPLIED
    return ItemEnd(outcome, "applied", "Applied", "已入库", visit_id, tuple(case_ids), tuple(differences))


def duplicate(code: str, en: str, zh: str, visit_id: str | None = None, case_ids: Collection[str] = ()) -> ItemEnd:
    """It says what another one says."""
    return ItemEnd(ItemOutcome.DUPLICATE, code, en, zh, visit_id, tuple(case_ids))


def held(code: str, en: str, zh: str, differences: Collection[FieldConflict] = ()) -> ItemEnd:
    """Somebody has to decide about it."""
    return ItemEnd(ItemOutcome.HELD, code, en, zh, differences=tuple(differences), ended=False)


def refused(code: str, en: str, zh: str) -> ItemEnd:
    """It cannot be applied as it is; somebody decides whether it is dropped."""
    return ItemEnd(ItemOutcome.REFUSED, code, en, zh, ended=False)


WAITS = ItemEnd(
    ItemOutcome.HELD,
    AWAITING_EARLIER,
    "What was recorded before it has not come yet",
    "之前登记的条目尚未上传",
    ended=False,
)


@dataclass(frozen=True, slots=True)
class State:
    """What the rules know of an item. ``makers``: all by what those are known who made it, or were there."""

    outcome: ItemOutcome = ItemOutcome.HELD
    code: str = AWAITING_EARLIER
    ended: bool = False
    makers: frozenset[str] = field(default_factory=frozenset)
    version: int = 0

    @property
    def waits(self) -> bool:
        """For items before it, and for nobody's decision."""
        return self.code == AWAITING_EARLIER and not self.ended


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of an item: by its turn, or by whoever decided."""

    ruling: ItemEnd
    at: datetime
    by: Actor
    why: str = ""


def makers_of(account: str, staff_ids: Collection[str]) -> frozenset[str]:
    """By what those are known who have to do with an item."""
    return frozenset({account, *map(person_name, staff_ids)})


def check_decider(state: State, actor: Actor) -> None:
    """OutOfTurn where nothing is to be decided; NotTheirs for whoever made it, by whichever account."""
    if state.ended:
        raise OutOfTurn("Nothing is to be decided about this item any more", "该条目无需处理")
    if state.waits:
        raise OutOfTurn("It waits for what was recorded before it", "该条目尚在等待之前登记的条目")
    if not actor.names.isdisjoint(state.makers):
        raise NotTheirs(
            "Whoever made the visit, or sent it, does not decide what becomes of it", "走访人及上传人不得自行处理"
        )


def evolve(state: State, said: Said) -> State:
    """What an item is by that."""
    ruling = said.ruling
    if state.ended:
        raise OutOfTurn("Nothing becomes of this item any more", "该条目已办结")
    return replace(state, outcome=ruling.outcome, code=ruling.code, ended=ruling.ended, version=state.version + 1)
