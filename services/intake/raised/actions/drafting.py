"""Matters that were raised become cases (登记), checked and sealed before anything is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from libs.common.errors import FieldError, Problem
from libs.common.events.terms import Channel
from libs.common.events.visit_terms import MatterEnd
from libs.common.staff.register import StaffRegister
from services.intake.cases.actions.drafts import Desk, Draft, check, draft_case
from services.intake.cases.queries.locking import SourceKey
from services.intake.cases.schemas import RegisterCase
from services.intake.raised.schemas import MatterIn
from services.intake.requesters.schemas import RequesterIn


@dataclass(frozen=True, slots=True)
class RaisedMatter:
    """A matter, where it belongs and who raised it. ``source``: where it came from, with its number there."""

    matter: MatterIn
    area_code: str
    requester: RequesterIn | None
    source: SourceKey | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """When matters were raised, by whom they were heard, and what hides in their words who raised them."""

    at: datetime
    staff_ids: Sequence[str]
    hidden_in: Callable[[str], str]


def become_cases(matters: Sequence[MatterIn]) -> Sequence[int]:
    """The numbers of those that are registered, from 1 on."""
    return [number for number, one in enumerate(matters, start=1) if one.what is not MatterEnd.EXPLAINED]


def drafts(
    desk: Desk, hearing: Hearing, raised: Mapping[int, RaisedMatter], case_nos: Sequence[str], staff: StaffRegister
) -> dict[int, Draft]:
    """By matter its case. Invalid and Forbidden, naming the field of its matter."""
    found = {}
    for (number, one), case_no in zip(raised.items(), case_nos, strict=True):
        with _of_matter(number):
            found[number] = _as_heard(_drafted(desk, hearing, one, case_no), desk, hearing, staff)
    return found


def _drafted(desk: Desk, hearing: Hearing, one: RaisedMatter, case_no: str) -> Draft:
    matter = one.matter
    sent = RegisterCase(
        channel=Channel.VISIT,
        kind=matter.kind,
        category_code=matter.category_code,
        area_code=one.area_code,
        title=matter.title,
        text=matter.text,
        occurred_at=hearing.at,
        requester=one.requester,
        direct_answer=matter.answer,
    )
    check(desk, sent)
    draft = draft_case(desk, sent, case_no)
    told: dict[str, Any] = {name: hearing.hidden_in(getattr(draft.event, name)) for name in ("title", "text")}
    told["visited_by"] = tuple(dict.fromkeys(hearing.staff_ids))
    if one.source is not None:
        told["source_system"], told["source_no"] = one.source
    answer = None if draft.answer is None else hearing.hidden_in(draft.answer)
    return replace(draft, event=draft.event.model_copy(update=told), answer=answer)


def _as_heard(draft: Draft, desk: Desk, hearing: Hearing, staff: StaffRegister) -> Draft:
    """Who was there answered, and not who wrote it down for him: so he never asks whether it is solved."""
    if desk.principal.staff_id in hearing.staff_ids:
        return draft
    first = staff.member(hearing.staff_ids[0])
    held = () if first is None else first.in_office(hearing.at)
    unit = held[0].unit_code if held else None
    return replace(draft, answered_by_staff=hearing.staff_ids[0], answered_by_unit=unit)


@contextmanager
def _of_matter(number: int) -> Iterator[None]:
    """What is wrong with a case is named by its matter."""
    try:
        yield
    except Problem as error:
        named = {"direct_answer": "answer"}
        error.fields = tuple(
            FieldError(f"matters/{number - 1}/{named.get(one.field, one.field)}", one.message, one.message_zh)
            for one in error.fields
        )
        raise
