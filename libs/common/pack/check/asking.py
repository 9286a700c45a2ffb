"""Checks what units may ask for (申请审批): reasons once each, and bounds in days."""

from collections.abc import Iterator

from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import Deadline
from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import ExtensionRules, Pack, SuspensionRules
from libs.common.time.due import LimitUnit


def asking(pack: Pack) -> Iterator[Finding]:
    """Of each kind."""
    yield from _in_time(pack)
    if pack.asking.extension is not None:
        yield from _bounded(("asking", "extension"), pack.asking.extension)
    if pack.asking.suspension is not None:
        yield from _bounded(("asking", "suspension"), pack.asking.suspension)
    if pack.asking.staged is not None:
        yield from _bounded(("asking", "staged"), pack.asking.staged)
    if pack.asking.termination is not None:
        yield from double_codes(("asking", "termination", "reasons"), pack.asking.termination.reasons)


def _in_time(pack: Pack) -> Iterator[Finding]:
    """A limit for decisions holds for what is named, and what is named has one."""
    named, limited = pack.asking.decided_in_time, Deadline.DECISION in pack.limits.root
    if bool(named) != limited:
        message = "a limit for decisions and what it holds for belong together"
        mend = "give limits/decision, and name in asking/decided_in_time what it holds for, such as 'return'"
        yield Finding(("asking", "decided_in_time"), message, mend)
    offered = {RequestKind(name) for name, rules in pack.asking if rules is not None and name in set(RequestKind)}
    for index, kind in enumerate(named):
        if kind in named[:index] or kind not in offered | {RequestKind.RETURN, RequestKind.NONACCEPTANCE}:
            message = f"'{kind}' stands here a second time, or cannot be asked for here"
            yield Finding(("asking", "decided_in_time", index), message, "name what can be asked for, once each")


def _bounded(path: DocPath, rules: ExtensionRules | SuspensionRules) -> Iterator[Finding]:
    yield from double_codes((*path, "reasons"), rules.reasons)
    if rules.longest.unit is LimitUnit.HOUR:
        message = f"the longest is {rules.longest.value} hours, and it is asked for in days"
        yield Finding((*path, "longest"), message, "say it in days, such as '5 work_day'")
    if rules.superior_up_to > rules.longest.value:
        longest = rules.longest.value
        message = f"a superior decides up to {rules.superior_up_to} days, and no more than {longest} are given"
        yield Finding((*path, "superior_up_to"), message, f"make it {rules.longest.value} or less")
