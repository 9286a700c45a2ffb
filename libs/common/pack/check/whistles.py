"""Checks of the whistle (吹哨): each kind, criterion and grade once; grades from the best down to 0."""

from collections.abc import Iterator
from itertools import pairwise

from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import AppraisalRules, Pack

_AT: DocPath = ("whistles", "appraisal")


def whistles(pack: Pack) -> Iterator[Finding]:
    """Of kinds, and of how whistles and units are appraised."""
    yield from double_codes(("whistles", "kinds"), pack.whistles.kinds)
    rules = pack.whistles.appraisal
    for name in ("done", "scores", "grades"):
        yield from double_codes((*_AT, name), getattr(rules, name))
    yield from _graded(rules)


def _graded(rules: AppraisalRules) -> Iterator[Finding]:
    if not rules.scores:
        return
    most = sum(one.most for one in rules.scores)
    for index, (better, worse) in enumerate(pairwise(rules.grades)):
        if worse.from_points >= better.from_points:
            message = f"'{worse.code}' begins at {worse.from_points} points, and the better grade before it does not"
            yield Finding((*_AT, "grades", index + 1, "from_points"), message, "write grades from the best down")
    if rules.grades and rules.grades[0].from_points > most:
        message = f"'{rules.grades[0].code}' begins at {rules.grades[0].from_points} points, and there are {most}"
        yield Finding((*_AT, "grades", 0, "from_points"), message, f"make it {most} or less")
    if not rules.grades or rules.grades[-1].from_points != 0:
        yield Finding((*_AT, "grades"), "no grade begins at 0 points", "let the last begin at 0")
    codes = [grade.code for grade in rules.grades]
    for name, code in (("if_never_came", rules.if_never_came), ("if_late", rules.if_late)):
        if code is not None and code not in codes:
            yield Finding((*_AT, name), f"there is no grade '{code}'", f"name one of {', '.join(codes)}")
