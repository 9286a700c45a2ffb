"""No number of a person passes the mask, and what is no number of a person passes unchanged."""

import random
import re
import string
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from libs.common.security.identifiers.signs import IGNORED
from libs.common.security.masking import mask_text, masked_name, masked_phone
from tests.support.identifiers import FORMS, ORDINARY, is_hidden, parts_of, table

PRIVACY = Path(__file__).parents[4] / "docs" / "privacy.md"
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("0571-88889999", "****9999"),
        ("88889999", "****9999"),
        ("8888999", "****"),
        ("12345", "****"),
        ("+852 9123 4567", "****4567"),
        ("不详", "****"),
        ("", "****"),
    ],
)
def test_a_masked_phone(phone: str, masked: str) -> None:
    assert masked == masked_phone(phone)


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), (" 欧阳娜娜 ", "欧*"), ("阿卜杜拉·买买提", "阿*"), ("张", "*"), ("", "")]
)
def test_a_masked_name(name: str, masked: str) -> None:
    assert masked == masked_name(name)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打13812345678找我", "请打138****5678找我"),
        ("电话：138 1234 5678。", "电话：138 **** 5678。"),
        ("138-1234-5678", "138-****-5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 * * * * 5 6 7 8"),
        ("+8613812345678", "+86138****5678"),
        ("008613812345678", "0086138****5678"),
        ("8613812345678", "86138****5678"),
        ("013812345678", "0138****5678"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("138\u200b12345678", "138\u200b****5678"),
        ("tel13812345678wx", "tel138****5678wx"),
        ("13812345678,13912345678", "138****5678,139****5678"),
        ("1381234567813912345678", "138***************5678"),
        ("门牌5 13812345678", "门牌5 138****5678"),
        ("身份证110101199003071234", "身份证110***********1234"),
        ("11010119900307123X。", "110***********123X。"),
        ("11010119900307123ｘ", "110***********123ｘ"),
        ("110101 19900307 1234", "110*** ******** 1234"),
        ("卡号6222020200000000006", "卡号622202*********0006"),
        ("4111 1111 1111 1111", "4111 11** **** 1111"),
        ("0571-88889999", "0571-****9999"),
        ("（0571）8888 9999", "（0571）**** 9999"),
        ("010 12345678 或 01061234567", "010 12345678 或 010****4567"),
        ("+86 571 8888 9999", "+86 571 **** 9999"),
        ("1³800138000", "1³8****8000"),
        ("①③⑧00138000", "①③⑧****8000"),
        ("①13800138000 ②面积 90m²13800138000", "①138****8000 ②面积 90m²138****8000"),
    ],
)
def test_numbers_of_a_person_are_masked(text: str, masked: str) -> None:
    assert masked == mask_text(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert text == mask_text(text)


ALL_FORMS = [form for forms in FORMS.values() for form in forms]


def test_the_forms_are_as_many_as_the_documents_say() -> None:
    assert len(ALL_FORMS) == len(set(ALL_FORMS)) == 175


def test_the_documents_say_which_forms_still_travel() -> None:
    """`python -m tests.support.identifiers` prints the table."""
    assert table(mask_text) in PRIVACY.read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "form"), [(kind, form) for kind, forms in FORMS.items() for form in forms])
def test_every_form_is_masked_and_nothing_beside_it(kind: str, form: str) -> None:
    text, spots = parts_of(form)
    masked = mask_text(text)
    inside = {place for spot in spots for place in spot}
    assert all(masked[place] == sign for place, sign in enumerate(text) if place not in inside)
    assert is_hidden(kind, text, spots, masked), masked
    assert mask_text(masked) == masked


NUMBERS = (
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
    | st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True)
    | st.from_regex(r"[0-9]{1,25}", fullmatch=True)
)
SCRAPS = st.sampled_from(
    ["，", " ", "-", "*", "+86", "0", "电话", "\n", "X", "１", "③", "²", "转", "(", ")"]
) | st.text(max_size=6)
MESSAGES = st.lists(NUMBERS | SCRAPS, max_size=10).map("".join)


@given(MESSAGES)
def test_no_mobile_and_no_identity_number_is_left(text: str) -> None:
    masked = mask_text(text)
    assert not MOBILE.search(masked)
    assert not IDENTITY.search(masked)


