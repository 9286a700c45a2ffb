"""Turns the words of a template into a form for its copies: where ids, numbers, places and days stand, gaps are left.

The gaps are those of PostgreSQL's ``format()``. The first are the same for every template, the days come after them.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from bench.stock.templates import SOURCE, Template

CASE_ID, CASE_NO, TAIL, CHANNEL, AREA, SOURCE_NO = range(1, 7)
"""The gaps that every template has."""
HEAD = 23
"""So much of the id of a callback or an order stays; the rest, the tail, is that of its case's id."""

_A_DAY = re.compile(r'(?<=["\s])[0-9]{4}-[0-9]{2}-[0-9]{2}(?=[T"])')
_A_SOURCE = re.compile(rf'"{SOURCE}-[0-9]+"')
_A_PRINT = re.compile(r'"sealed":"[0-9a-f]{64}"')
_AN_ID = re.compile(r'"([0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4})-[0-9a-f]{12}"')


def gap(number: int) -> str:
    """The n-th argument of ``format()``."""
    return f"%{number}$s"


@dataclass(slots=True)
class Words:
    """The words of one template; ``days`` are met in turn, and shift with the copy."""

    template: Template
    days: list[date] = field(default_factory=list)

    def form(self, text: str, *, registration: bool) -> str:
        """The form of a text, of JSON mostly. ``registration`` is true where the case's channel and area are said."""
        one = self.template
        found = text.replace("%", "%%").replace(one.case_id, gap(CASE_ID)).replace(one.case_no, gap(CASE_NO))
        if registration:
            found = found.replace(f'"{one.channel}"', f'"{gap(CHANNEL)}"', 1)
        found = found.replace(f'"{one.area_code}"', f'"{gap(AREA)}"')
        found = _A_SOURCE.sub(f'"{gap(SOURCE_NO)}"', found)
        # Copies have a phone of their own.
        found = _A_PRINT.sub('"sealed":null', found)
        found = _AN_ID.sub(rf'"\1{gap(TAIL)}"', found)
        return _A_DAY.sub(lambda match: gap(SOURCE_NO + 1 + self._place(match[0])), found)

    def _place(self, day: str) -> int:
        known = date.fromisoformat(day)
        if known not in self.days:
            self.days.append(known)
        return self.days.index(known)
