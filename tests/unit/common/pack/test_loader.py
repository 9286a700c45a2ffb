"""A good pack loads, travels as a document, and keeps its digest."""

import json
import random
import re
from fractions import Fraction
from itertools import product
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest

from libs.common.counters import Counter
from libs.common.events.terms import Deadline, Kind, Urgency
from libs.common.pack.check import check_pack
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.loader import SETTINGS_FILE, TABLES, digest, document, from_document, load_pack
from libs.common.pack.problems import PackError
from libs.common.pack.schema import AreaLevel, CallbackPolicy, LimitSetting, Pack, PackSettings, UnitLevel
from libs.common.pack.schema_errors import schema_document
from libs.common.shares import Comparison
from libs.common.time.due import LimitUnit

ROOT = Path(__file__).parents[4]
CLASSES = [
    *("城乡建设", "党务政务", "国土资源", "环境保护", "纪检监察", "交通运输", "经济管理", "科技与信息产业"),
    *("民政", "农村农业", "商贸旅游", "卫生计生", "政法", "教育文体", "劳动和社会保障"),
]


def test_the_demo_county_is_whole(pack: Pack) -> None:
    levels = [area.level for area in pack.areas]
    offices = [unit.level for unit in pack.units]
    assert [levels.count(level) for level in AreaLevel] == [1, 3, 9, 20]
    assert [offices.count(level) for level in UnitLevel] == [12, 3, 9, 0, 0, 0, 1, 1]
    assert check_pack(pack) == []


def test_the_demo_taxonomy_has_fifteen_classes_with_words(pack: Pack) -> None:
    classes = [category for category in pack.categories if category.parent is None]
    assert [category.name for category in classes] == CLASSES
    for category in classes:
        assert 2 <= sum(other.parent == category.code for other in pack.categories) <= 4
    for category in pack.categories:
        assert len(category.words) >= 8
        assert len(set(category.words)) == len(category.words)
        assert category.words_en


def test_a_document_makes_the_same_pack_again(pack: Pack) -> None:
    travelled = json.loads(json.dumps(document(pack)))
    assert from_document(travelled) == pack
    assert digest(from_document(travelled)) == digest(pack)


def test_the_order_of_table_rows_does_not_change_the_digest(pack: Pack) -> None:
    rows = {part: list(getattr(pack, part)) for part in ("areas", "units", "categories", "duties")}
    for table in rows.values():
        random.Random(7).shuffle(table)
    assert digest(pack.model_copy(update={part: tuple(table) for part, table in rows.items()})) == digest(pack)


def test_rows_with_a_successor_are_what_was_merged(pack: Pack, folder: Path) -> None:
    for name, row in (
        ("areas.csv", "999001101209,西坡村,,village,x,,999001101201"),
        ("units.csv", "D-OLD,旧局,,,,,,D-WATER"),
    ):
        file = folder / name
        head, _, rows = file.read_text(encoding="utf-8").partition("\n")
        file.write_text(f"{head},successor\n{row}\n{rows}", encoding="utf-8")
    loaded = load_pack(folder)
    assert loaded.model_copy(update={"merged": pack.merged}) == pack
    assert [(area.code, area.successor) for area in loaded.merged.areas] == [("999001101209", "999001101201")]
    assert [(unit.code, unit.name, unit.successor) for unit in loaded.merged.units] == [("D-OLD", "旧局", "D-WATER")]
    assert digest(loaded) != digest(pack)
    assert from_document(json.loads(json.dumps(document(loaded)))) == loaded
    with pytest.raises(UnknownCode, match="it was merged into D-WATER"):
        Directory(loaded).unit("D-OLD")


def test_a_changed_limit_changes_the_digest(pack: Pack, folder: Path) -> None:
    file = folder / "pack.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("normal: 3 work_day", "normal: 4 work_day"), "utf-8")
    assert digest(load_pack(folder)) != digest(pack)


def test_a_document_with_mistakes_names_their_places(pack: Pack) -> None:
    spoilt = document(pack)
    spoilt["duties"][3]["lead"] = "nobody"
    with pytest.raises(PackError) as caught:
        from_document(spoilt)
    (problem,) = caught.value.problems
    assert problem.file == "duties/3/lead"
    assert "@town" in problem.mend


