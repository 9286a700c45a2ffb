"""Every shape of a pack that was ever shipped is read for ever: files here are added, never changed.

A pack stands in events and rows for years, and beside a newer release for days. A folder is read strictly; in such a
document an unknown setting is passed over.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from libs.common.events.terms import DECLARED
from libs.common.pack.decoding import decode_document
from libs.common.pack.directory import Directory
from libs.common.pack.loader import document, from_document
from libs.common.pack.problems import DocPath, PackError
from libs.common.pack.schema import NOT_IN_FORCE, Model, Pack
from libs.common.pack.schema.not_in_force import is_in_force

FOLDER = Path(__file__).parent / "packs"
SHIPPED = sorted(FOLDER.glob("*.json"), key=lambda path: int(path.stem))
FUTURE = "from_the_future"


def read(path: Path) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return plain


def leaves(plain: Any, at: DocPath = ()) -> Iterator[tuple[DocPath, Any]]:
    """Every value of a document with its place; an empty list or table is a value."""
    inside = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    if not inside:
        yield at, plain
    for step, value in inside:
        yield from leaves(value, (*at, step))


TABLES = ("limits", "numerator", "denominator", "weights", "levels", "people_per_area")
"""What stands here under keys of a list of words: another word is no unknown setting."""


def with_the_future(plain: Any) -> Any:
    """The same with an unknown setting beside every setting."""
    if isinstance(plain, list):
        return [with_the_future(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    return {key: value if key in TABLES else with_the_future(value) for key, value in plain.items()} | {FUTURE: [1]}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shape_that_was_shipped_is_read_and_loses_nothing_that_is_in_force(path: Path) -> None:
    plain = read(path)
    decoded = decode_document(plain)
    assert decoded.ignored == ()
    kept = dict(leaves(document(decoded.pack)))
    shown = {at: value for at, value in leaves(plain) if is_in_force(at)}
    assert {at: kept.get(at, "lost") for at in shown} == shown


@pytest.mark.parametrize("listed", NOT_IN_FORCE, ids="/".join)
def test_a_setting_that_is_not_in_force_is_refused_by_name_when_it_is_loaded(listed: DocPath) -> None:
    """The first shape shows each of them: it was shipped when they were thought to decide something."""
    first = read(SHIPPED[0])
    with pytest.raises(PackError) as caught:
        from_document(first)
    (problem,) = (one for one in caught.value.problems if one.file == "/".join(map(str, listed)).replace("*", "0"))
    assert problem.message.endswith("is not in force in this version")
    assert problem.mend == "remove it; nothing would read it"


def settings_of(model: type[Model]) -> Iterator[tuple[str, str]]:
    """Every setting of a model and of the models in it: the model's name and the setting's."""
    for name, field in model.model_fields.items():
        yield model.__name__, name
        for inner in models_in(field.annotation):
            yield from settings_of(inner)


def models_in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def test_the_newest_example_shows_every_setting() -> None:
    shown: set[tuple[str, str]] = set()

    def look(model: Any) -> None:
        if isinstance(model, Model):
            shown.update((type(model).__name__, name) for name in model.model_fields_set)
            look([getattr(model, name) for name in type(model).model_fields])
        elif isinstance(model, dict):
            look(list(model.values()))
        elif isinstance(model, list | tuple):
            for item in model:
                look(item)

    newest = decode_document(read(SHIPPED[-1])).pack
    look(newest)
    assert set(settings_of(Pack)) - shown == set()
    assert list(newest.limits.root) == [known for known in DECLARED.values() if known.promise.limited]


def test_a_setting_from_the_future_is_passed_over_wherever_it_stands() -> None:
    newer = with_the_future(read(SHIPPED[-1]))
    newer["limits"][FUTURE] = newer["limits"]["sign"]["any"]["normal"][FUTURE] = 1
    decoded = decode_document(newer)
    assert decoded.pack == decode_document(read(SHIPPED[-1])).pack
    assert decoded.ignored == (f"limits/{FUTURE}",)
    with pytest.raises(PackError):
        from_document(newer)


def test_cases_that_cannot_reach_this_release_need_no_limit_here() -> None:
    plain = read(SHIPPED[-1])
    plain["limits"]["handle"]["petition"] = {"normal": "60 calendar_day"}
    plain["limits"]["sign"]["any"]["critical"] = "1 hour"
    decoded = decode_document(plain)
    assert decoded.ignored == ("limits/handle/petition", "limits/sign/any/critical")
    assert decoded.pack == decode_document(read(SHIPPED[-1])).pack


def test_a_rate_that_this_release_cannot_count_is_left_out_with_what_is_made_of_it() -> None:
    plain = read(SHIPPED[-1])
    second = plain["formulas"][1] | {"version": 2, "numerator": {"visits": 1}}
    assert second["code"] == "resolution"
    plain["formulas"].append(second)
    decoded = decode_document(plain)
    assert decoded.ignored == ("formulas/resolution", "scores/overall")
    directory = Directory(decoded.pack)
    assert "resolution" not in {formula.code for formula in directory.formulas}
    assert directory.scores == ()


def test_a_question_of_a_new_kind_is_not_asked_by_this_release() -> None:
    plain = read(SHIPPED[-1])
    plain["callback"]["questions"].append({"code": "mood", "text": "?", "text_en": "?", "answer": "mood"})
    decoded = decode_document(plain)
    assert decoded.ignored == ("callback/questions/mood",)
    assert decoded.pack == decode_document(read(SHIPPED[-1])).pack


UNSAFE: dict[str, tuple[DocPath, Any]] = {
    "somebody new to be told": (("ladder", "steps", 0, "to"), ["lead", "county_head"]),
    "a new reason to tell": (("ladder", "steps", 0, "trigger"), {"on": "mood", "below": 3}),
    "a louder word": (("ladder", "steps", 0, "level"), "public"),
    "a new kind of unit": (("units", 2, "level"), "court"),
    "a new level of areas": (("areas", 2, "level"), "hamlet"),
    "a new way to count time": (("limits", "sign", "any", "normal"), "2 fortnight"),
    "another form of pack": (("format",), "huiyin-pack/2"),
}


@pytest.mark.parametrize(("place", "value"), UNSAFE.values(), ids=UNSAFE)
def test_what_would_act_otherwise_than_it_says_is_not_read(place: DocPath, value: Any) -> None:
    plain: Any = read(SHIPPED[-1])
    inside = plain
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    with pytest.raises(PackError) as caught:
        decode_document(plain)
    assert caught.value.problems[0].file.startswith("/".join(map(str, place)))
