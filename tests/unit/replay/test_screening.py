"""Screening: every row is taken, refused with its reason, or a repeat; none is lost."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.replay.rows import LABELS, Reason, Row, RowRefusal
from huiyin.replay.screening import Repeat, Screening
from huiyin.replay.texts import ExportLimits, cleaned, cut, one_line
from libs.common.events.terms import ResultKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {
    "uid": "m-1",
    "title": "路灯不亮",
    "detail": "村口的路灯坏了",
    "created_at": "2019-04-25 12:00:00",
    "reply": "已修复",
    "replied_at": "2019-04-27 12:00:00",
}


def _screen(
    folder: Path, *records: dict[str, Any], limits: ExportLimits | None = None
) -> list[Row | RowRefusal | Repeat]:
    path = folder / "board.jsonl"
    head = {**GOOD, "uid": "first"}
    path.write_text("\n".join(json.dumps(each) for each in (head, *records)), encoding="utf-8")
    return list(Screening(limits or ExportLimits(), NOW).rows(path))[1:]


def test_a_good_row(tmp_path: Path) -> None:
    (row,) = _screen(tmp_path, GOOD | {"reply_kind": "transferred_only"})
    assert isinstance(row, Row)
    assert (row.source, row.number, row.title, row.text) == ("message-board", "m-1", "路灯不亮", "村口的路灯坏了")
    assert row.opened_at == datetime(2019, 4, 25, 4, 0, tzinfo=UTC)
    assert row.closed_at == row.opened_at + timedelta(days=2)
    assert row.result_kind is ResultKind.STAGED


def test_a_phone_in_the_column_of_numbers_is_no_number(tmp_path: Path) -> None:
    one, other = _screen(tmp_path, GOOD | {"uid": "13800138000"}, GOOD | {"uid": "13800138000", "detail": "井盖破损"})
    assert isinstance(one, Row)
    assert isinstance(other, Row)
    assert len({one.number, other.number}) == 2
    for row in (one, other):
        assert row.number.startswith("row-")
        assert hashlib.sha256(b"13800138000").hexdigest()[:32] not in row.number


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": " ", "detail": "\u0000\u0007"}, Reason.NO_TEXT),
        ({"created_at": ""}, Reason.NO_OPENED_AT),
        ({"created_at": "last week"}, Reason.UNREADABLE_DATE),
        ({"replied_at": "2019-02-30"}, Reason.UNREADABLE_DATE),
        ({"replied_at": "2019-04-25 11:59:59"}, Reason.CLOSED_BEFORE_OPENED),
        ({"created_at": "2026-01-02"}, Reason.OPENED_IN_FUTURE),
        ({"replied_at": "2027-01-01"}, Reason.CLOSED_IN_FUTURE),
    ],
)
def test_rows_that_cannot_be_right(tmp_path: Path, change: dict[str, str], reason: Reason) -> None:
    (refusal,) = _screen(tmp_path, GOOD | change)
    assert isinstance(refusal, RowRefusal)
    assert (refusal.reason, refusal.number, refusal.place.line) == (reason, "m-1", 2)
    assert refusal.detail


def test_every_reason_has_its_labels() -> None:
    assert set(LABELS) == set(Reason)


def test_repeats_and_numbers_given_twice(tmp_path: Path) -> None:
    found = _screen(tmp_path, GOOD, GOOD, GOOD | {"detail": "另一件事"}, GOOD)
    assert [type(each) for each in found] == [Row, Repeat, RowRefusal, Repeat]
    refused = found[2]
    assert isinstance(refused, RowRefusal)
    assert refused.reason is Reason.NUMBER_REUSED


def test_a_refused_row_does_not_take_its_number(tmp_path: Path) -> None:
    found = _screen(tmp_path, GOOD | {"created_at": "never"}, GOOD)
    assert [type(each) for each in found] == [RowRefusal, Row]


def test_numbers_are_made_for_rows_that_have_none(tmp_path: Path) -> None:
    bare = {key: value for key, value in GOOD.items() if key != "uid"}
    found = _screen(tmp_path, bare, bare | {"title": "另一件"}, bare, GOOD | {"uid": "编号七"})
    rows = [each for each in found if isinstance(each, Row)]
    assert [type(each) for each in found] == [Row, Row, Repeat, Row]
    assert len({row.number for row in rows}) == 3
    assert all(row.number.startswith("row-") and row.number.isascii() for row in rows)


def test_the_same_number_in_another_run(tmp_path: Path) -> None:
    bare = {key: value for key, value in GOOD.items() if key != "uid"}
    (first,), (second,) = _screen(tmp_path, bare), _screen(tmp_path, bare)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert first.number == second.number


def test_a_missing_title_or_text_is_made_of_the_other(tmp_path: Path) -> None:
    without_title, without_text = _screen(
        tmp_path, GOOD | {"title": "", "uid": "a"}, GOOD | {"detail": "", "detail_tokens": "", "uid": "b"}
    )
    assert isinstance(without_title, Row)
    assert isinstance(without_text, Row)
    assert without_title.title == "村口的路灯坏了"
    assert without_text.text == "路灯不亮"


def test_long_texts_are_cut_and_counted(tmp_path: Path) -> None:
    limits = ExportLimits(title=20, text=100, result=60)
    (row,) = _screen(tmp_path, GOOD | {"title": "灯" * 50, "detail": "坏" * 500, "reply": "修" * 90}, limits=limits)
    assert isinstance(row, Row)
    assert (len(row.title), len(row.text), len(row.reply)) == (20, 100, 60)
    assert row.text.endswith("……（原文共500字）")
    assert row.shortened


_DATES = st.sampled_from(["2019-04-25 12:00:00", "2019-04-26", "", "soon", "2031-01-01", "2019-05-01T10:00:00+08:00"])
_RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "uid": st.sampled_from(["1", "2", "3", "号"]),
        "title": st.text(max_size=8),
        "detail": st.text(max_size=8),
        "created_at": _DATES,
        "replied_at": _DATES,
        "reply": st.text(max_size=5),
        "anything": st.one_of(st.none(), st.integers(), st.lists(st.text(max_size=3), max_size=2)),
    },
)


@given(st.lists(_RECORDS, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_each_line_is_one_of_the_three(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], end: str
) -> None:
    path = tmp_path_factory.mktemp("export") / "board.jsonl"
    lines = [json.dumps(each, ensure_ascii=True) for each in (GOOD | {"uid": "head"}, *records)]
    path.write_text(end.join(lines), encoding="utf-8", newline="")
    found = list(Screening(ExportLimits(), NOW).rows(path))
    assert len(found) == len(lines)
    assert [each.place.line for each in found] == list(range(1, len(lines) + 1))
    rows = [each for each in found if isinstance(each, Row)]
    assert len({row.number for row in rows}) == len(rows)
    for row in rows:
        assert row.opened_at <= (row.closed_at or row.opened_at) <= NOW
        assert row.title == one_line(row.title) != ""
        assert row.text == cleaned(row.text) != ""


@given(st.text())
def test_cleaned_text_can_be_registered(text: str) -> None:
    found = cleaned(text)
    assert not any(char < " " and char not in "\n\t" for char in found)
    assert cleaned(found) == found
    found.encode("utf-8")


@given(st.text(min_size=1, max_size=300), st.integers(40, 200))
def test_cut_text_fits(text: str, longest: int) -> None:
    found = cut(text, longest)
    assert len(found) <= longest
    assert (found == text) == (len(text) <= longest)
