"""Checks what a place keeps of its households (户): each word once, and posts that there are."""

from collections.abc import Iterator, Sequence

from libs.common.pack.problems import Finding
from libs.common.pack.schema import HouseholdKind, Pack, Resource


def households(pack: Pack) -> Iterator[Finding]:
    """Every kind and resource has a code of its own; whoever looks after households holds a post of this pack."""
    yield from _once("kinds", pack.households.kinds)
    yield from _once("resources", pack.households.resources)
    known = {post.code for post in pack.posts}
    for index, code in enumerate(pack.households.contact_posts):
        if code not in known:
            message = f"{code} is no post of this pack, so nobody could look after a household"
            yield Finding(("households", "contact_posts", index), message, "name a post of `posts`, or leave it out")


def _once(part: str, words: Sequence[HouseholdKind | Resource]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for index, word in enumerate(words):
        if word.code in first:
            message = f"the code {word.code} stands here a second time"
            mend = f"remove it or give it another code; the first is {first[word.code]}"
            yield Finding(("households", part, index), message, mend)
        first.setdefault(word.code, word.name)
