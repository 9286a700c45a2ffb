"""Numbers of orders that hold long runs of digits go through; what looks like a phone or an ID does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.security.personal_numbers import is_personal_number

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "19912345678",
        "GD13812345678",
        "13812345678-2",
        "8613812345678",
        "+8613812345678",
        "+86-138-1234-5678",
        "0086138.1234.5678",
        "013812345678",
        "138-1234-5678",
        "call_13812345678_1",
        "11010119900307451X",
        "11010119900307451x",
        "110101199003074514",
        "ID:110101-19900307-451X",
    ],
)
def test_a_number_of_a_person_is_none_of_a_thing(number: str) -> None:
    assert is_personal_number(number, TODAY)


@pytest.mark.parametrize(
    "number",
    [
        "GD202611280042",
        "GD2026112800042",
        "DH202611281234567",
        "20261128000042",
        "2026112813812345678",
        "370100202611280012",
        "370100202611280011",
        "3701002026112800123456",
        "9990010000002026112800015",
        "12345-20261128-0042",
        "20261128-138-0042",
        "WX-1512-0001-234",
        "SZ-2026-11-28-138",
        "1764300000",
        "1764300000000",
        "138123456780",
        "10012345678",
        "12912345678",
        "110101199003074519",
        "110101199013074514",
        "110101201503074510",
        "20101199003074514X",
        "1234567890123456789",
        "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01",
        "row-9f86d081884c7d659a2feaa0c55ad015",
        "A",
    ],
)
def test_a_number_of_a_thing_goes_through(number: str) -> None:
    assert not is_personal_number(number, TODAY)


@given(
    st.dates(date(2020, 1, 1), date(2039, 12, 31)),
    st.integers(0, 99_999),
    st.integers(4, 6),
    st.sampled_from(["", "GD", "12345-", "370100", "440305", "999001000000", "HL_"]),
    st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y%m"]),
)
def test_no_number_of_an_area_a_day_and_a_serial_is_taken_for_a_persons(
    day: date, serial: int, width: int, area: str, form: str
) -> None:
    number = f"{area}{day.strftime(form)}{serial:0{width}}"
    assert not is_personal_number(number, day), number


@given(st.integers(0, 10**8 - 1), st.integers(3, 9), st.sampled_from(["", "X", "GD-", "no."]))
def test_every_mobile_number_is_seen(rest: int, second: int, before: str) -> None:
    assert is_personal_number(f"{before}1{second}{rest:08}0", TODAY)
