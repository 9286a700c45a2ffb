"""Reads a pack that another release wrote: it stands in events and rows for years, and beside a newer release for days.

What this release does not know is passed over. Of an unknown word that is safe only where nothing is done by it: a
limit of cases that cannot reach this release, a rate that it does not show, a question that it does not ask. Anywhere
else the version is not readable here, since it would be followed otherwise than it says.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from libs.common.events.terms import DECLARED
from libs.common.pack.problems import DocPath, PackError, Sources
from libs.common.pack.schema import Pack
from libs.common.pack.schema_errors import form_findings

_KEY = "[key]"
"""The validator's step for a word that stands as a key."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A pack as this release reads it; ``ignored`` names the parts that it had to leave out (``formulas/visits``)."""

    pack: Pack
    ignored: tuple[str, ...] = ()


def decode_document(plain: Mapping[str, Any]) -> Decoded:
    """The pack of a document that was checked when it was loaded. PackError when this release cannot follow it."""
    try:
        return Decoded(Pack.model_validate(plain, extra="ignore"))
    except ValidationError as error:
        places = [_may_be_left_out(tuple(detail["loc"])) for detail in error.errors(include_url=False)]
        if None in places:
            raise _not_readable(error) from error
        lighter = copy.deepcopy(dict(plain))
        ignored = sorted(set(_leave_out(lighter, {place for place in places if place is not None})))
    try:
        return Decoded(Pack.model_validate(lighter, extra="ignore"), tuple(ignored))
    except ValidationError as error:
        raise _not_readable(error) from error


def _not_readable(error: ValidationError) -> PackError:
    return PackError(Sources().problem(finding) for finding in form_findings(error, ()))


def _may_be_left_out(place: DocPath) -> DocPath | None:
    match place:
        case ("limits", str() as code, *_) if code not in DECLARED:
            return "limits", code
        case ("limits", *_) if _KEY in place:
            return place[: place.index(_KEY)]
        case ("formulas" | "scores" as part, int() as index, *_):
            return part, index
        case ("callback", "questions", int() as index, *_):
            return "callback", "questions", index
        case _:
            return None


def _leave_out(plain: dict[str, Any], places: set[DocPath]) -> Iterator[str]:
    # A rate keeps none of its versions: an older one would be shown as if it were in force.
    rates = {_code(plain["formulas"][place[1]]) for place in places if place[0] == "formulas"}
    scores = {_code(plain["scores"][place[1]]) for place in places if place[0] == "scores"}
    for score in plain.get("scores", ()):
        if rates.intersection(score.get("weights", ())):
            scores.add(_code(score))
    for part, codes in (("formulas", rates), ("scores", scores)):
        if codes:
            plain[part] = [item for item in plain[part] if _code(item) not in codes]
        yield from (f"{part}/{code}" for code in codes)
    for place in sorted((place for place in places if place[0] in ("limits", "callback")), key=_last, reverse=True):
        yield _taken_out(plain, place)


def _taken_out(plain: Any, place: DocPath) -> str:
    inside = plain
    for step in place[:-1]:
        inside = inside[step]
    gone = inside.pop(place[-1])
    name = _code(gone) if isinstance(place[-1], int) else place[-1]
    return "/".join(map(str, (*place[:-1], name)))


def _code(item: Any) -> str:
    return str(item.get("code")) if isinstance(item, Mapping) else str(item)


def _last(place: DocPath) -> tuple[bool, int]:
    """Of a list the later members first: so the places of the others stay what they are."""
    return isinstance(place[-1], int), place[-1] if isinstance(place[-1], int) else 0
