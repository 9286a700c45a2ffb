"""Until when a finding holds, and when somebody is to be in contact again (甄别期限、联系期限)."""

from datetime import date, timedelta

from libs.common.time.months import months_on

_REGIONS = (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71, 81, 82))
PROVINCES = frozenset(str(number) for region in _REGIONS for number in region)
"""The first two digits of a code of GB/T 2260, to which whoever is away went."""


def looked_before(today: date, months: int | None, never: date) -> date:
    """Whoever was looked at before this day is to be looked at again; without a rule only who never was."""
    return never + timedelta(days=1) if months is None else months_on(today, -months)


def contacted_before(today: date, days: int | None, never: date) -> date:
    """With whoever was in contact before this day somebody is to be again; without a rule only who never was."""
    return never + timedelta(days=1) if days is None else today - timedelta(days=days)
