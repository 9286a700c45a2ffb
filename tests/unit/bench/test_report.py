"""How a run is told."""

import json
from pathlib import Path

import pytest

from bench.figure import Figure, Verdict, at_least, at_most, below
from bench.report import json_line, keys, markdown, merge, number, stored, table, write

FIGURES = [
    Figure("intake_ratio", at_least(0.5), 0.5123, "of pgbench", "pgbench 9000 cases/s", "4611 cases/s"),
    Figure("idle_mb", below(400), 400.0, "MB"),
    Figure("burst_error_share", at_most(0), 0.0, "of requests", "a peer | 57 %"),
    Figure("others", None, 12345.6, "rows"),
]


def told() -> list[dict[str, object]]:
    return [stored(figure, "abc", "2026-11-22T00:00:00+00:00") for figure in FIGURES]


def test_verdicts() -> None:
    verdicts = [figure.verdict for figure in FIGURES]
    assert verdicts == [Verdict.REACHED, Verdict.MISSED, Verdict.REACHED, Verdict.NOTED]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.51234, "0.512"), (4.0, "4"), (45.678, "45.7"), (12345.6, "12346"), (0.00012, "0.00012")],
)
def test_numbers_have_as_many_places_as_one_can_use(value: float, text: str) -> None:
    assert number(value) == text


def test_the_table_has_a_line_for_each_figure_and_its_detail_below() -> None:
    lines = table(told()).splitlines()
    assert lines[0].split() == ["figure", "asked", "seen", "baseline", "verdict"]
    assert lines[2].split("  ")[0] == "intake_ratio"
    assert lines[2].endswith("reached")
    assert lines[3] == "    4611 cases/s"
    assert lines[4].startswith("idle_mb")
    assert lines[4].endswith("missed")


def test_markdown_keeps_its_columns_when_a_text_has_a_bar_in_it() -> None:
    lines = markdown(told()).splitlines()
    assert all(line.replace("\\|", "").count("|") == 7 for line in lines)


def test_the_line_of_json_has_the_fixed_keys_that_were_measured() -> None:
    figures = told()
    result = {"mode": "quick", "commit": "abc", "seconds": 1.0, "others_cores": 0.0, "figures": figures}
    said = json.loads(json_line(result | {"keys": keys(figures)}))
    assert said["intake_ratio"] == 0.5123
    assert said["idle_mb"] == 400.0
    assert "fold_ratio" not in said
    assert "others" not in said
    assert said["verdicts"]["idle_mb"] == "missed"


def test_a_later_run_of_the_day_replaces_only_what_it_measured(tmp_path: Path) -> None:
    path = tmp_path / "results" / "day.json"
    figures = told()
    write(path, merge(path, {"commit": "abc", "figures": figures}))
    newer = stored(Figure("idle_mb", below(400), 300.0, "MB"), "def", "2026-11-22T01:00:00+00:00")
    write(path, merge(path, {"commit": "def", "figures": [newer]}))
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["keys"] == {"idle_mb": 300.0, "intake_ratio": 0.5123, "burst_error_share": 0.0}
    assert {figure["name"]: figure["commit"] for figure in found["figures"]} == {
        "idle_mb": "def",
        "intake_ratio": "abc",
        "burst_error_share": "abc",
        "others": "abc",
    }
