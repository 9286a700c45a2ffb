"""However a number is written, it is one number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.security.phones import NotAPhone, normalised_phone

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13812345678", "+8613812345678"),
        ("138 1234 5678", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("＋86（138）12345678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("013812345678", "+8613812345678"),
        ("0571-88889999", "+8657188889999"),
        ("(0571) 8888 9999 转 12", "+8657188889999"),
        ("0571-88889999 ext. 12", "+8657188889999"),
        ("+86 0571 88889999", "+8657188889999"),
        ("8657188889999", "+8657188889999"),
        ("010-12345678", "+861012345678"),
        ("86123456", "+8686123456"),
        ("12345", "+8612345"),
        ("+852 9123 4567", "+85291234567"),
        ("+1 (212) 555-0100", "+12125550100"),
    ],
)
def test_spellings_of_a_number(written: str, normal: str) -> None:
    assert normal == normalised_phone(written)


@pytest.mark.parametrize("text", ["", "-", "12", "没有电话", "1381234567a", "+", "+86", "1" * 16, "٣٤٥٦٧"])
def test_what_is_no_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(NotAPhone) as refused:
        normalised_phone(text)
    assert len(text) < 2 or text not in str(refused.value)


@given(MOBILES, st.lists(st.sampled_from([" ", "-", "\u3000", ".", "·"]), min_size=12, max_size=12))
def test_what_stands_between_the_digits_does_not_matter(mobile: str, between: list[str]) -> None:
    written = "".join(sign for pair in zip(between, mobile, strict=False) for sign in pair)
    assert normalised_phone(written) == "+86" + mobile


@given(MOBILES)
def test_a_normal_number_stays_as_it_is(mobile: str) -> None:
    once = normalised_phone(mobile)
    assert once == normalised_phone(once)


@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_is_refused(text: str) -> None:
    try:
        number = normalised_phone(text)
    except NotAPhone:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdecimal()
