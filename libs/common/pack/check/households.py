"""Checks what a place keeps of its households (户): each word once, posts that there are, rules of its own words."""

from collections.abc import Collection, Iterator, Sequence

from libs.common.pack.problems import DocPath, Finding
from libs.common.pack.schema import HouseholdKind, HouseholdNoteField, Pack, Resource, SupportPolicy


def households(pack: Pack) -> Iterator[Finding]:
    """Every word has a code of its own; posts, kinds, resources and topics that are named are those of this pack."""
    rules = pack.households
    for part in ("kinds", "resources", "notes", "policies"):
        yield from _once(part, getattr(rules, part))
    posts = {post.code for post in pack.posts}
    so = "so nobody could look after a household"
    yield from _known(("households", "contact_posts"), rules.contact_posts, posts, "post", so)
    for index, note in enumerate(rules.notes):
        so = f"so {note.code} could open to nobody"
        yield from _known(("households", "notes", index, "posts"), note.posts, posts, "post", so)
    yield from _fits(pack)
    yield from _policies(pack)


def _fits(pack: Pack) -> Iterator[Finding]:
    rules, topics = pack.households, {topic.code for topic in pack.visits.topics}
    kinds, resources = {kind.code for kind in rules.kinds}, {resource.code for resource in rules.resources}
    for index, fit in enumerate(rules.fits):
        at: DocPath = ("households", "fits", index)
        so = "so it could fit nobody"
        yield from _known((*at, "resource"), (fit.resource,), resources, "resource", so, one=True)
        yield from _known((*at, "kinds"), fit.kinds, kinds, "kind", so)
        yield from _known((*at, "topics"), fit.topics, topics, "topic", so)
        if not fit.kinds and not fit.topics:
            yield Finding(at, f"{fit.resource} fits no need", "name kinds of households, or topics of visits")


def _policies(pack: Pack) -> Iterator[Finding]:
    kinds = {kind.code for kind in pack.households.kinds}
    for index, support in enumerate(pack.households.policies):
        at: DocPath = ("households", "policies", index)
        yield from _known((*at, "kinds"), support.kinds, kinds, "kind", f"so {support.code} would fit nobody")
        if not support.kinds and not support.classes:
            yield Finding(at, f"{support.code} fits no household", "name kinds or classes of households")


def _known(
    at: DocPath, codes: Sequence[str], known: Collection[str], what: str, so: str, *, one: bool = False
) -> Iterator[Finding]:
    for index, code in enumerate(codes):
        if code not in known:
            where = "visits/topics" if what == "topic" else "posts" if what == "post" else f"households/{what}s"
            mend = f"name a {what} of `{where}`, or leave it out"
            yield Finding(at if one else (*at, index), f"{code} is no {what} of this pack, {so}", mend)


def _once(
    part: str, words: Sequence[HouseholdKind | Resource | HouseholdNoteField | SupportPolicy]
) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for index, word in enumerate(words):
        if word.code in first:
            message = f"the code {word.code} stands here a second time"
            mend = f"remove it or give it another code; the first is {first[word.code]}"
            yield Finding(("households", part, index), message, mend)
        first.setdefault(word.code, word.name)
