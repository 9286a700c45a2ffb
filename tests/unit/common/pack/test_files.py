"""Packs as they come from real desks: Excel's encodings, Windows line ends, missing files, many mistakes at once."""

from itertools import pairwise
from pathlib import Path

import pytest

from libs.common.pack.loader import TABLES, load_pack
from libs.common.pack.problems import PackError, PackProblem
from libs.common.pack.schema import Pack

FILES = ("pack.yaml", *(table.file for table in TABLES))


def problems_of(folder: Path) -> tuple[PackProblem, ...]:
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    return caught.value.problems


def rewrite(file: Path, encoding: str, newline: str = "\n") -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text, encoding=encoding, newline=newline)


@pytest.mark.parametrize("file", FILES)
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(file: str, folder: Path, pack: Pack) -> None:
    rewrite(folder / file, "utf-8-sig", "\r\n")
    assert load_pack(folder) == pack


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(("encoding", "name"), [("gb18030", "GB18030"), ("utf-16", "UTF-16")])
def test_another_encoding_is_named(file: str, encoding: str, name: str, folder: Path) -> None:
    rewrite(folder / file, encoding)
    (problem,) = problems_of(folder)
    assert problem.file == file
    assert name in problem.message
    assert "UTF-8" in problem.mend


def test_the_line_of_a_stray_byte_is_told(folder: Path) -> None:
    file = folder / "units.csv"
    lines = file.read_bytes().split(b"\n")
    lines[4] += b"\xff"
    file.write_bytes(b"\n".join(lines))
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("units.csv", 5)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(file: str, folder: Path) -> None:
    (folder / file).unlink()
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == (file, 0)
    assert file in problem.mend


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "nowhere")
    assert "nowhere" in problem.file


@pytest.mark.parametrize("file", FILES)
def test_an_empty_file_is_a_problem(file: str, folder: Path) -> None:
    (folder / file).write_text("", encoding="utf-8")
    assert {problem.file for problem in problems_of(folder)} == {file}


@pytest.mark.parametrize("table", [table.file for table in TABLES])
def test_a_table_without_rows_is_a_problem(table: str, folder: Path) -> None:
    file = folder / table
    file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.message) == (table, "the table has no rows")


def test_the_mistakes_of_all_files_are_told_together(folder: Path) -> None:
    for file, right, wrong in (
        ("areas.csv", ",grid,", ",gird,"),
        ("units.csv", ",department,", ",bureau,"),
        ("duties.csv", ",true,", ",perhaps,"),
        ("pack.yaml", "tries: 3", "tries: 0"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(right, wrong), encoding="utf-8")
    problems = problems_of(folder)
    by_file = {file: [problem for problem in problems if problem.file == file] for file in FILES}
    assert {file: len(found) for file, found in by_file.items()} == {
        "pack.yaml": 1,
        "areas.csv": 20,
        "units.csv": 12,
        "categories.csv": 0,
        "duties.csv": 8,
    }


def test_lines_are_right_after_a_cell_with_line_breaks(folder: Path) -> None:
    file = folder / "duties.csv"
    text = file.read_text(encoding="utf-8").replace("县级部门权责清单·住建", '"依据一\n依据二\n依据三"', 1)
    lines = text.replace("1503,county", "1503,country").splitlines()
    file.write_text("\n".join(lines), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert lines[problem.line - 1].startswith("1503,country")


def test_blank_lines_between_rows_are_allowed(folder: Path, pack: Pack) -> None:
    file = folder / "areas.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("\n", "\n\n,,,,\n"), encoding="utf-8")
    assert load_pack(folder) == pack


def test_a_missing_setting_of_the_whole_file_is_told_at_its_top(folder: Path) -> None:
    file = folder / "pack.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("format: huiyin-pack/1\n", ""), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.mend) == ("pack.yaml", "add 'format'")


def test_yaml_never_guesses_at_codes_and_times(folder: Path, pack: Pack) -> None:
    file = folder / "pack.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"999001000000"', "999001000000").replace("17:00", '"17:00"'), encoding="utf-8")
    assert load_pack(folder) == pack


def test_a_problem_prints_as_file_line_message_and_mend() -> None:
    assert str(PackProblem("a.csv", 3, "wrong", "do right")) == "a.csv:3: wrong. Mend: do right"
    assert str(PackProblem("a.csv", 0, "wrong", "do right")) == "a.csv: wrong. Mend: do right"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghij")
)


@pytest.mark.parametrize(
    ("added", "line", "said"),
    [
        (BOMB, 2, "an alias, *a,"),
        ("loop: &loop\n  again: *loop\n", 2, "an alias, *loop,"),
        ("loop: &loop [1, *loop]\n", 1, "an alias, *loop,"),
        ("rules: &r {a: 1}\nmore:\n  <<: *r\n", 3, "an alias, *r,"),
        ("deep: " + "[" * 100_000, 1, "more than 64 levels"),
        ("deep:\n" + "".join(f"{' ' * n}k:\n" for n in range(1, 400)), 65, "more than 64 levels"),
    ],
)
def test_what_would_have_no_end_is_refused_by_its_line(folder: Path, added: str, line: int, said: str) -> None:
    settings = folder / "pack.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + added, encoding="utf-8")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("pack.yaml", text.count("\n") + line)
    assert said in problem.message
    assert problem.mend


def test_an_anchor_that_nothing_refers_to_is_harmless(folder: Path, pack: Pack) -> None:
    settings = folder / "pack.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("format: ", "format: &f "), encoding="utf-8")
    assert load_pack(folder) == pack
