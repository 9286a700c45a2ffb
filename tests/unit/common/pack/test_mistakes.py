"""Every kind of mistake in a pack is found with its file, its line and its mend."""

from pathlib import Path

import pytest

from libs.common.pack.loader import load_pack
from libs.common.pack.problems import PackError
from tests.unit.common.pack.mistakes.form import Mistake
from tests.unit.common.pack.mistakes.meant import MEANT
from tests.unit.common.pack.mistakes.written import WRITTEN

MISTAKES = WRITTEN | MEANT


def spoil(folder: Path, mistake: Mistake) -> tuple[str, int]:
    """Make the mistake once; the file and line where it has to be reported."""
    file = folder / mistake.file
    text = file.read_text(encoding="utf-8")
    assert mistake.old in text, "the demo pack no longer has the text that this mistake replaces"
    text = text.replace(mistake.old, mistake.new, 1)
    file.write_text(text, encoding="utf-8")
    if mistake.at.startswith("@"):
        part, _, mark = mistake.at[1:].partition(":")
        rows = (folder / f"{part}.csv").read_text(encoding="utf-8").splitlines()
        return f"{part}.csv", next(number for number, row in enumerate(rows, 1) if row.startswith(mark))
    mark = mistake.at or mistake.new.strip("\n")
    return mistake.file, text[: text.index(mark)].count("\n") + 1


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    mistake = MISTAKES[name]
    where = spoil(folder, mistake)
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    found = [
        problem
        for problem in caught.value.problems
        if mistake.message in problem.message and mistake.mend in problem.mend
    ]
    assert where in [(problem.file, problem.line) for problem in found], str(caught.value)
