"""``make guard``: everybody tries to close a case against its citizen, 2,000 walks of 50 steps through each house."""

import argparse
import random
import sys
import time

from tests.unit.guard.broken_inbox import HouseWithABrokenInbox
from tests.unit.guard.machine import House
from tests.unit.guard.walks import Walked, walk

HOUSES: dict[str, type[House]] = {"whole": House, "broken-inbox": HouseWithABrokenInbox}
"""The second hears old words again: the guard must hold even there."""
RUNS, STEPS = 2_000, 50
LARGEST_SEED = 2**32


def main() -> int:
    """0 when nothing closed against its citizen, in any walk."""
    parser = argparse.ArgumentParser(prog="python -m tests.unit.guard", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"walks through each house ({RUNS})")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps of a walk ({STEPS})")
    parser.add_argument("--seed", type=int, default=random.randrange(LARGEST_SEED), help="repeats a run")
    parser.add_argument("--only", choices=sorted(HOUSES), help="one house alone")
    asked = parser.parse_args()
    for name in [asked.only] if asked.only else HOUSES:
        began = time.monotonic()
        try:
            walked = walk(HOUSES[name], asked.runs, asked.steps, asked.seed)
        except (AssertionError, ValueError) as error:
            _say(f"{name}: BROKEN, seed {asked.seed}: {error}", *getattr(error, "__notes__", ()))
            return 1
        _say(f"{name}: {_told(walked)}; seed {asked.seed}, {time.monotonic() - began:.0f} s")
    _say("nothing closed against its citizen")
    return 0


def _told(walked: Walked) -> str:
    ends = ", ".join(f"{count} {end}" for end, count in walked.ends.most_common())
    return f"{walked.runs} runs, {walked.steps} steps (at most {walked.longest} each), {walked.links} by link; {ends}"


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join((*lines, "")))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
