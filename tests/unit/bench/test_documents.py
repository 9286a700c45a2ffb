"""The document on performance has a place for the results, and says what every figure is."""

import json
from pathlib import Path

import pytest

from bench.documents import DOCUMENT, MODES, newest, renewed, section
from bench.figure import Figure, below
from bench.report import KEYS, stored


def test_the_newest_results_of_a_mode_are_taken(tmp_path: Path) -> None:
    for name in ("2026-11-21-full.json", "2026-11-22-full.json", "2026-11-23-quick.json"):
        (tmp_path / name).write_text("{}")
    assert newest(tmp_path, "full") == tmp_path / "2026-11-22-full.json"
    assert newest(tmp_path, "other") is None


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    text = "before\n<!-- full -->\nold \\1\n<!-- /full -->\nafter\n"
    assert renewed(text, "full", r"new \1") == "before\n<!-- full -->\nnew \\1\n<!-- /full -->\nafter\n"
    with pytest.raises(ValueError, match="no place for quick"):
        renewed(text, "quick", "new")


def test_a_section_says_when_where_and_what() -> None:
    result = {
        "machine": {"cpus": 2, "model": "Some Processor", "memory_gb": 24, "system": "Linux x86_64"},
        "versions": {"python": "3.11.7"},
        "began": "2026-11-22T03:50:01+00:00",
        "commit": "abc",
        "others_cores": 0.02,
        "figures": [stored(Figure("idle_mb", below(400), 257.0, "MB"), "abc", "now")],
    }
    said = section(json.loads(json.dumps(result)))
    assert "2 processors (Some Processor), 24 GB" in said
    assert "| idle_mb | < 400 | 257 MB |" in said


def test_the_document_has_room_for_both_modes_and_names_every_key() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for mode in MODES:
        assert renewed(text, mode, "x") != text
    assert [key for key in KEYS if f"`{key}`" not in text] == []
