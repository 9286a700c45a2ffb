"""Checks how a place goes out to its households (走访): each word once, a whole night, teams of posts there
are, days that come, and phones that can hold what they are for.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from libs.common.events.visit_terms import KEPT_BY_HAND
from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import (
    CodedReason,
    DossierKind,
    FindingSetting,
    Pack,
    TeamPart,
    TeamRule,
    VisitDays,
    VisitOrder,
    VisitRules,
    VisitStage,
)
from libs.common.pack.visit_days import expects

_Coded = CodedReason | FindingSetting | TeamRule | TeamPart | VisitDays | VisitOrder | VisitStage | DossierKind


def visits(pack: Pack) -> Iterator[Finding]:
    """Every word, rule of teams and part of one has a code of its own; night hours are both said, or neither."""
    for part in ("purposes", "materials", "topics", "findings", "teams", "days", "orders", "dossier"):
        yield from _once(("visits", part), getattr(pack.visits, part))
    yield from _night(pack.visits)
    yield from _teams(pack)
    yield from _phones(pack)
    yield from _orders(pack)
    yield from _dossier(pack)
    for index, days in enumerate(pack.visits.days):
        yield from _days(pack, ("visits", "days", index), days)


def _night(rules: VisitRules) -> Iterator[Finding]:
    if (rules.night_from is None) != (rules.night_until is None):
        said = "night_from" if rules.night_from is not None else "night_until"
        yield Finding(("visits", said), "a night has a beginning and an end", "say night_from and night_until")
    if rules.night_from is not None and rules.night_from == rules.night_until:
        yield Finding(("visits", "night_until"), "the night has no length", "end it at another time than it begins")


def _phones(pack: Pack) -> Iterator[Finding]:
    phones, most = pack.visits.phones, pack.households.most_per_contact
    at: DocPath = ("visits", "phones")
    if phones.oldest_days < phones.keep_days:
        message = f"a phone keeps households for {phones.keep_days} days, and what it records then would be too old"
        yield Finding((*at, "oldest_days"), message, f"raise it to {phones.keep_days} or more, or lower keep_days")
    # Only where the pack says it: whoever says nothing of phones is told of what was left out by the phone itself.
    if "households" in phones.model_fields_set and most is not None and phones.households < most:
        message = f"a contact person has up to {most} households, and a phone holds {phones.households}"
        mend = f"raise it to {most} or more, or lower households.most_per_contact"
        yield Finding((*at, "households"), message, mend)


def _teams(pack: Pack) -> Iterator[Finding]:
    known = {post.code for post in pack.posts}
    for index, rule in enumerate(pack.visits.teams):
        parts: DocPath = ("visits", "teams", index, "parts")
        yield from _once(parts, rule.parts)
        if not any(part.fewest for part in rule.parts):
            yield Finding(parts, f"a team of {rule.code} could be nobody", "ask for at least one in one of its parts")
        for place, part in enumerate(rule.parts):
            yield from _part((*parts, place), part, known)


def _orders(pack: Pack) -> Iterator[Finding]:
    known = {post.code for post in pack.posts}
    for index, order in enumerate(pack.visits.orders):
        stages: DocPath = ("visits", "orders", index, "stages")
        yield from _once(stages, order.stages)
        if order.stages[0].from_day != 1:
            message = f"on the first days of a round by {order.code} nobody would go"
            yield Finding((*stages, 0, "from_day"), message, "begin the first stage on day 1")
        for place, (before, stage) in enumerate(pairwise(order.stages), start=1):
            if stage.from_day <= before.from_day:
                message = f"{stage.code} begins on day {stage.from_day}, not after {before.code}"
                mend = f"begin it on day {before.from_day + 1} or later"
                yield Finding((*stages, place, "from_day"), message, mend)
        for place, stage in enumerate(order.stages):
            for post, code in enumerate(stage.posts):
                if code not in known:
                    message = f"{code} is no post of this pack, so nobody could go in {stage.code} by it"
                    yield Finding((*stages, place, "posts", post), message, "name a post of `posts`, or leave it out")


def _dossier(pack: Pack) -> Iterator[Finding]:
    for index, kind in enumerate(pack.visits.dossier):
        if kind.part not in KEPT_BY_HAND:
            message = f"{kind.code} would be kept by hand, and {kind.part} is put together of what is known anyway"
            yield Finding(("visits", "dossier", index, "part"), message, f"say one of {', '.join(KEPT_BY_HAND)}")


def _part(at: DocPath, part: TeamPart, known: set[str]) -> Iterator[Finding]:
    if part.most is not None and part.most < part.fewest:
        message = f"{part.code} asks for at least {part.fewest} people and at most {part.most}"
        yield Finding((*at, "most"), message, f"raise it to {part.fewest} or more")
    for index, code in enumerate(part.posts):
        if code not in known:
            message = f"{code} is no post of this pack, so nobody could fill {part.code} by it"
            yield Finding((*at, "posts", index), message, "name a post of `posts`, or leave it out")


def _days(pack: Pack, at: DocPath, days: VisitDays) -> Iterator[Finding]:
    if not days.weekdays and not days.month_days:
        yield Finding(at, f"{days.code} is on no day", "say weekdays, such as [tuesday], or month_days, such as [5]")
    if days.until_day is not None and days.until_day < days.from_day:
        message = f"{days.code} ends on {days.until_day}, before it begins"
        yield Finding((*at, "until_day"), message, f"end it on {days.from_day} or later, or leave it out")
    goes_out = days.area_level is not None or days.area_kind is not None
    if goes_out and not any(expects(days, area) for area in pack.areas):
        said = "area_level" if days.area_kind is None else "area_kind"
        message = f"no area is of this level and kind, so nobody would go out on {days.code}"
        yield Finding((*at, said), message, "name a level and a kind that areas.csv has")
    if days.team is not None and not goes_out:
        message = f"{days.code} asks for teams, and no area is expected to go out"
        yield Finding((*at, "team"), message, "say area_level or area_kind, or leave team out")
    if days.team is not None and all(rule.code != days.team for rule in pack.visits.teams):
        message = f"{days.team} is no rule of `visits.teams`"
        yield Finding((*at, "team"), message, "name one of them, or leave it out")


def _once(at: DocPath, words: Sequence[_Coded]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for index, word in enumerate(words):
        if word.code in first:
            message = f"the code {word.code} stands here a second time"
            mend = f"remove it or give it another code; the first is {first[word.code]}"
            yield Finding((*at, index), message, mend)
        first.setdefault(word.code, word.name)
