"""Any export is read record by record: nothing but the broken line itself is lost."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.replay import csv_records
from huiyin.replay.encoding import detect
from huiyin.replay.reader import ExportProblem, Shape, look_at, read
from huiyin.replay.rows import Broken, ExportRow, Reason


def _write(folder: Path, content: bytes | str, name: str = "export.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _read(path: Path) -> list[ExportRow | Broken]:
    return list(read(look_at(path)))


def _fields(found: list[ExportRow | Broken]) -> list[dict[str, str]]:
    return [dict(each.fields) for each in found if isinstance(each, ExportRow)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("shape", ["csv", "jsonl"])
def test_every_encoding_is_found(tmp_path: Path, encoding: str, shape: str) -> None:
    lines = {
        "csv": "编号,内容\n1,路灯不亮\n2,㐀𠮷排水沟\n",
        "jsonl": '{"编号": "1", "内容": "路灯不亮"}\n{"编号": "2", "内容": "㐀𠮷排水沟"}\n',
    }
    path = _write(tmp_path, lines[shape].encode(encoding))
    export = look_at(path)
    assert export.encoding == encoding
    assert export.columns == ("编号", "内容")
    assert _fields(_read(path)) == [{"编号": "1", "内容": "路灯不亮"}, {"编号": "2", "内容": "㐀𠮷排水沟"}]


def test_one_line_of_another_encoding_does_not_change_the_rest(tmp_path: Path) -> None:
    good = "{'t': '路灯不亮'}\n".replace("'", '"').encode()
    path = _write(tmp_path, good * 3 + "{'t': '路灯坏了'}\n".replace("'", '"').encode("gb18030") + good)
    assert detect(path) == "utf-8"
    found = _read(path)
    assert [type(each) for each in found] == [ExportRow, ExportRow, ExportRow, Broken, ExportRow]
    broken = found[3]
    assert isinstance(broken, Broken)
    assert (broken.place.line, broken.reason) == (4, Reason.BROKEN_TEXT)


def test_jsonl_passes_over_blank_lines_and_names_broken_ones(tmp_path: Path) -> None:
    deep = "[" * 200_000
    lines = ('{"a": "1"}', "", "   ", "not json", "[1]", f'{{"a": {deep}', '{"a": NaN, "b": 2, "c": ["x", "y"]}')
    path = _write(tmp_path, "\n".join(lines))
    found = _read(path)
    assert [each.place.line for each in found] == [1, 4, 5, 6, 7]
    assert [isinstance(each, Broken) for each in found] == [False, True, True, True, False]
    assert _fields(found)[-1] == {"b": "2", "c": "x y"}


def test_values_become_text_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    plain = {"n": 12, "f": 1.5, "t": True, "o": {"x": "路"}, "none": None, "blank": "  ", "": "unnamed"}
    path = _write(tmp_path, json.dumps(plain, ensure_ascii=False))
    assert _fields(_read(path)) == [{"n": "12", "f": "1.5", "t": "true", "o": '{"x": "路"}', "": "unnamed"}]


def test_columns_of_jsonl_are_those_of_all_its_first_records(tmp_path: Path) -> None:
    path = _write(tmp_path, '{"a": "1"}\n{"b": "2"}\n{"a": "3", "c": "4"}\n')
    assert look_at(path).columns == ("a", "b", "c")


@pytest.mark.parametrize(
    ("content", "says"), [("", "empty"), ("\n \n", "empty"), ('[{"a": 1}]', "JSON array"), (None, "no file")]
)
def test_a_file_that_is_no_export(tmp_path: Path, content: str | None, says: str) -> None:
    path = tmp_path / "export.json"
    if content is not None:
        _write(tmp_path, content, path.name)
    with pytest.raises(ExportProblem, match=says):
        look_at(path)


@pytest.mark.parametrize("delimiter", list(csv_records.DELIMITERS))
def test_every_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = _write(tmp_path, f"a{delimiter}b\r\n1{delimiter}2\r\n")
    export = look_at(path)
    assert (export.shape, export.delimiter) == (Shape.CSV, delimiter)
    assert _fields(_read(path)) == [{"a": "1", "b": "2"}]


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(st.lists(st.tuples(_CELL, _CELL), max_size=8))
def test_what_was_written_as_csv_is_read_back(rows: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([("first", "second"), *rows])
    found = list(csv_records.read_csv(io.StringIO(written.getvalue(), newline=""), "x.csv", ","))
    expected = [{k: v for k, v in zip(("first", "second"), row, strict=True) if v.strip()} for row in rows if any(row)]
    assert _fields(found) == expected
    assert len(found) == len(expected)


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    path = _write(tmp_path, 'a,b\n1,x\n2,"never closed\n3,y\n4,z\n')
    found = _read(path)
    assert _fields(found) == [{"a": "1", "b": "x"}, {"a": "3", "b": "y"}, {"a": "4", "b": "z"}]
    assert [(each.place.line, each.reason) for each in found if isinstance(each, Broken)] == [(3, Reason.BROKEN_LINE)]


def test_a_stray_quote_that_pairs_with_a_later_one_costs_its_own_line_only(tmp_path: Path) -> None:
    path = _write(tmp_path, 'a,b\n1,"oops\n2,"fine, quoted"\n3,y\n')
    found = _read(path)
    assert [each["a"] for each in _fields(found)] == ["2", "3"]


def test_quotes_inside_one_line_are_taken_as_they_are(tmp_path: Path) -> None:
    path = _write(tmp_path, 'a,b\n1,"he said "hi" there"\n2,y\n')
    assert [each["a"] for each in _fields(_read(path))] == ["1", "2"]


def test_quoted_line_breaks_and_huge_fields(tmp_path: Path) -> None:
    huge = "路灯" * 400_000
    path = _write(tmp_path, f'a,b\n1,"first\nsecond\r\nthird"\n2,"{huge}"\n3,z\n')
    found = _read(path)
    assert [each.place.line for each in found] == [2, 5, 6]
    assert _fields(found)[0]["b"] == "first\nsecond\r\nthird"
    assert _fields(found)[1]["b"] == huge


def test_more_fields_than_columns_is_a_broken_line_and_fewer_are_not(tmp_path: Path) -> None:
    path = _write(tmp_path, "a,b,c\n1,2,3,4\n1,2\n1,2,3,,\n")
    found = _read(path)
    assert [isinstance(each, Broken) for each in found] == [True, False, False]


def test_a_record_that_seems_endless_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "MOST_LINES", 5)
    path = _write(tmp_path, 'a,b\n1,"x\n' + "".join(f"{n},y\n" for n in range(2, 30)))
    found = _read(path)
    assert [each["a"] for each in _fields(found)] == [str(n) for n in range(2, 30)]
