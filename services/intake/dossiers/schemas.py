"""Dossiers of grids as they are shown and kept up."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import DossierPart, DossierStep, VisitOutcome
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Day, Reason, RequestBody, ShortText, Uuid

EntryId = Annotated[Uuid, Field(description="Entry id (条目编号), a UUID in lower case")]
EntryKind = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="A kind of entry of the pack (条目类型)", examples=["pond"]),
]
EntryText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1000), Field(description="What is to be known; masked")
]


class EnterEntry(RequestBody):
    """Something of a grid that nobody knows but who keeps it up (登记条目): a place, a thing, an organisation."""

    area_code: Annotated[AreaCode, Field(description="A village, a community, or a grid or group of one")]
    kind: EntryKind
    name: Annotated[ShortText, Field(description="What it is called; masked. No name of a person")]
    text: EntryText = ""
    looked_on: Annotated[Day | None, Field(description="When it was seen; today unless it says so")] = None


class ChangeEntry(RequestBody):
    """What is otherwise (条目变更); nothing named: it was looked at, and is as it was (核实无变化)."""

    name: ShortText | None = None
    text: EntryText | None = None
    looked_on: Annotated[Day | None, Field(description="When it was seen; today unless it says so")] = None
    why: Reason | None = None


class RemoveEntry(RequestBody):
    """It is there no more (条目销项)."""

    why: Reason


class EntryOut(AnswerBody):
    """An entry of a dossier as it is now."""

    entry_id: str
    area_code: str
    part: DossierPart
    kind: str
    kind_name: Annotated[str | None, Field(description="As the pack in force has it; null where it has it no more")]
    name: str
    text: str
    looked_on: date
    due_on: Annotated[date | None, Field(description="By when somebody looks again (复核期限); null: no term")]
    overdue: bool
    removed: bool
    updated_at: datetime
    version: int


class EntryChangeItem(AnswerBody):
    """One step of an entry (条目变动记录), with all of it as it is by that, and who took it."""

    version: int
    action: DossierStep
    action_zh: str
    kind: str
    name: str
    text: str
    looked_on: date
    due_on: date | None
    account: str
    staff_id: str | None
    at: datetime
    why: str


class EntryQuery(PageQuery):
    """Which entries, by area."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    part: DossierPart | None = None
    kind: EntryKind | None = None


class OverdueQuery(PageQuery):
    """Which of those that are to be looked at again, the longest first."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None


class ContactOf(AnswerBody):
    """Who looks after how many households there (包保人)."""

    staff_id: str
    name: str | None
    households: int


class PeoplePart(AnswerBody):
    """人: who lives there, in numbers."""

    residents: Annotated[int | None, Field(description="As areas.csv has it (服务人口); null where it says none")]
    households: int
    by_class: dict[HouseholdClass, int]
    by_kind: Annotated[dict[str, int], Field(description="Key households (重点户), by kinds of the pack")]
    contacts: Annotated[list[ContactOf], Field(description="The 50 with most households")]
    without_contact: int


class MattersPart(AnswerBody):
    """事: what was brought up and done there. Confidential cases, and those about a unit, are in no number."""

    cases_open: int
    cases_ended: int
    visits: dict[VisitOutcome, int]


class MoodsPart(AnswerBody):
    """情: what was spoken of at visits, and what was found."""

    topics: dict[str, int]
    findings: Annotated[dict[str, int], Field(description="By finding of the pack, at how many visits it was told")]
    categories: Annotated[dict[str, int], Field(description="Matters raised at visits, by category")]


class KeptPart(AnswerBody):
    """地、物、组织: what is kept up by hand."""

    part: DossierPart
    name: str
    entries: int
    by_kind: dict[str, int]
    overdue: int


class DossierOut(AnswerBody):
    """The dossier of a grid or village (网格六要素档案), put together as it is now."""

    area_code: str
    area_name: str
    since: Annotated[date, Field(description="Cases, visits and moods are those from this day on: a year")]
    people: PeoplePart
    matters: MattersPart
    moods: MoodsPart
    kept: list[KeptPart]
    overdue: Annotated[int, Field(description="Entries that were to be looked at again before today")]
