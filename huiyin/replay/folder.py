"""The data folder of a replay (回放数据目录): begun anew when asked to, and never one that holds real complaints."""

import shutil
from pathlib import Path

from huiyin.replay.reader import ExportProblem
from libs.common.database.embedded import running_dsn

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
