"""What the pack in force says of each kind of request, as the rules of requests see it."""

from collections.abc import Mapping

from libs.common.events.asking_terms import RequestKind
from libs.common.pack.directory import Directory
from libs.common.pack.schema import ExtensionRules, SuspensionRules, TerminationRules, UnitLevel
from services.dispatch.requests.domain import Bounds


def bounds_of(kind: RequestKind, directory: Directory) -> Bounds | None:
    """None where the place has no such thing."""
    asking = directory.pack.asking
    if kind is RequestKind.TERMINATION:
        return None if asking.termination is None else _of_termination(asking.termination, directory)
    found: Mapping[RequestKind, ExtensionRules | SuspensionRules | None] = {
        RequestKind.EXTENSION: asking.extension,
        RequestKind.SUSPENSION: asking.suspension,
        RequestKind.STAGED: asking.staged,
    }
    rules = found[kind]
    return None if rules is None else _bounds(rules, directory)


def _bounds(rules: ExtensionRules | SuspensionRules, directory: Directory) -> Bounds:
    return Bounds(
        reasons=frozenset(reason.code for reason in rules.reasons),
        times=rules.times,
        longest=rules.longest.limit(),
        superior_up_to=rules.superior_up_to,
        calendar=directory.calendar(),
        offices=offices(directory),
        cut_off=rules.cut_off if isinstance(rules, ExtensionRules) else None,
    )


def _of_termination(rules: TerminationRules, directory: Directory) -> Bounds:
    """The hotline alone approves it."""
    reasons = frozenset(reason.code for reason in rules.reasons)
    return Bounds(reasons, 1, None, 0, directory.calendar(), offices(directory))


def offices(directory: Directory) -> frozenset[str]:
    """The units of the hotline (热线) and of the supervisors (督查)."""
    levels = UnitLevel.HOTLINE, UnitLevel.SUPERVISOR
    return frozenset(unit.code for level in levels for unit in directory.units(level))
