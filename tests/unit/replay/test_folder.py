"""The folder of a replay is its own: it is emptied only when a replay filled it."""

import csv
from pathlib import Path

import pytest

from huiyin.replay.folder import MARK, REFUSED, prepare_folder, write_refusals
from huiyin.replay.reader import ExportProblem
from huiyin.replay.rows import Place, Reason, Refusal


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
        Refusal(Place("a.csv", 7), "n-1", Reason.NO_TEXT, 'neither, "nor"'),
        Refusal(Place("b.jsonl", 2), "", Reason.BROKEN_LINE, "时间"),
    ]
    path = write_refusals(tmp_path, refused)
    assert path == tmp_path / REFUSED
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [["a.csv", "7", "n-1", "no_text", 'neither, "nor"'], ["b.jsonl", "2", "", "broken_line", "时间"]]
    assert write_refusals(tmp_path, []) is None
    assert not path.exists()
