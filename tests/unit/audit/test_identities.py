"""What the audit takes for a phone or an ID number."""

import re
from datetime import date

import pytest

from huiyin.audit.identities import PERHAPS
from huiyin.audit.reading import identifies, leaks
from tests.support.identifiers import FORMS, ORDINARY, parts_of

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "电话13800138000。",
        "１３８００１３８０００",
        "11010119900307123X",
        f"{DIGEST} 13800138000",
        "1" * 18,
        "2026112200013800138000",
        "幺三八洞洞幺三八洞洞洞",
        "我叫张三，家住3组15号",
    ],
)
def test_a_number_of_a_person_is_seen(text: str) -> None:
    assert identifies(text)


@pytest.mark.parametrize(
    "text",
    [
        "一三八",
        "01987654-1111-7222-8333-e13800138000",
        DIGEST[:20] + "f13800138000a" + DIGEST[33:],
        f'{{"digest":"{DIGEST[:52]}f13800138000"}}',
    ],
)
def test_a_number_of_a_thing_is_not(text: str) -> None:
    assert not identifies(text)


@pytest.mark.parametrize("ours", ["01769499-3542-5a29-8df8-d65c822b14a0", f"{DIGEST[:52]}f13800138000", DIGEST])
def test_nor_is_an_id_or_a_digest_of_ours_under_whatever_name_a_document_has_it(ours: str) -> None:
    today = date(2026, 3, 4)
    assert list(leaks({"exclusion_id": ours, "items": [{"callback_id": ours}]}, today)) == []
    assert list(leaks({"note": f"见 {ours}，电话13800138000"}, today)) == [("note", True)]


def test_sixty_four_digits_are_no_digest() -> None:
    assert identifies("13800138000 " + "1" * 64)


@pytest.mark.parametrize("form", [form for forms in FORMS.values() for form in forms])
def test_every_form_that_is_masked_is_seen_where_it_was_not(form: str) -> None:
    text, _ = parts_of(form)
    assert identifies(text)
    assert re.search(PERHAPS, text)


@pytest.mark.parametrize("text", ORDINARY)
def test_nothing_is_seen_in_an_ordinary_text(text: str) -> None:
    assert not identifies(text)


def test_what_every_release_found_is_told_from_what_only_this_one_finds() -> None:
    document = {
        "text": "请打13800138000",
        "note": "请打幺三八洞洞幺三八洞洞洞",
        "case_id": "13800138000",
        "source_no": "GD202611280042",
        "said": [{"words": "我叫张三，"}, "2026-03-04T12:00:00.123456+08:00"],
    }
    assert list(leaks(document, date(2026, 3, 4))) == [("text", True), ("note", False), ("words", False)]
