"""What becomes of a case when the pack in force no longer has its area or its unit (撤并).

A running case keeps its pack version and its codes. But where somebody is to be found for it now, it has to be somebody
who is there: a successor that the pack names, else whoever the duty directory of today names for the place.
"""

from dataclasses import replace

from services.dispatch.cases.domain.state import SupportPart
from services.dispatch.routing.domain.choosing import (
    Candidate,
    Candidates,
    Choice,
    Nobody,
    by_rule,
    reaches,
    verdict_on,
)
from services.dispatch.routing.domain.terms import CandidateVerdict, Rule
from services.dispatch.routing.domain.today import Today


def with_units_of_today(now: Today, choice: Choice) -> Choice | Nobody:
    """The choice, when its unit is there and may lead; else who stands in for it, or why a person has to choose."""
    named = _named(now, choice)
    if named is choice:
        return choice
    left = (Candidate(choice.lead_unit, _why_left(now, choice)),)
    why = f"{choice.explanation}；县包第{now.version}版 by pack version {now.version}: {named.explanation}"
    if isinstance(named, Nobody):
        return Nobody(now.version, why, (*left, *named.candidates))
    lead, tried = _nearest_that_may(now, named)
    if lead is None:
        why = f"{why}；该单位及其上级均不能办理 neither it nor a unit above it may be given the case"
        return Nobody(now.version, why, (*left, *tried))
    unit = now.directory.unit(lead)
    return replace(
        named,
        lead_unit=lead,
        support_units=tuple(code for code in named.support_units if code != lead and _may_support(now, code)),
        category_code=choice.category_code,
        pack_version=now.version,
        explanation=f"{why} -> {unit.code} {unit.name}",
        rule=Rule.STAND_IN,
        candidates=(*left, *tried),
    )


def part_today(now: Today, lead: str | None, parts: tuple[str, ...], unit_code: str) -> SupportPart | None:
    """What becomes of one of the open parts beside the lead; None when it stays as it is.

    Without a successor it waits for somebody to let the unit off: nobody else knows whose it is.
    """
    successor = now.codes.successor(unit_code, now.directory.unit_codes)
    if successor is None or (successor == unit_code and not now.is_accused(unit_code)):
        return None
    why = f"协办单位 {unit_code} 已并入 merged into {successor}"
    if successor == unit_code:
        why = f"被反映单位已并入 {unit_code}，应当回避 the unit complained about went up in it"
    gets_it = successor != lead and successor not in parts and _may_support(now, successor)
    return SupportPart(unit_code, why, successor if gets_it else None)


def _may_support(now: Today, code: str) -> bool:
    return not now.is_accused(code) and reaches(now.directory, code, now.area_code)


def _why_left(now: Today, choice: Choice) -> CandidateVerdict:
    there = choice.lead_unit in now.directory.unit_codes
    return (now.may_not_lead(choice.lead_unit) or CandidateVerdict.ACCUSED) if there else CandidateVerdict.GONE


def _named(now: Today, choice: Choice) -> Choice | Nobody:
    """The unit that the one that is gone was merged into, else the one of the duty directory of today."""
    there = now.directory.unit_codes
    successor = now.codes.successor(choice.lead_unit, there)
    if successor is None:
        return _by_duty(now, choice)
    if successor != choice.lead_unit:
        why = f"{choice.lead_unit} 已并入 merged into {successor}"
    elif now.may_not_lead(successor) is not None:
        why = f"被反映对象所在单位 {successor} 应当回避 it is complained about, or went up in it, or is led by who is"
    else:
        return choice
    support = (now.codes.successor(code, there) for code in choice.support_units)
    named = tuple(dict.fromkeys(code for code in support if code is not None))
    return replace(choice, lead_unit=successor, support_units=named, explanation=why)


def _by_duty(now: Today, choice: Choice) -> Choice | Nobody:
    category = now.directory.nearest_category(choice.category_code)
    named = by_rule(now.directory, now.version, category, now.place, now.accused)
    return replace(named, explanation=f"没有 there is no {choice.lead_unit}；{named.explanation}")


def _nearest_that_may(now: Today, named: Choice) -> tuple[str | None, Candidates]:
    """The unit, or the nearest above it, that sees the case and may be given it; and all that were looked at.

    A village committee sees what happens in its own village: a case of one that went up in it is its town's.
    """
    category = now.directory.nearest_category(named.category_code)
    tried: Candidates = ()
    for code in now.directory.lineage(named.lead_unit):
        verdict = verdict_on(now.directory, code, category, now.place, now.area_code)
        if verdict is CandidateVerdict.CHOSEN:
            verdict = now.may_not_lead(code) or verdict
        tried = (*tried, Candidate(code, verdict))
        if verdict is CandidateVerdict.CHOSEN:
            return code, tried
    return None, tried
