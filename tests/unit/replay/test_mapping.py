"""Mappings: which column means what, and what is wrong with a file that says so."""

from pathlib import Path

import pytest

from huiyin.replay.mapping import Source, built_in_mappings, load_mapping, mapping_for
from huiyin.replay.reader import ExportProblem, look_at

WHOLE = """
name: county-hotline
time_zone: Asia/Shanghai
time_formats: ["%Y%m%d%H%M"]
number: no
title: {first_of: [headline, subject]}
text: {join: [what, where], with: "; "}
opened_at: opened
channel: {column: via, values: {电话: hotline, 网络: web}, otherwise: other}
kind: {constant: complaint}
"""


def _mapping(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _csv(folder: Path, header: str) -> Path:
    path = folder / "export.csv"
    path.write_text(f"{header}\n", encoding="utf-8")
    return path


def test_sources_take_values_as_they_are_told() -> None:
    fields = {"a": " x ", "b": "y", "c": "x", "empty": " "}
    assert Source(column="a").of(fields) == "x"
    assert Source.model_validate({"join": ["a", "b", "c"], "with": "-"}).of(fields) == "x-y"
    assert Source(first_of=("empty", "missing", "b")).of(fields) == "y"
    assert Source(constant="z").of({}) == "z"
    told = Source(column="a", values={"x": "known"}, otherwise="other")
    assert [told.of({"a": word}) for word in ("x", "y", "")] == ["known", "other", ""]


def test_a_whole_mapping(tmp_path: Path) -> None:
    mapping = load_mapping(_mapping(tmp_path, WHOLE))
    fields = {"no": "7", "subject": "路灯", "what": "不亮", "where": "东坡村", "via": "传真"}
    assert mapping.number is not None
    assert mapping.number.of(fields) == "7", "YAML would have read the column 'no' as false"
    assert mapping.text.of(fields) == "不亮; 东坡村"
    assert mapping.channel is not None
    assert mapping.channel.of(fields) == "other"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("name: county-hotline", "name: County Hotline"), "name"),
        (("opened_at: opened", ""), "opened_at"),
        (("opened_at: opened", "opend_at: opened"), "opend_at|opened_at"),
        (("Asia/Shanghai", "Asia/Changsha"), "time zone of the IANA list"),
        (("网络: web", "网络: internet"), "channel: 'internet' is not one of hotline"),
        (("{constant: complaint}", "{constant: rant}"), "kind: 'rant'"),
        (("{constant: complaint}", "{constant: complaint, column: k}"), "exactly one of"),
        ((WHOLE, "- a\n- b"), "mapping.yaml"),
        ((WHOLE, "a: &a [x]\nb: [*a, *a]"), "an alias"),
        ((WHOLE, "a: " + "[" * 5_000), "64 levels"),
        ((WHOLE, "a: [b"), "not YAML"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    with pytest.raises(ExportProblem, match=says):
        load_mapping(_mapping(tmp_path, WHOLE.replace(*change)))


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ExportProblem, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("title,detail,created_at,reply,replied_at", "message-board"),
        ("case_id,open_at,target_at,closed_at,type,reason,subject,source", "boston311"),
        ("number,title,detail,place,created_at,reply,replied_at", "sample"),
    ],
)
def test_columns_are_recognised(tmp_path: Path, header: str, name: str) -> None:
    assert mapping_for(look_at(_csv(tmp_path, header)), None).name == name


def test_columns_that_nobody_knows_are_listed(tmp_path: Path) -> None:
    with pytest.raises(ExportProblem, match=r"\(when, what\).*--mapping FILE"):
        mapping_for(look_at(_csv(tmp_path, "when,what")), None)


def test_a_mapping_for_another_file_is_found_out(tmp_path: Path) -> None:
    given = load_mapping(_mapping(tmp_path, WHOLE))
    with pytest.raises(ExportProblem, match=r"opened_at: export\.csv has no column opened; it has when, what"):
        mapping_for(look_at(_csv(tmp_path, "when,what")), given)


def test_names_of_built_in_mappings_are_different() -> None:
    names = [mapping.name for mapping in built_in_mappings()]
    assert len(names) == len(set(names))
    assert all(mapping.recognised_by for mapping in built_in_mappings())
