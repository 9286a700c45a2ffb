"""Judging the rows of a table of households (逐行核对): what each brings, or what is wrong with it, beside what stands.

Pure of the database: all that may be asked was read before, so it is done in another thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.common.errors import FieldError, Problem
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep
from libs.common.security.vault import Vault
from libs.common.sheets import SheetRow
from libs.common.web.tables import BadCell, ImportOut, WrongCells, import_out, names_of
from services.intake.households.actions.matching import KeptHouseholds, Marked
from services.intake.households.actions.recording import state_of
from services.intake.households.actions.registering import registration
from services.intake.households.actions.sealing import MASKS, Identity
from services.intake.households.actions.table import COLUMNS, HouseholdRow
from services.intake.households.actions.words import TableWords
from services.intake.households.domain import Said, What, decide, is_otherwise, is_overtaken, lacks_contact
from services.intake.households.queries import KeptHousehold, Marks
from services.intake.households.schemas import MemberIn

_UNSAID: dict[HouseholdFact, Any] = {
    HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.RESIDENT,
    HouseholdFact.KINDS: (),
    HouseholdFact.RESOURCES: (),
    HouseholdFact.VISIT_EVERY: None,
    HouseholdFact.CONTACT_STAFF_ID: None,
}
_CLASS = HouseholdFact.HOUSEHOLD_CLASS
_LABELS: Mapping[str, str] = {"phone": "电话", "door": "门牌", "household": "户", "household_no": "户编号"}


@dataclass(frozen=True, slots=True)
class EnteredHousehold:
    """A household that is new."""

    household_no: str | None
    said: Said
    who: Identity


@dataclass(frozen=True, slots=True)
class ChangedHousehold:
    """A household that is otherwise; ``told`` is what is to be sealed of it."""

    household_id: str
    version: int
    said: Said
    told: Mapping[str, Any]


@dataclass(slots=True)
class JudgedTable:
    """What the rows come to, and what was looked at for it."""

    words: TableWords
    register: KeptHouseholds
    may_assign: bool
    marks: Marks
    entered: list[EnteredHousehold] = field(default_factory=list)
    changed: list[ChangedHousehold] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)
    lines: dict[tuple[str, object], int] = field(default_factory=dict)
    """Where in the file a household, a number, a phone, a door was first taken."""

    def out(self, rows: Sequence[SheetRow], *, taken: bool) -> ImportOut:
        """As it is answered, of these rows."""
        return import_out(rows, len(self.entered), len(self.changed), self.bad, taken=taken)


def judge_rows(judged: JudgedTable, rows: Sequence[Marked]) -> None:
    """Judge them in the order of their lines."""
    for marked in rows:
        try:
            _judge(judged, marked)
        except WrongCells as problem:
            judged.bad += [COLUMNS.bad_cell(marked.row.line, error) for error in problem.errors]
        except Problem as problem:
            errors = problem.fields or (FieldError("household_no", problem.detail, problem.detail_zh),)
            judged.bad += [COLUMNS.bad_cell(marked.row.line, error) for error in errors]
    judged.bad.sort(key=lambda cell: cell.line)


def _judge(judged: JudgedTable, marked: Marked) -> None:
    row, known = marked.row, judged.register.known(marked)
    places: list[tuple[str, object]] = [] if known is None else [("household", known.row.household_id)]
    if row.household_no is not None:
        places.append(("household_no", row.household_no))
    _refuse(_seen_before(judged, places, "household_no"))
    if known is None:
        told = {name: value for name, value in row.who.items() if value is not None}
        judged.entered.append(_entered(judged, marked, told))
    else:
        told = _told_anew(judged, row, known)
        change = _changed(judged, marked, known, told)
        judged.changed += [] if change is None else [change]
    places += [(name, marked.marks(name)[0]) for name in ("phone", "door") if told.get(name) and marked.marks(name)]
    for place in places:
        judged.lines.setdefault(place, row.line)


def _entered(judged: JudgedTable, marked: Marked, told: Mapping[str, Any]) -> EnteredHousehold:
    row, words = marked.row, judged.words
    errors = [FieldError(name, "is masked: write it whole", "已脱敏，请填写完整内容") for name in row.masked]
    if HouseholdFact.AREA_CODE not in row.facts:
        errors.append(FieldError("area_code", "is missing", "缺少"))
    if row.household_no is None and told.keys().isdisjoint(("head",) if row.another else ("phone", "door")):
        message = "is needed: by nothing else of this row would the household be known again"
        errors.append(FieldError("household_no", message, "须填写，否则无法再次识别该户"))
    errors += [*_nobody_to_ask_for(row.facts.get(_CLASS, HouseholdClass.RESIDENT), told.get("head"))]
    errors += [*_faults_of_contact(judged, row.facts, known=None), *_twins(judged, marked, told, known=None)]
    _refuse(errors)
    said = registration(_UNSAID | row.facts, row.holds_from, words.asked.actor, words.now, words.today)
    members = tuple([MemberIn(name=name) for name in told.get("members", ())])
    who = Identity(told.get("head"), told.get("phone"), told.get("door"), members, told.get("place"))
    return EnteredHousehold(row.household_no, said, who)


def _changed(
    judged: JudgedTable, marked: Marked, known: KeptHousehold, told: Mapping[str, Any]
) -> ChangedHousehold | None:
    """The step of a household that is there; None where all is so already."""
    row, words, state = marked.row, judged.words, state_of(known.row)
    facts = {fact: value for fact, value in row.facts.items() if is_otherwise(state, fact, value)}
    if not facts and not told:
        return None
    day = row.holds_from or words.today
    errors = [*_faults_of_contact(judged, facts, known), *_twins(judged, marked, told, known)]
    if _CLASS in facts or "head" in told:
        head = told["head"] if "head" in told else judged.register.who(known).head
        errors += [*_nobody_to_ask_for(facts.get(_CLASS, state.household_class), head)]
    if any(is_overtaken(state, fact, day) for fact in facts):
        message = "lies before what is known already: say it of that household alone"
        errors.append(FieldError("holds_from", message, "早于已登记的变动，请单户办理"))
    _refuse(errors)
    only_contact = facts.keys() == {HouseholdFact.CONTACT_STAFF_ID} and not told
    step = HouseholdStep.ASSIGN if only_contact else HouseholdStep.CHANGE
    at = max(words.now, known.row.registered_at)
    said = decide(state, step, What(day, facts, resealed=bool(told)), words.asked.actor, at, words.today)
    return ChangedHousehold(known.row.household_id, known.row.version, said, told)


def _told_anew(judged: JudgedTable, row: HouseholdRow, known: KeptHousehold) -> dict[str, Any]:
    """What the row says of who lives there that is not kept so already. WrongCells for stars of somebody else."""
    if not row.who and not row.masked:
        return {}
    kept = judged.register.who(known)
    _refuse(
        FieldError(name, "is masked, and not as this household's is", "脱敏内容与该户不符")
        for name, cell in row.masked.items()
        if cell not in (getattr(kept, name), (text := getattr(kept, name)) and MASKS[name](text))
    )
    vault, told = judged.register.vault, dict[str, Any]()
    for name, value in row.who.items():
        if name == "members":
            told |= _members_anew(value, kept.members)
        elif not _is_same(vault, name, value, getattr(kept, name)):
            told[name] = value
    return told


def _members_anew(names: tuple[str, ...], kept: tuple[MemberIn, ...]) -> dict[str, Any]:
    """The members, where they are others; of who stays, what else is known stays too."""
    if names == names_of("、".join(member.name for member in kept)):
        return {}
    known = {member.name: member for member in kept}
    return {"members": tuple([known.get(name) or MemberIn(name=name) for name in names])}


def _is_same(vault: Vault, name: str, value: Any, kept: Any) -> bool:
    """Whether it is the same phone, or door, in whatever spelling."""
    if value == kept or value is None or kept is None or name in ("head", "place"):
        return bool(value == kept)
    if name == "phone":
        return vault.phone_index(value) == vault.phone_index(kept)
    return vault.door_index("", value) == vault.door_index("", kept)


def _faults_of_contact(
    judged: JudgedTable, facts: Mapping[HouseholdFact, Any], known: KeptHousehold | None
) -> Iterator[FieldError]:
    fact = HouseholdFact.CONTACT_STAFF_ID
    if fact not in facts:
        return
    if known is not None and not judged.may_assign:
        yield FieldError(fact, "is another: you may not change who looks after it", "无权变更包保人")
    elif facts[fact] is not None and not judged.words.may_look_after(facts[fact]):
        yield FieldError(fact, "is in no office in a post that looks after households", "未任可包保农户的岗位")


def _nobody_to_ask_for(household_class: HouseholdClass, head: str | None) -> Iterator[FieldError]:
    if lacks_contact(household_class, head):
        yield FieldError("head", "is needed of a building: whom to ask for at it", "楼宇须填写联系人")


def _twins(
    judged: JudgedTable, marked: Marked, told: Mapping[str, Any], known: KeptHousehold | None
) -> Iterator[FieldError]:
    """The same phone or door elsewhere, in the register or in the file, unless this is another household."""
    if marked.row.another:
        return
    for name in [name for name in ("phone", "door") if told.get(name)]:
        others = [one for one in judged.register.at(name, marked.marks(name)) if one is not known]
        if others:
            label, label_zh = judged.register.label(others[0])
            yield FieldError(name, f"the same {name} stands as {label}", f"{_LABELS[name]}与{label_zh}相同")
        else:
            yield from _seen_before(judged, [(name, mark) for mark in marked.marks(name)[:1]], name)


def _seen_before(judged: JudgedTable, places: Sequence[tuple[str, object]], column: str) -> Iterator[FieldError]:
    for name, value in places:
        line = judged.lines.get((name, value))
        if line is not None:
            message_zh = f"{_LABELS[name]}与第 {line} 行相同"
            yield FieldError(column, f"the same {name} as line {line}", message_zh)
            return


def _refuse(errors: Iterator[FieldError] | Sequence[FieldError]) -> None:
    found = tuple(errors)
    if found:
        raise WrongCells(*found)