def test_problems_of_a_pack_without_files_name_places_in_the_document(pack: Pack) -> None:
    lost = pack.duties[5].model_copy(update={"lead": "D-GONE"})
    spoilt = pack.model_copy(update={"duties": (*pack.duties[:5], lost, *pack.duties[6:])})
    assert [(problem.file, problem.line) for problem in check_pack(spoilt)] == [("duties/5", 0)]


def test_the_published_schema_accepts_the_demo_and_refuses_a_misspelling(pack: Pack) -> None:
    validator = jsonschema.Draft202012Validator(schema_document())
    validator.check_schema(schema_document())
    plain = document(pack)
    validator.validate(plain)
    plain["callback"]["trys"] = plain["callback"].pop("tries")
    assert not validator.is_valid(plain)


def test_the_published_schema_accepts_limits_as_text(pack: Pack) -> None:
    plain = document(pack)
    plain["limits"]["sign"] = {"any": {"any": "2 hour"}}
    jsonschema.validate(plain, schema_document())
    found = from_document(plain).limits.find(Deadline.SIGN, Kind.HELP, Urgency.URGENT)
    assert found == LimitSetting(value=2, unit=LimitUnit.HOUR)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("3 work_day", LimitSetting(value=3, unit=LimitUnit.WORK_DAY)),
        ("3 work_days", LimitSetting(value=3, unit=LimitUnit.WORK_DAY)),
        ("24 hour", LimitSetting(value=24, unit=LimitUnit.HOUR)),
        ("7 calendar_day first_day", LimitSetting(value=7, unit=LimitUnit.CALENDAR_DAY, counts_first_day=True)),
        ("3 工作日", LimitSetting(value=3, unit=LimitUnit.WORK_DAY)),
        ("2小时", LimitSetting(value=2, unit=LimitUnit.HOUR)),
        ("60 自然日 含当日", LimitSetting(value=60, unit=LimitUnit.CALENDAR_DAY, counts_first_day=True)),
        ("60自然日含当日", LimitSetting(value=60, unit=LimitUnit.CALENDAR_DAY, counts_first_day=True)),
    ],
)
def test_limits_are_read_as_people_write_them(text: str, limit: LimitSetting, pack: Pack) -> None:
    plain = document(pack)
    plain["returns"]["within"] = text
    assert from_document(plain).returns.within == limit


@pytest.mark.parametrize(
    ("written", "comparison", "percent", "share"),
    [
        ({"over": "95"}, Comparison.OVER, "95", Fraction(19, 20)),
        ({"at_least": "98.50 %"}, Comparison.AT_LEAST, "98.5", Fraction(197, 200)),
        ({"under": "007％"}, Comparison.UNDER, "7", Fraction(7, 100)),
        ({"at_most": 5}, Comparison.AT_MOST, "5", Fraction(1, 20)),
        ({"over": 99.9}, Comparison.OVER, "99.9", Fraction(999, 1000)),
    ],
)
def test_targets_are_exact_however_they_are_written(
    written: dict[str, object], comparison: Comparison, percent: str, share: Fraction, pack: Pack
) -> None:
    plain = document(pack)
    plain["formulas"][0]["target"] = written
    jsonschema.validate(plain, schema_document())
    read = from_document(plain)
    target = read.formulas[0].target
    assert target is not None
    assert (target.comparison, target.percent, target.share) == (comparison, percent, share)
    assert from_document(json.loads(json.dumps(document(read)))) == read
    assert document(read)["formulas"][0]["target"] == {comparison.value: percent}


def test_settings_that_are_not_used_leave_no_trace(pack: Pack) -> None:
    """So a release that did not know them reads the pack, and its digest stays what it was."""
    plain = document(pack)
    assert {"target", "decimals"}.isdisjoint(plain["formulas"][0])
    assert "figures" not in plain
    for measure in (*plain["formulas"], *plain["scores"]):
        measure.pop("target", None)
    bare = from_document(plain)
    assert digest(bare) != digest(pack)
    for formula in plain["formulas"]:
        formula |= {"target": None, "decimals": 1}
    assert digest(from_document(plain | {"figures": {"decimals": 1}})) == digest(bare)


