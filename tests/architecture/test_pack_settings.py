"""Every setting of a pack decides something: somebody reads it. One that nobody reads would be a silent promise.

A read is an attribute of that name on something that is called like a part of the pack; what the parts are called
stands below. A setting that is read under another name is unknown here until that name is added.
"""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from libs.common.events.terms import DECLARED
from libs.common.pack import schema
from libs.common.pack.directory import Directory
from libs.common.pack.problems import DocPath
from libs.common.pack.schema import NOT_IN_FORCE, Model, Pack, PackSettings
from libs.common.pack.schema.base import LimitSetting
from libs.common.shares import Comparison
from services.dispatch.directory.schemas import AreaOut, CategoryOut, UnitOut
from tests.architecture.test_shape import ROOT, product_files
from tests.contract.test_pack_examples import models_in

SELF = "self"
CALLED: dict[type[Model], tuple[str, ...]] = {
    schema.PackSettings: ("pack",),
    schema.Pack: ("pack",),
    schema.PackPlace: ("place",),
    LimitSetting: (SELF,),
    schema.CalendarSettings: ("pack.calendar",),
    schema.Assessment: ("assessment",),
    schema.ReturnRules: ("pack.returns",),
    schema.PetitionRules: ("pack.petitions",),
    schema.ObjectionRules: ("pack.objections",),
    schema.UpperOrderRules: ("pack.upper_orders",),
    schema.ExclusionRules: ("each",),
    schema.AskingRules: ("asking",),
    schema.ExtensionRules: ("rules",),
    schema.SuspensionRules: ("rules",),
    schema.StagedRules: ("rules",),
    schema.TerminationRules: ("rules",),
    schema.RaiseRules: ("pack.raising",),
    schema.HandoverRules: ("pack.handovers",),
    schema.WhistleRules: ("pack.whistles", "rules"),
    schema.WhistleKind: ("kind",),
    schema.LetterRules: ("pack.letters", "rules"),
    schema.LetterKind: ("kind",),
    schema.LetterOffice: ("office",),
    schema.AppraisalRules: ("rules", "_rules(session)"),
    schema.DoneCriterion: ("one",),
    schema.ScoreCriterion: ("one",),
    schema.ScoreGrade: ("grade", "found", "allowed"),
    schema.RiskRules: ("pack.risks", "rules"),
    schema.RiskKind: ("kind",),
    schema.AidRules: ("pack.aid",),
    schema.AidKind: ("kind",),
    schema.MediationRules: ("pack.mediation", "rules"),
    schema.ListRules: ("pack.lists",),
    schema.ListDemand: ("demand",),
    schema.HandoverReason: ("reason", "reasons[wish.reason_code]"),
    schema.CodedReason: ("reason",),
    schema.CallbackPolicy: ("directory.callback", "policy"),
    schema.Question: ("question",),
    schema.Ladder: ("ladder",),
    schema.LadderStep: ("step",),
    schema.OnOverdue: ("trigger",),
    schema.OnRound: ("trigger",),
    schema.OnReturns: ("trigger",),
    schema.OnPassed: ("trigger",),
    schema.HouseholdRules: ("pack.households",),
    schema.HouseholdKind: ("kind",),
    schema.Resource: ("resource",),
    schema.HouseholdNoteField: ("note",),
    schema.ResourceFit: ("fit",),
    schema.SupportPolicy: ("support",),
    schema.FigureSettings: ("pack.figures",),
    schema.Formula: ("formula", "measure"),
    schema.Score: ("score", "measure"),
    schema.Target: ("target",),
    schema.TextLimits: ("texts",),
    schema.AreaKind: ("kind",),
    schema.Area: ("area",),
    schema.Unit: ("unit",),
    schema.Post: ("post", "self._posts[post_code]"),
    schema.Category: ("category",),
    schema.Duty: ("duty",),
    schema.HouseholdRules: ("pack.households",),
    schema.HouseholdKind: ("kind",),
    schema.Resource: ("resource",),
    schema.VisitRules: ("pack.visits",),
    schema.TeamRule: ("rule",),
    schema.TeamPart: ("part",),
    schema.VisitDays: ("days",),
    schema.PhoneRules: ("phones", "rules", "phone_rules(session)"),
    schema.VisitOrder: ("order", "one"),
    schema.VisitStage: ("stage",),
    schema.DossierKind: ("kind",),
    schema.Merged: ("pack.merged",),
    schema.MergedArea: ("merged",),
    schema.MergedUnit: ("merged",),
    schema.VisitRules: ("pack.visits", "rules", "place"),
    schema.FindingSetting: ("known", "setting"),
}
"""What the parts are called where they are read; ``self`` in their own methods."""
SHOWN: dict[type[Model], type] = {schema.Area: AreaOut, schema.Unit: UnitOut, schema.Category: CategoryOut}
"""Answers that take all they show from a part, by name."""
BY_THE_READER: set[tuple[type[Model], str]] = {
    (schema.PackSettings, "format"),
    (schema.Pack, "format"),
    (schema.OnOverdue, "on"),
    (schema.OnRound, "on"),
    (schema.OnReturns, "on"),
    (schema.OnPassed, "on"),
    *((schema.Target, comparison.value) for comparison in Comparison),
    *((model, name) for model in (schema.MergedArea, schema.MergedUnit) for name in ("name", "name_en")),
}
"""What decides already which model is read, which of a target's words is (by ``Target.comparison``), and names that
``KnownCodes`` takes from the documents."""
NOT_READERS = tuple(
    f"libs/common/pack/{name}"
    for name in ("check/", "schema_errors.py", "files.py", "loader.py", "decoding.py", "problems.py")
)
OWN = "libs/common/pack/schema/"

