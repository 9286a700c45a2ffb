"""Checks what a place says of its visits (走访): each word once, and a night that begins and ends."""

from collections.abc import Iterator, Sequence

from libs.common.pack.problems import Finding
from libs.common.pack.schema import CodedReason, FindingSetting, Pack


def visits(pack: Pack) -> Iterator[Finding]:
    """Every purpose, material, topic and finding has a code of its own; night hours are both said, or neither."""
    rules = pack.visits
    for part in ("purposes", "materials", "topics", "findings"):
        yield from _once(part, getattr(rules, part))
    if (rules.night_from is None) != (rules.night_until is None):
        said = "night_from" if rules.night_from is not None else "night_until"
        yield Finding(("visits", said), "a night has a beginning and an end", "say night_from and night_until")
    if rules.night_from is not None and rules.night_from == rules.night_until:
        yield Finding(("visits", "night_until"), "the night has no length", "end it at another time than it begins")


def _once(part: str, words: Sequence[CodedReason | FindingSetting]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, word in enumerate(words):
        if word.code in seen:
            message = f"the code {word.code} stands here a second time"
            yield Finding(("visits", part, index), message, "remove it or give it another code")
        seen.add(word.code)
