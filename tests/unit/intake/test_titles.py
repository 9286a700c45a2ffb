"""A title is the first sentence of the masked text, and never more than forty characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.security.masking import mask_text
from services.intake.cases.domain.titles import LONGEST_TITLE, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("村口路灯坏了三天。晚上老人出门很不安全。", "村口路灯坏了三天"),
        ("路灯什么时候修？", "路灯什么时候修"),
        ("！！！路灯", "路灯"),
        ("第一行\n第二行", "第一行"),
        ("  路灯\t坏了  ", "路灯 坏了"),
        ("？", "？"),
        ("路" * 40, "路" * 40),
        ("路" * 41, "路" * 39 + "…"),
    ],
)
def test_the_first_sentence(text: str, title: str) -> None:
    assert title_of(text) == title


@given(st.text(min_size=1).filter(str.strip))
def test_a_title_is_one_short_line(text: str) -> None:
    title = title_of(text)
    assert 1 <= len(title) <= LONGEST_TITLE
    assert "\n" not in title


@given(st.text("路灯坏了", max_size=45))
def test_a_number_at_the_cut_stays_hidden(before: str) -> None:
    assert "13812345678"[:8] not in title_of(mask_text(f"{before}13812345678"))
