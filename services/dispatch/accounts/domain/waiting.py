"""How long somebody waits who gave a wrong password (等待): longer each time, and never longer than a bound.

A try is counted before its password is looked at, and given back when it was right. So tries that come at the same
moment count as if they came one after the other, and none is free because others are under way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class WaitRule:
    """``free`` tries without a wait, then ``first``, doubled by each further one up to ``longest``.

    A try is forgotten every ``forgets``, so that whoever mistypes now and then never waits.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgets: timedelta


ACCOUNT = WaitRule(5, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))
"""Of one name: whoever tries without end gets 4 tries an hour, and NIST SP 800-63B 5.2.2 asks for a limit of 100 in
all. The owner of the name waits a quarter of an hour at most, and not at all on a device that signed in before."""
ADDRESS = WaitRule(100, timedelta(seconds=30), timedelta(minutes=15), timedelta(minutes=1))
"""Of one address, behind which a whole office may sit: 100 at once, one a minute from then on."""
CODE = WaitRule(5, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))
"""Of codes beside a password that was right: one in a million is guessed, three of which count at a time."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How many tries are not forgotten, since when, and until when nobody may try."""

    count: int
    counted_at: datetime
    until: datetime | None = None


def may_try(tries: Tries | None, now: datetime) -> bool:
    """Whether nobody has to wait."""
    return tries is None or tries.until is None or tries.until <= now


def charged(tries: Tries | None, rule: WaitRule, now: datetime) -> Tries:
    """The try counts, and what is beyond the free ones makes the next one wait."""
    before = _remembered(tries, rule, now)
    count = before.count + 1
    if count < rule.free:
        return Tries(count, before.counted_at)
    # Beyond 2^16 it is the longest in any case, and a timedelta has an end.
    wait = min(rule.longest, rule.first * 2 ** min(count - rule.free, 16))
    return Tries(count, before.counted_at, now + wait)


def given_back(tries: Tries) -> Tries:
    """A try that was right, of a name that others share: it never was."""
    return Tries(max(0, tries.count - 1), tries.counted_at)


def _remembered(tries: Tries | None, rule: WaitRule, now: datetime) -> Tries:
    if tries is None:
        return Tries(0, now)
    forgotten = max(0, (now - tries.counted_at) // rule.forgets)
    if forgotten >= tries.count:
        return Tries(0, now)
    return Tries(tries.count - forgotten, tries.counted_at + forgotten * rule.forgets)
