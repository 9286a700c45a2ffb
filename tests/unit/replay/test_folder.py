"""The folder of a replay is its own: it is emptied only when a replay filled it."""

import csv
import io
from pathlib import Path

import pytest
from rich.console import Console

from huiyin.replay.folder import MARK, REFUSED, prepare_folder, write_refusals
from huiyin.replay.reader import ExportProblem
from huiyin.replay.report import print_refusals
from huiyin.replay.rows import FileLine, Reason, RowRefusal


def test_a_new_folder_is_marked(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "replay"
    prepare_folder(folder, fresh=True)
    assert (folder / MARK).is_file()


def test_what_a_replay_left_is_deleted_only_when_asked(tmp_path: Path) -> None:
    folder = tmp_path / "replay"
    prepare_folder(folder, fresh=True)
    (folder / "postgres").mkdir()
    prepare_folder(folder, fresh=False)
    assert (folder / "postgres").is_dir()
    prepare_folder(folder, fresh=True)
    assert not (folder / "postgres").exists()


@pytest.mark.parametrize("fresh", [True, False])
def test_real_data_are_never_touched(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(ExportProblem, match="not replayed"):
        prepare_folder(tmp_path, fresh=fresh)
    assert (tmp_path / "postgres").is_dir()


def test_refused_rows_are_listed_one_by_one(tmp_path: Path) -> None:
    refused = [
        RowRefusal(FileLine("a.csv", 7), "n-1", Reason.NO_TEXT, 'neither, "nor"'),
        RowRefusal(FileLine("b.jsonl", 2), "", Reason.BROKEN_LINE, "时间"),
    ]
    path = write_refusals(tmp_path, refused)
    assert path == tmp_path / REFUSED
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [["a.csv", "7", "n-1", "no_text", 'neither, "nor"'], ["b.jsonl", "2", "", "broken_line", "时间"]]
    assert write_refusals(tmp_path, []) is None
    assert not path.exists()


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t=", "\r=", "  =", "＝", "＠"])
def test_no_cell_is_a_formula_to_a_spreadsheet(tmp_path: Path, begins: str) -> None:
    evil = f'{begins}HYPERLINK("http://evil.example/0")'
    path = write_refusals(tmp_path, [RowRefusal(FileLine(evil, 7), evil, Reason.UNREADABLE_DATE, evil)])
    assert path is not None
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = list(csv.reader(file))[1:]
    assert [row[0], row[2], row[4]] == [f"'{evil}"] * 3


def test_what_is_refused_is_told_without_numbers_of_people(tmp_path: Path) -> None:
    detail = "opened_at: '张三 13800138000' is no time; 身份证110101199003074514"
    refused = [RowRefusal(FileLine("a.csv", 7), "GD202611280042", Reason.UNREADABLE_DATE, detail)]
    path = write_refusals(tmp_path, refused)
    assert path is not None
    console = Console(file=io.StringIO(), width=200)
    print_refusals(console, refused, path)
    assert isinstance(console.file, io.StringIO)
    for told in (path.read_text(encoding="utf-8-sig"), console.file.getvalue()):
        assert "13800138000" not in told
        assert "110101199003074514" not in told
        assert "138****8000" in told
        assert "GD202611280042" in told


def test_what_is_told_of_times_stays_as_it_is() -> None:
    detail = "opened 2026-11-28T13:45:07.123456Z, closed 2019-03-04T00:00:00Z"
    assert RowRefusal(FileLine("a.csv", 7), "n", Reason.CLOSED_BEFORE_OPENED, detail).told.detail == detail
