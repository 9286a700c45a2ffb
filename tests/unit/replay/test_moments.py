"""Moments of exports: the formats that are known, the zone that holds, and what is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.replay.moments import moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2019, 4, 25, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2019-04-25T12:00:00",
        "2019-04-25 12:00:00",
        "2019-04-25 12:00",
        "2019-04-25T04:00:00Z",
        "2019-04-25T06:00:00+02:00",
        "2019/4/25 12:00:00",
        "2019/04/25 12:00",
        "2019年4月25日 12:00",
        "2019年4月25日12时00分",
        "04/25/2019 12:00:00 PM",
    ],
)
def test_common_ways_to_write_it(text: str) -> None:
    assert moment(text, SHANGHAI) == NOON


@pytest.mark.parametrize("text", ["", "yesterday", "2019-02-30", "25/04/2019", "20190425", "1556164800", "2019-13-01"])
def test_what_is_no_time_here(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        moment(text, SHANGHAI)


@pytest.mark.parametrize("text", ["1969-12-31", "2300-01-01", "0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_years_that_cannot_be_registered(text: str) -> None:
    with pytest.raises(ValueError, match=r"between 1970|too far"):
        moment(text, SHANGHAI)


def test_formats_of_the_mapping_hold_alone() -> None:
    assert moment("25.04.2019 12h", SHANGHAI, ["%d.%m.%Y %Hh"]) == NOON
    assert moment("1556164800", SHANGHAI, ["unix"]) == NOON
    assert moment("1556164800000", SHANGHAI, ["unix"]) == NOON
    with pytest.raises(ValueError, match="not a time"):
        moment("2019-04-25 12:00", SHANGHAI, ["%d.%m.%Y"])


def test_an_hour_that_comes_twice_is_the_first() -> None:
    boston = ZoneInfo("America/New_York")
    assert moment("2015-11-01 01:30:00", boston) == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)


@given(st.datetimes(datetime(1975, 1, 1), datetime(2190, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001
def test_iso_text_means_its_instant(wall: datetime, offset: int) -> None:
    local = wall.replace(microsecond=0)
    text = f"{local.isoformat()}{offset:+03d}:00"
    assert moment(text, SHANGHAI) == local.replace(tzinfo=UTC) - timedelta(hours=offset)
