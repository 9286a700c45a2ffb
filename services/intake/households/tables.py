"""The tables of households: what may be read in lists, what is sealed beside it, each change, and who looked."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Date, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.household_terms import AwayFound, HouseholdClass, HouseholdStep, MutedFor, VisitEvery
from services.intake.households.domain import Status
from services.intake.tables import Base

_IN_ORDER = ("area_code", "household_id")
"""How lists go."""
_NEWEST = ("at DESC", "look_id DESC")
_LONGEST = ("matched_at", "household_id", "version", "policy")
_COUNTS = "status IN ('registered', 'mute_asked')"
"""Stands in the denominators."""
_HOME = f"{_COUNTS} AND household_class IN ('resident', 'away')"
_AWAY = f"{_COUNTS} AND household_class = 'away'"
_LEFT = "status IN ('muted', 'ended')"
"""Of these who lived there may be erased."""


class Household(Base, table=True):
    """A household (户), as it is by all that is known now. Who lives there is sealed beside it."""

    __tablename__ = "household"
    __table_args__ = (
        one_of("household", "status", Status),
        one_of("household", "household_class", HouseholdClass),
        one_of("household", "visit_every", VisitEvery),
        one_of("household", "muted_for", MutedFor),
        one_of("household", "mute_asked_for", MutedFor),
        check("household_household_id_check", "length(household_id) = 36"),
        check("household_area_code_check", "length(area_code) IN (12, 15)"),
        check("household_version_check", "version > 0"),
        check("household_mute_asked", "(status = 'mute_asked') = (mute_asked_for IS NOT NULL)"),
        check("household_muted", "status <> 'muted' OR muted_for IS NOT NULL"),
        check("household_merged", "(status = 'ended') = (merged_into IS NOT NULL)"),
        index("household_no_key", "household_no", where="household_no IS NOT NULL", unique=True),
        index("household_area_idx", *_IN_ORDER),
        index("household_contact_idx", "contact_staff_id", *_IN_ORDER, where="contact_staff_id IS NOT NULL"),
        index("household_uncontacted_idx", *_IN_ORDER, where="contact_staff_id IS NULL AND status <> 'ended'"),
        index("household_asked_idx", *_IN_ORDER, where="status = 'mute_asked'"),
        index("household_muted_idx", *_IN_ORDER, where="status = 'muted'"),
        index("household_ended_idx", *_IN_ORDER, where="status = 'ended'"),
        index("household_left_idx", "household_id", where=_LEFT),
        index("household_class_idx", "household_class", *_IN_ORDER),
        index("household_every_idx", "visit_every", *_IN_ORDER, where="visit_every IS NOT NULL"),
        Index("household_kinds_idx", "kinds", postgresql_using="gin"),
        Index("household_resources_idx", "resources", postgresql_using="gin"),
        index("household_ledger_idx", "area_code", "contact_staff_id", "household_class", where=_COUNTS),
        index("household_load_idx", "contact_staff_id", "household_class", where=_COUNTS),
        index("household_unlooked_idx", "away_looked_on", "household_id", "area_code", where=_HOME),
        index("household_migrant_idx", "contacted_on", "household_id", "area_code", where=_AWAY),
    )

    household_id: str = Field(primary_key=True)
    household_no: str | None
    """The office's own number (户编号)."""
    status: Status = Field(sa_column=word_column(Status))
    area_code: str
    area_since: date
    household_class: HouseholdClass = Field(sa_column=word_column(HouseholdClass))
    class_since: date
    kinds: list[str] = Field(sa_column=texts_column())
    kinds_since: date
    resources: list[str] = Field(sa_column=texts_column())
    resources_since: date
    visit_every: VisitEvery | None = Field(sa_column=word_column(VisitEvery, nullable=True))
    every_since: date
    contact_staff_id: str | None
    contact_since: date
    muted_for: MutedFor | None = Field(sa_column=word_column(MutedFor, nullable=True))
    muted_since: date
    mute_asked_for: MutedFor | None = Field(sa_column=word_column(MutedFor, nullable=True))
    mute_asked_from: date | None
    mute_asked_by: str | None
    merged_into: str | None
    split_from: str | None
    away_looked_on: date = Field(sa_column=Column(Date, nullable=False, server_default=text("'1970-01-01'")))
    """When somebody found out last whether people of it are away; long ago where nobody has."""
    contacted_on: date = Field(sa_column=Column(Date, nullable=False, server_default=text("'1970-01-01'")))
    """The day of the last visit that found somebody, at the door or by phone."""
    registered_at: datetime = Field(sa_column=moment_column())
    updated_at: datetime = Field(sa_column=moment_column())
    version: int


class ContactTally(Base, table=True):
    """How many households that count one person looks after (包保计数), by class and area; kept with each step."""

    __tablename__ = "contact_tally"
    __table_args__ = (
        one_of("contact_tally", "household_class", HouseholdClass),
        index("contact_tally_area_idx", "area_code", "contact_staff_id"),
    )

    contact_staff_id: str = Field(primary_key=True)
    """Empty of those that nobody looks after."""
    household_class: str = Field(primary_key=True)
    area_code: str = Field(primary_key=True)
    households: int
    """0 where there were some."""


