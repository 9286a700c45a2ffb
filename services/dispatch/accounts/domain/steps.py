"""What comes next when somebody signs in (登录步骤), and which of a session's tokens still counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STEP_LASTS = timedelta(minutes=10)
"""From a right password to the end of the steps behind it."""
IDLE_LASTS, SESSION_LASTS = timedelta(hours=24), timedelta(days=7)
"""A session ends when it is not used for a day, and after a week in any case."""
SAME_MOMENT = timedelta(seconds=20)
"""Two windows of a browser that renew at the same moment show the same token."""


class Step(StrEnum):
    """What is still to be shown or chosen; ``done``: nothing."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    ENROL = "enrol"
    UNIT = "unit"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Proven:
    """What is known of somebody whose password was right."""

    has_totp: bool
    code_shown: bool
    first_password: bool
    totp_demanded: bool
    units: tuple[str, ...]
    unit: str | None


def next_step(proven: Proven) -> Step:
    """In this order: who has a second factor shows it before a password is changed, which would lock its owner out."""
    if proven.has_totp and not proven.code_shown:
        return Step.CODE
    if proven.first_password:
        return Step.PASSWORD
    if proven.totp_demanded and not proven.has_totp:
        return Step.ENROL
    return Step.UNIT if len(proven.units) > 1 and proven.unit not in proven.units else Step.DONE


class ShownSecret(StrEnum):
    """What the secret is that somebody shows of a session."""

    PRESENT = "present"
    SAME_MOMENT = "same_moment"
    """The one before, a moment after it was turned: two windows of one browser. The new one is on its way there."""
    LOST = "lost"
    """The one before, and nobody ever showed the new one: its answer was lost on the way."""
    OLD = "old"
    """One that was turned and whose follower was used: two have it, and one of them stole it."""


@dataclass(frozen=True, slots=True)
class Held:
    """The secret of a session as a digest, the one ``before`` it, and whether the present one was ever shown."""

    present: str
    turned_at: datetime
    before: str | None = None
    used: bool = False


def recognise(held: Held, digest: str, now: datetime) -> ShownSecret:
    """What was shown."""
    if digest == held.present:
        return ShownSecret.PRESENT
    if digest != held.before:
        return ShownSecret.OLD
    if now - held.turned_at < SAME_MOMENT:
        return ShownSecret.SAME_MOMENT
    return ShownSecret.OLD if held.used else ShownSecret.LOST


def turned(held: Held, shown: ShownSecret, digest: str, now: datetime) -> Held:
    """The secret after one was shown and another, with ``digest``, was given out for it."""
    if shown is ShownSecret.PRESENT:
        return Held(digest, now, held.present)
    if shown is ShownSecret.LOST:
        # The present one was never shown. Whoever has it all the same is not the one who was answered just now.
        return Held(digest, now, held.before)
    raise ValueError(f"nothing is given out for a secret that is {shown}")