Reads = dict[str, set[str]]
"""By attribute what it was read of, as it is written."""


def reads_in(text: str) -> Iterator[tuple[str, str]]:
    """Every attribute that is read, and of what."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr, ast.unparse(node.value)


def reads(files: Iterable[tuple[str, str]]) -> Reads:
    """All reads of product code; in the models' own methods what they read of themselves."""
    found: Reads = {}
    for name, text in files:
        if name.startswith(NOT_READERS):
            continue
        for attribute, of in reads_in(text):
            if (of == SELF) == name.startswith(OWN):
                found.setdefault(attribute, set()).add(of)
    return found


def settings(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Every setting of a model and of all in it."""
    for name, field in model.model_fields.items():
        yield model, name
        for inner in models_in(field.annotation):
            yield from settings(inner)


def is_read(model: type[Model], name: str, found: Reads) -> bool:
    if (model, name) in BY_THE_READER or name in getattr(SHOWN.get(model), "model_fields", ()):
        return True
    called = CALLED.get(model, ())
    return any(of == one or of.endswith(f".{one}") for of in found.get(name, ()) for one in called)


def unread(model: type[Model], found: Reads) -> set[str]:
    return {f"{each.__name__}.{name}" for each, name in settings(model) if not is_read(each, name, found)}


def test_every_setting_is_read() -> None:
    assert unread(Pack, reads(product_files())) == set()


def test_what_is_shown_whole_is_shown() -> None:
    whole = "\n".join(text for name, text in product_files() if name.startswith("services/"))
    for answer in SHOWN.values():
        assert f"{answer.__name__}.model_validate(" in whole


def test_every_look_up_of_the_directory_is_used() -> None:
    """Else a setting could hide behind one that nobody asks."""
    text = "\n".join(text for name, text in product_files() if not name.startswith("libs/common/pack/schema"))
    used = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
    assert {name for name in vars(Directory) if not name.startswith("_")} - used == set()


def stands(place: DocPath, model: type[Model] = Pack) -> bool:
    """Whether a setting is in the models."""
    name, *rest = (step for step in place if step != "*")
    field = model.model_fields.get(str(name))
    if field is None:
        return False
    return not rest or any(stands(tuple(rest), inner) for inner in models_in(field.annotation))


@pytest.mark.parametrize("place", NOT_IN_FORCE, ids="/".join)
def test_what_is_not_in_force_is_in_no_model(place: DocPath) -> None:
    """Who puts one into force takes it off the list: it is refused as long as it stands there."""
    assert not stands(place)


def test_the_manual_tells_of_every_setting_and_of_those_that_are_not_in_force() -> None:
    manual = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
    in_force, _, rest = manual.partition("\n## Not in force in this version\n")
    not_in_force = rest.partition("\n## ")[0]
    words = set(re.findall(r"\w+", in_force))
    # A limit is written as text, and stands in the manual as it is written.
    assert {name for model, name in settings(Pack) if model is not LimitSetting} - words == set()
    assert set(DECLARED) - words == set()
    for place in NOT_IN_FORCE:
        assert str(place[-1]) in not_in_force, place


def test_a_dead_setting_would_be_noticed() -> None:
    class WithMore(PackSettings):
        mood: str = ""

    class Deeper(schema.CallbackPolicy):
        colour: str = ""

    class WithDeeper(PackSettings):
        callback: Deeper

    found = reads(product_files())
    assert unread(WithMore, found) >= {"WithMore.mood"}
    assert unread(WithDeeper, found) >= {"Deeper.colour"}
    assert stands(("mood",), WithMore)
    assert stands(("callback", "colour"), WithDeeper)
    assert not stands(("callback", "mood"), WithDeeper)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("directory.callback.tries", True),
        ("matter = x\ncallback.tries", False),
        ("directory.callback.tries = 3", False),
        ("session.packs.current(now).directory.callback.tries + 1", True),
        ("def tries(directory): ...", False),
    ],
)
def test_what_is_a_read(text: str, read: bool) -> None:
    assert is_read(schema.CallbackPolicy, "tries", reads([("services/x.py", text)])) is read
