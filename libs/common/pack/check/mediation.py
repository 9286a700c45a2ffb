"""Checks of mediation: each word once, and each post that mediates is there and lets its holders do so."""

from collections.abc import Iterator

from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import Finding
from libs.common.pack.schema import Pack
from libs.common.roles import Role


def mediation(pack: Pack) -> Iterator[Finding]:
    """The lists of words, and the posts by which people mediate (调解岗位)."""
    rules = pack.mediation
    for name in ("kinds", "venues", "participants"):
        yield from double_codes(("mediation", name), getattr(rules, name))
    posts, seen = {post.code: post for post in pack.posts}, set[str]()
    for index, code in enumerate(rules.posts):
        place = ("mediation", "posts", index)
        if code in seen:
            yield Finding(place, f"'{code}' stands here a second time", "name it once")
        seen.add(code)
        if code not in posts:
            yield Finding(place, f"no post of this pack is '{code}'", "name one of posts")
        elif Role.MEDIATOR not in posts[code].roles:
            yield Finding(place, f"the post '{code}' lets nobody mediate", "give it the role mediator")
