"""Named places where a test may stop the process, raise or stall: every await boundary where a crash could hurt.

``HUIYIN_FAILPOINTS=relay.after_ack:kill:3,consumer.before_commit:raise`` kills at the third pass of the one and raises
at the first of the other. Without that setting a fail point costs one dictionary look-up.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from enum import StrEnum

POINTS: frozenset[str] = frozenset(
    {
        "door.after_numbers",
        "door.before_batch",
        "door.after_prepare",
        "door.before_commit",
        "door.after_commit",
        "door.after_lines",
        "upload.after_bytes",
        "transaction.before_ledger",
        "transaction.after_ledger",
        "relay.after_claim",
        "relay.before_send",
        "relay.after_ack",
        "relay.after_mark",
        "relay.before_resend",
        "sender.before_ack",
        "consumer.after_read",
        "consumer.before_apply",
        "consumer.after_claim",
        "consumer.before_commit",
        "consumer.after_commit",
        "consumer.after_offsets",
        "consumer.before_park",
        "consumer.after_park",
        "timers.before_fire",
        "timers.before_commit",
    }
)


class FailpointAction(StrEnum):
    """What a fail point does when its turn comes."""

    KILL = "kill"
    """End the process at once, as a power cut would."""
    RAISE = "raise"
    STALL = "stall"
    """Wait there, until somebody calls ``wake``."""
    HOLD = "hold"
    """Stand still with the whole process, until somebody sends SIGCONT."""


class FailpointError(RuntimeError):
    """Raised by a fail point that was set to ``raise``."""


@dataclass(slots=True)
class _Armed:
    action: FailpointAction
    turns_left: int
    awake: asyncio.Event = field(default_factory=asyncio.Event)


_armed: dict[str, _Armed] = {}


def arm(specification: str) -> None:
    """Arm fail points from ``name:action[:nth],...``; ValueError as ``check_failpoints``."""
    parsed = _parsed(specification)
    _armed.clear()
    _armed.update(parsed)


def check_failpoints(specification: str) -> None:
    """Whether they could be armed; an unknown name or action is a ValueError that names those that are known."""
    _parsed(specification)


def _parsed(specification: str) -> dict[str, _Armed]:
    armed = {}
    for item in filter(None, specification.split(",")):
        name, _, rest = item.strip().partition(":")
        action, _, nth = rest.partition(":")
        if name not in POINTS:
            raise ValueError(f"unknown fail point {name!r}; known: {', '.join(sorted(POINTS))}")
        if action not in set(FailpointAction) or not (nth or "1").isdecimal():
            raise ValueError(
                f"{name} must be followed by :{'|'.join(FailpointAction)}, and perhaps by :N for the N-th pass"
            )
        armed[name] = _Armed(FailpointAction(action), int(nth or 1))
    return armed


def stalled(name: str) -> bool:
    """Whether somebody waits at this point now."""
    armed = _armed.get(name)
    return armed is not None and armed.turns_left <= 0 and not armed.awake.is_set()


def wake(name: str) -> None:
    """Let go on whoever waits at this point."""
    _armed[name].awake.set()


async def failpoint(name: str) -> None:
    """Do what was armed for ``name`` at its n-th pass; nothing otherwise."""
    armed = _armed.get(name)
    if armed is None:
        return
    armed.turns_left -= 1
    if armed.turns_left != 0:
        return
    match armed.action:
        case FailpointAction.KILL:
            # The last words tell a test that it was this, and nobody else, that ended the process.
            print(f"killed at fail point {name}", file=sys.stderr, flush=True)  # noqa: T201
            os.kill(os.getpid(), signal.SIGKILL)
        case FailpointAction.RAISE:
            raise FailpointError(name)
        case FailpointAction.STALL:
            await armed.awake.wait()
        case FailpointAction.HOLD:
            os.kill(os.getpid(), signal.SIGSTOP)
