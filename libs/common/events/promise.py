"""What a deadline guards (承诺), and who is accountable for it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from libs.common.counters import Counter


class Answerable(StrEnum):
    """Who is accountable when a promise is missed (责任方)."""

    UNIT = "unit"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a deadline guards (承诺), with the events that it lives by, each named as its class."""

    label: str
    """In Chinese."""
    limits: str
    """What its limit says, in English."""
    by: Answerable
    set_by: tuple[str, ...]
    """It is not given again while it stands."""
    kept_by: tuple[str, ...]
    void_by: tuple[str, ...] = ()
    """What ends it unkept, before the end of its round does."""
    passed_on_by: tuple[str, ...] = ()
    """It runs on, and is from then on that of the unit that leads, if any does."""
    about: Literal["case", "order", "task", "objection", "upper_order", "request", "letter", "claim", "risk"] = "case"
    """A round of the case itself; or one thing of it, whose id each event names and whose giver starts the clock."""
    of_worker: bool = False
    """It is that of the unit that works, where the one that leads has delegated."""
    optional: bool = False
    """A pack may do without a limit; then nothing is promised."""
    limited: bool = True
    """A pack says its limit among all others; else whatever sets it says until when."""
    of_duty: bool = False
    """A duty may have a limit of its own for it."""
    while_held: bool = False
    """It is about what waits for a person's wording; nothing else is set by an event that is held."""
    after_the_end: bool = False
    """It is about a case that has ended, and runs while it has."""
    by_the_day_it_is_needed: bool = False
    """The citizen's own date (需办日期) is the limit when it comes first."""
    ahead_of_above: bool = False
    """Of an order from above (上级交办) so is its deadline, less the pack's margin."""
    counted_as: tuple[Counter, ...] = ()
    """What one that is decided counts as, one that was kept in time, and perhaps one that was not; nothing where no
    figure counts it."""