class HouseholdIdentity(Base, table=True):
    """Who lives there (户内信息), sealed under a key of its own that the vault's wraps, until that is destroyed.

    Indexes find a phone, and a door of an area, without storing them.
    """

    __tablename__ = "household_identity"
    __table_args__ = (
        refers("household_identity", "household_id", "household"),
        check("household_identity_phone_index_check", "length(phone_index) = 16"),
        check("household_identity_door_index_check", "length(door_index) = 16"),
        check("household_identity_destroyed", "(wrapped IS NULL) = (destroyed_at IS NOT NULL)"),
        index("household_identity_phone_idx", "phone_index", where="phone_index IS NOT NULL"),
        index("household_identity_door_idx", "door_index", where="door_index IS NOT NULL"),
    )

    household_id: str = Field(primary_key=True)
    wrapped: bytes | None
    sealed_head: bytes | None
    sealed_phone: bytes | None
    sealed_door: bytes | None
    sealed_members: bytes | None
    sealed_place: bytes | None
    phone_index: bytes | None
    door_index: bytes | None
    destroyed_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    """When who lives there was erased."""


class HouseholdChange(Base, table=True):
    """One step of a household (户变动记录), with the facts that are new by it and the day from which they hold."""

    __tablename__ = "household_change"
    __table_args__ = (
        refers("household_change", "household_id", "household", at_commit=True),
        one_of("household_change", "action", HouseholdStep),
        one_of("household_change", "from_status", Status),
        one_of("household_change", "to_status", Status),
        index("household_change_day_idx", "household_id", "holds_from", "version"),
    )

    household_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    action: HouseholdStep = Field(sa_column=word_column(HouseholdStep))
    from_status: Status | None = Field(sa_column=word_column(Status, nullable=True))
    to_status: Status = Field(sa_column=word_column(Status))
    holds_from: date
    changed: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    area_code: str | None
    household_class: HouseholdClass | None = Field(sa_column=word_column(HouseholdClass, nullable=True))
    kinds: list[str] = Field(sa_column=texts_column())
    resources: list[str] = Field(sa_column=texts_column())
    visit_every: VisitEvery | None = Field(sa_column=word_column(VisitEvery, nullable=True))
    contact_staff_id: str | None
    muted_for: MutedFor | None = Field(sa_column=word_column(MutedFor, nullable=True))
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str


class HouseholdLook(Base, table=True):
    """One look at who lives there (查看记录): who looked, why, at what. Append-only."""

    __tablename__ = "household_look"
    __table_args__ = (
        refers("household_look", "household_id", "household"),
        check("household_look_fields_check", "cardinality(fields) > 0"),
        index("household_look_household_idx", "household_id", "at"),
        index("household_look_who_idx", "who", "at"),
        index("household_look_at_idx", *_NEWEST),
        index("household_look_staff_idx", "by_staff", *_NEWEST, where="by_staff IS NOT NULL"),
        index("household_look_unit_idx", "unit_code", *_NEWEST, where="unit_code IS NOT NULL"),
    )

    look_id: str = Field(primary_key=True)
    household_id: str
    who: str
    unit_code: str | None
    by_staff: str | None
    reason: str
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    at: datetime = Field(sa_column=moment_column())


class HouseholdAwayLook(Base, table=True):
    """Whether people of a household are away for work, as somebody found out (外出甄别). Append-only."""

    __tablename__ = "household_away_look"
    __table_args__ = (
        refers("household_away_look", "household_id", "household", at_commit=True),
        one_of("household_away_look", "how", AwayFound),
        check("household_away_look_to_code_check", "length(to_code) = 6"),
        check("household_away_look_away", "away OR coalesce(to_code, expected_back::text) IS NULL"),
        index("household_away_look_household_idx", "household_id", "look_id"),
    )

    look_id: str = Field(primary_key=True)
    household_id: str
    away: bool
    how: AwayFound = Field(sa_column=word_column(AwayFound))
    on_day: date
    since: date | None
    to_code: str | None
    expected_back: date | None
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str


class PolicyStatus(StrEnum):
    """What became of a policy that fits a household (政策落实状态)."""

    DUE = "due"
    GRANTED = "granted"
    EXPLAINED = "explained"
    NOT_APPLICABLE = "not_applicable"


class HouseholdPolicy(Base, table=True):
    """A policy that fits a household since one of its steps (政策匹配), and what became of it."""

    __tablename__ = "household_policy"
    __table_args__ = (
        refers("household_policy", "household_id", "household", at_commit=True),
        one_of("household_policy", "status", PolicyStatus),
        check("household_policy_answered", "(status = 'due') = (answered_at IS NULL)"),
        index("household_policy_due_idx", *_LONGEST, where="status = 'due'"),
        index("household_policy_list_idx", *_LONGEST),
    )

    household_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    policy: str = Field(primary_key=True)
    holds_from: date
    matched_at: datetime = Field(sa_column=moment_column())
    status: PolicyStatus = Field(sa_column=word_column(PolicyStatus))
    answered_on: date | None
    answered_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    who: str | None
    unit_code: str | None
    staff_id: str | None
    why: str
