"""Days and instants where wall clocks jump: a day begins once, even if its first hour comes twice or never."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from libs.common.time.moments import as_utc, day_end, day_start, local_day


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Asia/Shanghai", date(2026, 11, 21), datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC)),  # 00:00 to 01:00 comes twice
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC)),  # 00:00 to 01:00 never comes
    ],
)
def test_a_day_begins_at_its_first_instant(zone: str, day: date, begins: datetime) -> None:
    place = ZoneInfo(zone)
    assert day_start(day, place) == begins
    assert local_day(begins, place) == day
    assert day_end(date.fromordinal(day.toordinal() - 1), place) == begins


def test_the_same_instant_in_utc() -> None:
    moment = datetime(2026, 11, 21, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert as_utc(moment).isoformat() == "2026-11-21T00:00:00+00:00"


def test_a_naive_datetime_names_no_instant() -> None:
    with pytest.raises(ValueError, match="birth must carry a time zone"):
        as_utc(datetime(2026, 11, 21), "birth")  # noqa: DTZ001 - the case under test
