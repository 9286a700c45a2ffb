"""Checks of letters: each kind and office once, and no number that two letters could have."""

import re
from collections.abc import Iterator

from libs.common.letter_numbers import PLACES, skeleton
from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import Finding
from libs.common.pack.schema import Pack

_NAMED = re.compile(r"\{([^{}]*)\}")


def letters(pack: Pack) -> Iterator[Finding]:
    """The rule of each number, the offices, and that no two of them ever write the same."""
    rules = pack.letters
    yield from double_codes(("letters", "kinds"), rules.kinds)
    for index, kind in enumerate(rules.kinds):
        for problem, mend in _wrong_with(kind.number, several=len(rules.offices) > 1):
            yield Finding(("letters", "kinds", index, "number"), problem, mend)
    known, seen = {unit.code for unit in pack.units}, set[str]()
    for index, office in enumerate(rules.offices):
        place = ("letters", "offices", index, "unit")
        if office.unit not in known:
            yield Finding(place, f"no unit of this pack is '{office.unit}'", "name one of units.csv")
        if office.unit in seen:
            yield Finding(place, f"'{office.unit}' stands here a second time", "name it once")
        seen.add(office.unit)
    yield from _alike(pack)


def _wrong_with(rule: str, *, several: bool) -> Iterator[tuple[str, str]]:
    named, there = _NAMED.findall(rule), ", ".join(f"{{{one}}}" for one in PLACES)
    for name in named:
        if name not in PLACES:
            yield f"'{{{name}}}' is no place of a number", f"there are {there}"
    for name in ("year", "number"):
        if named.count(name) != 1:
            yield f"{{{name}}} does not stand in it just once", f"write {{{name}}} once"
    if several and "office" not in named:
        yield "several offices would write the same numbers", "write {office} into it"
    if set("{}") & set(_NAMED.sub("", rule)):
        yield "a brace stands alone", f"write each place as one of {there}"


def _alike(pack: Pack) -> Iterator[Finding]:
    """What is left of a number without its digits tells office and kind apart, whatever year and number it has."""
    seen: dict[str, str] = {}
    for index, kind in enumerate(pack.letters.kinds):
        for office in pack.letters.offices:
            mine = f"'{kind.code}' of {office.unit}"
            other = seen.setdefault(skeleton(kind.number, office.word), mine)
            if other != mine:
                place = ("letters", "kinds", index, "number")
                yield Finding(place, f"{mine} would have the same numbers as {other}", "let them differ in a letter")
