"""The same day of another month (对应日)."""

from calendar import monthrange
from datetime import date


def months_on(day: date, months: int) -> date:
    """The same day so many months on, or before where they are negative; the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
