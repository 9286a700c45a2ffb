"""The data folder of a replay (回放数据目录): begun anew when asked to, and never one that holds real complaints."""

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

from huiyin.replay.reader import ExportProblem
from huiyin.replay.rows import RowRefusal
from libs.common.sheets import text_cell
from libs.programs.postgres.server import running_dsn

REFUSED = "refused.csv"
MARK = "REPLAYED"
"""A file of this name says that all complaints in the folder were replayed."""
_SAYS = "All cases in this folder were replayed in simulated time. It may be deleted, and `huiyin replay` does so.\n"


def prepare_folder(data_dir: Path, *, fresh: bool) -> None:
    """Make the folder, empty when ``fresh``.

    Raises:
        ExportProblem: it holds something that no replay put there, or a Huiyin runs on it.
    """
    mark = data_dir / MARK
    if data_dir.exists() and any(data_dir.iterdir()):
        if not mark.exists():
            raise ExportProblem(f"{data_dir} holds data that were not replayed; name another folder with --data-dir")
        if running_dsn(data_dir / "postgres") is not None:
            raise ExportProblem(f"a Huiyin runs on {data_dir}: stop it first, or name another folder with --data-dir")
        if fresh:
            shutil.rmtree(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.write_text(_SAYS, encoding="utf-8")


def write_refusals(data_dir: Path, refused: Sequence[RowRefusal]) -> Path | None:
    """Every row that was not taken, one by one, as a CSV file in the folder; None when all were taken."""
    path = data_dir / REFUSED
    path.unlink(missing_ok=True)
    if not refused:
        return None
    # With a mark at its start, so that a spreadsheet reads the Chinese in it rightly.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "line", "number", "reason", "detail"))
        writer.writerows(map(_cells, refused))
    return path


def _cells(refusal: RowRefusal) -> tuple[object, ...]:
    told = refusal.told
    texts = (told.place.file, told.number, told.detail)
    file, number, detail = map(text_cell, texts)
    return (file, told.place.line, number, told.reason.value, detail)