def test_a_rate_has_the_digits_of_its_place_or_its_own(pack: Pack) -> None:
    plain = document(pack)
    plain["formulas"][0]["decimals"], plain["formulas"][1]["decimals"] = 0, 2
    read = from_document(json.loads(json.dumps(document(from_document(plain | {"figures": {"decimals": 2}})))))
    directory = Directory(read)
    assert [directory.decimals_of(formula) for formula in read.formulas[:3]] == [0, 2, 2]
    assert [directory.decimals_of(score) for score in read.scores] == [score.decimals for score in pack.scores]


def test_limits_in_another_order_or_with_an_empty_one_are_the_same_pack(pack: Pack) -> None:
    plain = document(pack)
    plain["limits"] = {"reply": None, **dict(reversed(plain["limits"].items()))}
    assert json.dumps(document(from_document(plain))) == json.dumps(document(pack))
    assert digest(from_document(plain)) == digest(pack)


def test_every_deadline_of_the_demo_has_a_limit(pack: Pack) -> None:
    for deadline, kind, urgency in product(pack.limits.root, Kind, Urgency):
        assert pack.limits.find(deadline, kind, urgency) is not None


def test_the_manual_names_every_setting_counter_and_column() -> None:
    manual = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
    columns = {name for table in TABLES for name in (*table.columns.required, *table.columns.optional)}
    for name in {
        *PackSettings.model_fields,
        *CallbackPolicy.model_fields,
        *map(str, Counter),
        *map(str, UnitLevel),
        *columns,
    }:
        assert name in manual, name
    for table in TABLES:
        of_merged = {"successor"} if table.merged is not None else set()
        assert {*table.columns.required, *table.columns.optional} - of_merged == set(table.row.model_fields)


def _in_sections(folder: Path, *sections: str) -> None:
    """Move sections of pack.yaml into files of their own."""
    text = (folder / SETTINGS_FILE).read_text(encoding="utf-8")
    (folder / "pack").mkdir()
    for section in sections:
        match = re.search(rf"^{section}:\n((?: .*\n|\n)*)", text, re.MULTILINE)
        assert match is not None, section
        text = text.replace(match[0], "")
        (folder / "pack" / f"{section}.yaml").write_text(dedent(match[1]), encoding="utf-8")
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")


def test_sections_may_stand_in_files_of_their_own(folder: Path, pack: Pack) -> None:
    _in_sections(folder, "limits", "callback", "formulas")
    assert load_pack(folder) == pack


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("callback", "tries: 3", "tries: 0", "pack/callback.yaml:1: "),
        ("callback", "tries: 3", "tires: 3", "pack/callback.yaml:1: "),
        ("callback", "tries: 3", "tries: 3\ntries: 4", "pack/callback.yaml:2: the key 'tries' stands here twice"),
        ("formulas", "- ", "nothing: ", "pack/formulas.yaml:"),
        ("callback", "opens_at: 08:30", "opens_at: 21:30", "pack/callback.yaml:"),
    ],
)
def test_a_mistake_in_a_section_is_named_by_its_file_and_line(
    folder: Path, file: str, old: str, new: str, said: str
) -> None:
    _in_sections(folder, "callback", "formulas")
    path = folder / "pack" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as wrong:
        load_pack(folder)
    assert str(wrong.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("texts.yaml", "title_max: 90", "pack.yaml:"),
        ("tires.yaml", "a: 1", "pack/tires.yaml: there is no section 'tires'"),
        ("scores.yaml", "7", "pack.yaml:"),
        ("assessment.yaml", "", "pack.yaml:"),
    ],
)
def test_a_file_that_is_no_section_or_one_more_is_named(folder: Path, name: str, text: str, said: str) -> None:
    (folder / "pack").mkdir()
    (folder / "pack" / name).write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as wrong:
        load_pack(folder)
    assert str(wrong.value).splitlines()[0].startswith(said)
