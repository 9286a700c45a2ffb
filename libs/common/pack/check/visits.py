"""Checks how a place goes out to its households (走访): each word once, a whole night, teams of posts there are."""

from collections.abc import Iterator, Sequence

from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import CodedReason, FindingSetting, Pack, TeamPart, TeamRule, VisitRules


def visits(pack: Pack) -> Iterator[Finding]:
    """Every word, rule of teams and part of one has a code of its own; night hours are both said, or neither."""
    for part in ("purposes", "materials", "topics", "findings", "teams"):
        yield from _once(("visits", part), getattr(pack.visits, part))
    yield from _night(pack.visits)
    yield from _teams(pack)


def _night(rules: VisitRules) -> Iterator[Finding]:
    if (rules.night_from is None) != (rules.night_until is None):
        said = "night_from" if rules.night_from is not None else "night_until"
        yield Finding(("visits", said), "a night has a beginning and an end", "say night_from and night_until")
    if rules.night_from is not None and rules.night_from == rules.night_until:
        yield Finding(("visits", "night_until"), "the night has no length", "end it at another time than it begins")


def _teams(pack: Pack) -> Iterator[Finding]:
    known = {post.code for post in pack.posts}
    for index, rule in enumerate(pack.visits.teams):
        parts: DocPath = ("visits", "teams", index, "parts")
        yield from _once(parts, rule.parts)
        if not any(part.fewest for part in rule.parts):
            yield Finding(parts, f"a team of {rule.code} could be nobody", "ask for at least one in one of its parts")
        for place, part in enumerate(rule.parts):
            yield from _part((*parts, place), part, known)


def _part(at: DocPath, part: TeamPart, known: set[str]) -> Iterator[Finding]:
    if part.most is not None and part.most < part.fewest:
        message = f"{part.code} asks for at least {part.fewest} people and at most {part.most}"
        yield Finding((*at, "most"), message, f"raise it to {part.fewest} or more")
    for index, code in enumerate(part.posts):
        if code not in known:
            message = f"{code} is no post of this pack, so nobody could fill {part.code} by it"
            yield Finding((*at, "posts", index), message, "name a post of `posts`, or leave it out")


def _once(at: DocPath, words: Sequence[CodedReason | FindingSetting | TeamRule | TeamPart]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for index, word in enumerate(words):
        if word.code in first:
            message = f"the code {word.code} stands here a second time"
            mend = f"remove it or give it another code; the first is {first[word.code]}"
            yield Finding((*at, index), message, mend)
        first.setdefault(word.code, word.name)