def test_every_sign_that_is_drawn_like_a_digit_is_known() -> None:
    """What compatibility decomposition (NFKC) turns into a digit; the audit reads texts so."""
    for sign in map(chr, range(0x110000)):
        value = unicodedata.digit(sign, None)
        if value is not None and str(value) in unicodedata.normalize("NFKC", sign):
            assert mask_text(sign * 10 + "3800138000") != sign * 10 + "3800138000", f"U+{ord(sign):04X}"


@given(MESSAGES)
def test_masking_only_ever_turns_letters_and_figures_into_stars(text: str) -> None:
    masked = mask_text(text)
    assert len(text) == len(masked)
    assert all(new == old or (new == "*" and old.isalnum()) for old, new in zip(text, masked, strict=True))


@given(MESSAGES | st.lists(st.sampled_from([parts_of(form)[0] for form in ALL_FORMS]), max_size=4).map("".join))
def test_what_is_masked_stays_as_it_is(text: str) -> None:
    """Texts are masked again where they are kept, and the audit asks whether anything is left to mask."""
    assert mask_text(mask_text(text)) == mask_text(text)


@given(st.text(st.characters(exclude_categories=["L", "N"]), max_size=80))
def test_a_text_without_letters_and_figures_stays_as_it_is(text: str) -> None:
    assert text == mask_text(text)


def test_every_sign_that_is_not_seen_is_left_out() -> None:
    """Format signs, enclosing marks and variation selectors, as Unicode has them."""
    known = re.compile(f"[{IGNORED}]")
    for sign in map(chr, range(0x110000)):
        if unicodedata.category(sign) in ("Cf", "Me") or "VARIATION SELECTOR" in unicodedata.name(sign, ""):
            assert known.match(sign), f"U+{ord(sign):04X}"


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from([" ", "-", ".", "\u3000", "–", " - "[:2]]),
    st.data(),
)
def test_a_spaced_mobile_is_masked_however_it_is_grouped(mobile: str, gap: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(3, 10), max_size=8)))
    written = gap.join(mobile[start:end] for start, end in zip([0, *cuts], [*cuts, 11], strict=True))
    # That is a sum.
    assume(not re.fullmatch(r"\d{9,10}\.\d{1,2}", written))
    digits = re.sub(r"[^\d*]", "", mask_text(f"请回电 {written}，谢谢"))
    assert digits == f"{mobile[:3]}****{mobile[-4:]}"


def test_a_thousand_canaries_leave_no_trace() -> None:
    """Phones and ID numbers planted in noise; none may be found again, whole."""
    dice = random.Random(20260302)
    noise = string.ascii_letters + "，。、 的了是在不我有人这个上们来到时\n"
    phones = [f"1{dice.randint(3, 9)}{dice.randrange(10**9):09}" for _ in range(500)]
    identities = [
        f"{dice.randrange(10**5, 10**6)}1990{dice.randrange(10**7):07}{dice.choice('0123456789X')}" for _ in range(500)
    ]
    canaries = phones + identities
    dice.shuffle(canaries)
    text = "".join("".join(dice.choices(noise, k=5)) + canary for canary in canaries)
    masked = mask_text(text)
    assert not [canary for canary in canaries if canary in masked]
    assert masked.count("*") >= 500 * 4 + 500 * 11


SIZE = 16_000
ORDINARY_TEXT = "小区3号楼的电梯坏了，物业电话88889999没人接，2026年3月2日报修，编号20260302001。"


def _seconds(text: str) -> float:
    """Of this process's own time, the least of some tries."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        mask_text(text)
        took.append(time.process_time() - begun)
    return min(took)


@pytest.mark.parametrize(
    "unit",
    [
        *("1 ", "13", "1-3", "1、3、", "6222 ", "0571 ", "1", "138、", "一三八", "一、三、", "①", "1\ufe0f", "+1 "),
        *("00852", "电话", "电话：8", "微信号是", "QQ：", "a@", "a.", "a@a.", "皖A", "皖A1", "护照", "我叫", "我叫张"),
        *("本人张", "家住", "家住3组", "A1", "O1", "1l", "卡号1", "香港1", "http://a", "编号1", "联系人：张"),
        *("我是张三，", "2019.1.1-", "ab1_", "*1", "1*"),
    ],
)
def test_no_text_costs_more_than_its_length(unit: str) -> None:
    """Beside an ordinary text of the same length: what is gone through again from each of its signs costs thousands of
    times as much."""
    ordinary = (ORDINARY_TEXT * SIZE)[:SIZE]
    assert _seconds((unit * SIZE)[:SIZE]) < 50 * _seconds(ordinary)
