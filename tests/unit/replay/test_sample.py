"""The sample that comes along: right in form, of the demo county, and with nobody real in it."""

import re
from datetime import UTC, datetime
from pathlib import Path

from huiyin.replay.classify import Classifier
from huiyin.replay.commands import SAMPLES
from huiyin.replay.rows import Row, RowRefusal
from huiyin.replay.screening import Repeat, Screening
from huiyin.replay.texts import ExportLimits
from libs.common.pack.loader import load_pack

PACK = load_pack(Path(__file__).parents[3] / "packs" / "demo")


def _found() -> list[Row | RowRefusal | Repeat]:
    screening = Screening(ExportLimits(), datetime.now(UTC))
    return [each for path in sorted(SAMPLES.glob("*.jsonl")) for each in screening.rows(path)]


def test_rows_of_all_classes_in_the_demo_county() -> None:
    rows = [each for each in _found() if isinstance(each, Row)]
    classifier = Classifier(PACK)
    assert len(rows) == 124
    assert {row.source for row in rows} == {"sample"}
    assert {(classifier.category(row) or "")[:2] for row in rows} == {f"{number:02}" for number in range(1, 16)}
    names = {area.name for area in PACK.areas}
    assert all(row.area in names for row in rows)
    assert sum(row.closed_at is None for row in rows) == 4


def test_the_four_wrong_lines() -> None:
    found = _found()
    assert sorted(each.reason for each in found if isinstance(each, RowRefusal)) == [
        "closed_before_opened",
        "no_text",
        "unreadable_date",
    ]
    assert sum(isinstance(each, Repeat) for each in found) == 1


def test_every_number_of_a_phone_is_plainly_made_up() -> None:
    for path in SAMPLES.glob("*.jsonl"):
        text = re.sub(r"[\s-]", "", path.read_text(encoding="utf-8"))
        assert all(number.startswith("1380000") for number in re.findall(r"1[3-9]\d{9}", text))
        assert "1380000" in text
