"""Checks how a place goes out to its households (走访): teams that can be formed, of posts that there are."""

from collections.abc import Iterator, Sequence

from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import Pack, TeamPart, TeamRule


def visits(pack: Pack) -> Iterator[Finding]:
    """Every rule of teams, and every part of one, has a code of its own and people who could fill it."""
    yield from _once(("visits", "teams"), pack.visits.teams)
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


def _once(at: DocPath, words: Sequence[TeamRule | TeamPart]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for index, word in enumerate(words):
        if word.code in first:
            message = f"the code {word.code} stands here a second time"
            mend = f"remove it or give it another code; the first is {first[word.code]}"
            yield Finding((*at, index), message, mend)
        first.setdefault(word.code, word.name)
