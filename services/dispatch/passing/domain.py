"""To whom a case is passed, pure: down to a unit below (下派), back (收回), or up to one above (上报).

The units that have it are a chain: the lead, which is accountable, then each that the one before delegated it to; the
last works. Each stands above the next. Delegating makes the chain longer, recalling cuts it. Raising cuts it behind the
nearest that stands above the receiver, who works from then on; where none does, the receiver leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from libs.common.errors import Invalid, invalid
from libs.common.pack.directory import UnknownCode
from libs.common.rules.machine import Actor
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.state import Ask, NewChain, Said, State
from services.dispatch.cases.domain.terms import Action
from services.dispatch.routing.domain.choosing import accused, verdict_on
from services.dispatch.routing.domain.terms import VERDICT_LABELS, CandidateVerdict
from services.dispatch.routing.domain.today import Today

FIELD = "to_unit"


@dataclass(frozen=True, slots=True)
class PassOn:
    """What a person asks for: why, and to whom; without a unit it is raised to the nearest that may have it."""

    note: str
    to_unit: str | None = None
    reason_code: str = ""


def decide(state: State, action: Action, by: Actor, now: datetime, *, today: Today, wish: PassOn) -> Said:
    """What is said when a unit delegates a case, takes it back or raises it.

    Raises:
        NotTheirs, OutOfTurn: as of any step of a case.
        Invalid: names ``to_unit``, and what is wrong with it.
    """
    said = cases.decide(state, Ask(action), by, now)
    chain, own = (state.lead_unit or "", *state.delegates), by.unit_code or ""
    if action is Action.DELEGATE:
        chain = (*chain, _below(state, today, own, wish.to_unit or ""))
    elif action is Action.RECALL:
        chain = chain[: chain.index(own) + 1]
    else:
        chain = _up_to(today, chain, _above(state, today, chain, wish.to_unit))
    lead, *delegates = chain
    why = f"{wish.reason_code}: {wish.note}" if wish.reason_code else wish.note
    passing = NewChain(chain[-1], lead, tuple(delegates), wish.note, wish.reason_code)
    return replace(said, what=passing, why=f"{why} -> {chain[-1]}")


def _below(state: State, today: Today, own: str, to_unit: str) -> str:
    """The unit that the work goes down to."""
    if to_unit == own:
        raise invalid(FIELD, "is your own unit; sign and handle it", "不得下派给本单位")
    if to_unit in (state.lead_unit, *state.delegates):
        raise invalid(FIELD, "delegated it to you; raise it instead", "该单位系下派单位，请上报")
    _check(state, today, to_unit)
    if not today.directory.is_above(own, to_unit):
        raise invalid(FIELD, f"is not below {own}", f"不是 {own} 的下级单位")
    return to_unit


def _above(state: State, today: Today, chain: Sequence[str], to_unit: str | None) -> str:
    """The unit that it is raised to: the one named, else who delegated it, else the nearest above that may have it.

    Where none of those may, it is that of the next level, if there is one alone.
    """
    own, given_by = chain[-1], tuple(reversed(chain[:-1]))
    above = [code for code in today.directory.lineage(own)[1:] if _fault(state, today, code) is None]
    levels = (
        [code for code in level if _fault(state, today, code) is None] for level in today.directory.levels_above(own)
    )
    following = next((level for level in levels if level), [])
    possible = tuple(dict.fromkeys((*given_by, *above, *following)))
    if to_unit is None:
        found = [*given_by[:1], *above] or (following if len(following) == 1 else [])
        if found:
            return found[0]
        names = ", ".join(possible) or "none"
        why = f"{own} has no unit of its own above it that may have it; name one of {names}"
        raise invalid(FIELD, why, f"{own} 没有可直接上报的上级单位，请指定：{names}")
    if to_unit == own:
        raise invalid(FIELD, "is your own unit", "不得上报给本单位")
    _check(state, today, to_unit)
    if to_unit not in possible:
        names = ", ".join(possible) or "no unit"
        raise invalid(FIELD, f"{own} may raise it to {names}", f"{own} 只可上报至：{names}")
    return to_unit


def _up_to(today: Today, chain: Sequence[str], receiver: str) -> tuple[str, ...]:
    """The chain that ends with the receiver: as far as units stand above it."""
    kept = list(chain[:-1])
    while kept and kept[-1] != receiver and not today.directory.is_above(kept[-1], receiver):
        kept.pop()
    return tuple(kept) if receiver in kept else (*kept, receiver)


def _check(state: State, today: Today, code: str) -> None:
    fault = _fault(state, today, code)
    if fault is not None:
        raise fault


def _fault(state: State, today: Today, code: str) -> Invalid | None:
    """Why the unit may not have the case, if so."""
    if code not in today.directory.unit_codes:
        return UnknownCode(FIELD, code, today.codes.successor(code, today.directory.unit_codes))
    if today.is_accused(code):
        return accused(FIELD)
    if code in state.open_support:
        return invalid(FIELD, "supports it; let it off its part first", "该单位正在协办，请先撤销其协办")
    category = None if state.category_code is None else today.directory.nearest_category(state.category_code)
    verdict = verdict_on(today.directory, code, category, today.place, today.area_code)
    if verdict is CandidateVerdict.CHOSEN:
        return None
    zh, en = VERDICT_LABELS[verdict]
    return invalid(FIELD, en, zh)


def chain_today(today: Today, state: State) -> NewChain | None:
    """What becomes of the units that it was delegated to, once the pack in force has merged some; None: nothing.

    The successor takes the place of each. One that has the case already, may not have it, or is not below the one
    before takes none: the work is that one's again.
    """
    lead, kept, gone = state.lead_unit or "", list[str](), list[str]()
    for code in state.delegates:
        heir = today.codes.successor(code, today.directory.unit_codes) or code
        if heir == code and not today.is_accused(code) and code != lead:
            kept.append(code)
            continue
        gone.append(code)
        before = kept[-1] if kept else lead
        known = {before, heir} <= set(today.directory.unit_codes)
        if known and heir not in kept and _fault(state, today, heir) is None and today.directory.is_above(before, heir):
            kept.append(heir)
    if not gone:
        return None
    note = f"受托单位撤并 merged by pack version {today.version}: {', '.join(gone)}"
    return NewChain(kept[-1] if kept else lead, lead, tuple(kept), note)
