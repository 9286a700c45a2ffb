"""Choosing the unit: by the duty directory (权责清单), or by a person's choice checked against it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from libs.common.errors import Invalid, invalid
from libs.common.pack.areas import contains
from libs.common.pack.directory import Directory, LeadDuty, UnknownCode
from libs.common.pack.superiors import superiors
from libs.common.rules.machine import Actor
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.state import Ask, Assignment, GivenPart, Left, Said, State
from services.dispatch.duty_rules.domain import SettledDuty
from services.dispatch.routing.domain.accused import NOBODY_ACCUSED, Accused
from services.dispatch.routing.domain.terms import CandidateVerdict, Rule
from services.dispatch.routing.domain.today import Today
from services.dispatch.tasks.domain import Tasks, done_of, of_round


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that came into question, and what was found of it."""

    unit_code: str
    verdict: CandidateVerdict


Candidates = tuple[Candidate, ...]
"""In the order in which they were looked at."""


@dataclass(frozen=True, slots=True)
class Choice(Assignment):
    """A lead unit that may lead, and by what it was found. ``explanation`` goes with it for ever."""

    rule: Rule
    candidates: Candidates


@dataclass(frozen=True, slots=True)
class Nobody(Left):
    """No unit could be found, and why: a dispatcher has to choose (待派)."""

    candidates: Candidates = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person chose. Without a category the case keeps its own."""

    lead_unit: str
    support_units: Sequence[str]
    category_code: str | None
    reason: str
    reason_code: str | None = None
    """移交原因, of those of the pack."""
    parts: tuple[GivenPart, ...] = ()
    """What some of the support units are to do, and until when (协办任务)."""


def by_rule(
    directory: Directory,
    pack_version: int,
    category_code: str | None,
    area_code: str,
    accused: Accused = NOBODY_ACCUSED,
) -> Choice | Nobody:
    """The unit that the duty directory names, or why a person has to choose one.

    The units complained about (被反映单位), and those below them, never handle the case, nor does a unit lead it that
    a person complained about leads: it goes to the nearest superior that is neither (信访工作条例 Art 30).
    """
    if category_code is None:
        return Nobody(pack_version, "登记时没有类别 no category was given")
    try:
        lead = directory.lead_unit(category_code, area_code)
        if lead.unit_code is None:
            return Nobody(pack_version, lead.explanation)
        if not reaches(directory, lead.unit_code, area_code):
            why = f"{lead.explanation}: 该单位辖区不含事发地 its area does not contain the place"
            return Nobody(pack_version, why, (Candidate(lead.unit_code, CandidateVerdict.OUT_OF_AREA),))
        support = directory.support_units(category_code, area_code)
        named = Choice(
            lead.unit_code,
            tuple(code for code in support if reaches(directory, code, area_code)),
            category_code,
            pack_version,
            by_rule=True,
            explanation=lead.explanation,
            rule=Rule.DUTY,
            candidates=(Candidate(lead.unit_code, CandidateVerdict.CHOSEN),),
        )
    except UnknownCode as unknown:
        return Nobody(pack_version, f"县包中没有{unknown.field} {unknown.code} not in pack version {pack_version}")
    return past_the_accused(directory, named, accused, place=area_code, area_code=area_code) if accused else named


def as_ruled(
    directory: Directory,
    pack_version: int,
    rule: SettledDuty,
    category_code: str,
    area_code: str,
    accused: Accused = NOBODY_ACCUSED,
) -> Choice | Nobody | None:
    """The unit that a duty rule (职责规则) names; None where it may not have such a case, so that the duties speak."""
    there = directory.unit_codes
    if rule.lead_unit not in there:
        return None
    if verdict_on(directory, rule.lead_unit, category_code, area_code, area_code) is not CandidateVerdict.CHOSEN:
        return None
    named = Choice(
        rule.lead_unit,
        tuple(code for code in rule.support_units if code in there and reaches(directory, code, area_code)),
        category_code,
        pack_version,
        by_rule=True,
        explanation=f"职责规则 ruled for cases like it: {rule.basis} ({rule.rule_id})",
        rule=Rule.DUTY_RULE,
        candidates=(Candidate(rule.lead_unit, CandidateVerdict.CHOSEN),),
    )
    return past_the_accused(directory, named, accused, place=area_code, area_code=area_code) if accused else named


def by_hand(now: Today, wish: Wish, *, lead_unit: str | None, category_code: str | None) -> Choice:
    """A person's choice for a case that has this unit and category, when the directory allows it.

    Invalid names the field when it does not.

    A category that the pack in force no longer has may be kept, not chosen.
    """
    category_code = wish.category_code or category_code
    if category_code is None:
        raise invalid("category_code", "the case has no category yet; name one", "诉求件尚无类别，请指定")
    if wish.category_code is not None:
        now.directory.category(wish.category_code)
    reasons = {reason.code: reason for reason in now.directory.pack.handovers.reasons}
    if wish.reason_code is not None and wish.reason_code not in reasons:
        raise invalid("reason_code", "is not one of the pack's reasons to hand a case over", "不是县包规定的移交原因")
    _check_lead(now, lead_unit, wish.lead_unit, now.directory.nearest_category(category_code))
    _check_support(now, wish)
    return Choice(
        wish.lead_unit,
        tuple(wish.support_units),
        category_code,
        now.version,
        by_rule=False,
        explanation=f"人工指定 chosen by a dispatcher: {wish.reason}",
        rule=Rule.DISPATCHER,
        candidates=(Candidate(wish.lead_unit, CandidateVerdict.CHOSEN),),
        reason_code=wish.reason_code,
        for_cause=wish.reason_code is None or reasons[wish.reason_code].for_cause,
    )


def decide(state: State, tasks: Tasks, ask: Ask, by: Actor, now: datetime, *, today: Today, wish: Wish) -> Said:
    """What is said when a person gives the case to a unit: whether it is the moment for it, then whether the unit may.

    Raises:
        NotTheirs, OutOfTurn: as of any step of a case.
        Invalid: names what is wrong with the unit, in the order of ``by_hand``.
    """
    said = cases.decide(state, ask, by, now)
    choice = by_hand(today, wish, lead_unit=state.lead_unit, category_code=state.category_code)
    _check_parts(state, tasks, wish)
    choice = replace(choice, done=done_of(state, tasks), parts=wish.parts)
    return replace(said, what=choice, why=ask.why or choice.explanation)


def past_the_accused(
    directory: Directory, named: Choice, accused: Accused, *, place: str, area_code: str
) -> Choice | Nobody:
    """The choice without the units complained about and those below them; or why nobody is left.

    The case is of ``area_code``, whose place is ``place`` in that pack.
    """
    support = tuple(code for code in named.support_units if not accused.bars(directory, code))
    against = accused.verdict_on(directory, named.lead_unit)
    if against is None:
        return replace(named, support_units=support)
    tried: Candidates = (Candidate(named.lead_unit, against),)
    why_zh, why = _RECUSED[against]
    for unit in superiors(directory, named.lead_unit, but_not=accused.units):
        against = accused.verdict_on(directory, unit.code)
        verdict = against or verdict_on(directory, unit.code, named.category_code, place, area_code)
        tried = (*tried, Candidate(unit.code, verdict))
        if verdict is CandidateVerdict.CHOSEN:
            return replace(
                named,
                lead_unit=unit.code,
                support_units=tuple(code for code in support if code != unit.code),
                explanation=f"{named.explanation}；{why_zh}，由上级办理"
                f" {why} does not handle it, its superior does: {unit.code} {unit.name}",
                rule=Rule.SUPERIOR,
                candidates=tried,
            )
    return Nobody(
        named.pack_version,
        f"{named.explanation}；{why_zh}，没有可以办理的上级 {why} does not handle it, and no superior is left that may",
        tried,
    )


_RECUSED = {
    CandidateVerdict.ACCUSED: ("被反映单位及其下级回避", "the unit complained about"),
    CandidateVerdict.LED_BY_ACCUSED: ("被反映人任职的单位回避", "the unit that somebody complained about leads"),
}


def named_lead(directory: Directory, category_code: str | None, area_code: str) -> LeadDuty | None:
    """What the duty directory says of a case, for its explanation; None when it knows no such code."""
    if category_code is None:
        return None
    try:
        return directory.lead_unit(category_code, area_code)
    except UnknownCode:
        return None


def _check_lead(now: Today, present: str | None, lead_unit: str, category_code: str | None) -> None:
    _known_unit(now.directory, "lead_unit", lead_unit)
    if lead_unit == present:
        raise invalid("lead_unit", "leads it already; choose another unit", "该单位已是主办单位，请另选")
    if category_code is not None and not now.directory.may_receive(lead_unit, category_code, now.place):
        raise invalid(
            "lead_unit",
            "this matter was taken back by the county; no town or village may be given it",
            "该事项属上级收回事项，不得派给镇村",
        )
    against = now.may_not_lead(lead_unit)
    if against is CandidateVerdict.LED_BY_ACCUSED:
        raise invalid("lead_unit", "is led by somebody who is complained about", "其主要负责人系被反映人，应当回避")
    if against is not None:
        raise accused("lead_unit")
    # A unit sees what happens in its area: given a case from elsewhere it would never find it in its list.
    if not reaches(now.directory, lead_unit, now.area_code):
        raise invalid("lead_unit", "its area does not contain the place of the case", "该单位辖区不含事发地")


def _check_support(now: Today, wish: Wish) -> None:
    for index, code in enumerate(wish.support_units):
        field = f"support_units/{index}"
        _known_unit(now.directory, field, code)
        if code == wish.lead_unit or code in wish.support_units[:index]:
            raise invalid(field, "is named twice", "单位重复")
        check_beside(now, field, code)


def _check_parts(state: State, tasks: Tasks, wish: Wish) -> None:
    """Invalid for what is said of no support unit, twice of one, or of one that goes on with what it was given."""
    there = of_round(tasks, state.round)
    for index, part in enumerate(wish.parts):
        field = f"support_tasks/{index}/unit_code"
        if part.unit_code not in wish.support_units:
            raise invalid(field, "is none of the support units that are named", "不在所列协办单位之中")
        if any(part.unit_code == one.unit_code for one in wish.parts[:index]):
            raise invalid(field, "is named twice", "单位重复")
        if part.unit_code in there:
            raise invalid(field, "goes on with the part that it was given", "该单位继续办理原协办任务，不得另定")


def check_beside(now: Today, field: str, code: str) -> None:
    """Invalid unless the unit may have a part of the case beside its lead."""
    _known_unit(now.directory, field, code)
    if now.is_accused(code):
        raise accused(field)
    if not reaches(now.directory, code, now.area_code):
        raise invalid(field, "its area does not contain the place of the case", "该单位辖区不含事发地")


def accused(field: str) -> Invalid:
    """What is said of a unit that is complained about, or below one that is."""
    return invalid(
        field,
        "is the unit complained about, or below it; it takes no part in the case",
        "系被反映单位或其下级单位，应当回避",
    )


def _known_unit(directory: Directory, field: str, code: str) -> None:
    try:
        directory.unit(code)
    except UnknownCode as unknown:
        raise UnknownCode(field, code, unknown.successor) from unknown


def verdict_on(
    directory: Directory, unit_code: str, category_code: str | None, place: str, area_code: str
) -> CandidateVerdict:
    """Whether a unit of the pack may have a case of ``area_code``, whose place is ``place`` in that pack."""
    if category_code is not None and not directory.may_receive(unit_code, category_code, place):
        return CandidateVerdict.TAKEN_BACK
    return CandidateVerdict.CHOSEN if reaches(directory, unit_code, area_code) else CandidateVerdict.OUT_OF_AREA


def reaches(directory: Directory, unit_code: str, area_code: str) -> bool:
    """Whether the unit's area contains this one, which need not be in the pack."""
    return contains(directory.unit(unit_code).area_code, area_code)
