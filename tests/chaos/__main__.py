"""``python -m tests.chaos``: set the house on fire, scenario by scenario, and tell what came of it.

Ends with a table of figures and one line of JSON; the status is 1 when a verdict failed, or when this machine
could not try what was asked for.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from libs.common.run import event_loop
from tests.chaos.catalogue import SCENARIOS
from tests.chaos.scenario import Scenario, Trial
from tests.chaos.verdict import Verdict, line_of_json, table

_NEEDS = """\
disk needs root, or a name space in which one is root (unshare --map-root-user --mount make chaos ONLY=disk);
clock and half of moments need the Debian package libfaketime. What this machine cannot try is "not run", and the
status is 1."""


def main() -> int:
    """Run what was asked for; gives the exit status."""
    asked = _asked()
    # What goes wrong here is wanted.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.basicConfig(level=logging.CRITICAL)
    seed = asked.seed if asked.seed is not None else random.randrange(1_000_000)
    chosen = _chosen(asked.only)
    print(f"seed {seed}; {', '.join(scenario.name for scenario in chosen)}", file=sys.stderr, flush=True)  # noqa: T201
    began = time.monotonic()
    verdicts = [one for scenario in chosen for one in _run(scenario, seed, asked.scale)]
    seconds = round(time.monotonic() - began)
    print(f"\n{table(verdicts)}\n")  # noqa: T201
    print(line_of_json(verdicts, seed=seed, scale=asked.scale, seconds=seconds))  # noqa: T201
    return 0 if all(one.passed for one in verdicts) else 1


def _run(scenario: Scenario, seed: int, scale: float) -> list[Verdict]:
    with tempfile.TemporaryDirectory(prefix="huiyin-chaos-", ignore_cleanup_errors=True) as folder:
        trial = Trial(scenario.name, seed, scale, Path(folder))
        try:
            verdicts = event_loop.run(scenario.run(trial))
        except Exception as error:
            logging.getLogger(__name__).critical("scenario broke off", exc_info=True)
            verdicts = [Verdict(f"{scenario.name}: the trial itself", "ends", type(error).__name__, False, str(error))]
    for one in verdicts:
        trial.tell(f"{one.word}: {one.figure}: {one.seen} (asked {one.asked}) {one.detail}")
    return verdicts


def _asked() -> argparse.Namespace:
    names = "\n".join(f"  {scenario.name:<12} {scenario.shows}" for scenario in SCENARIOS)
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description="Set the house on fire, and see that nothing is lost and nothing happens twice.",
        epilog=f"scenarios:\n{names}\n\n{_NEEDS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", help="scenarios by name, with commas between; default: all")
    parser.add_argument("--seed", type=int, help="what is drawn by lot is drawn the same again; default: by lot")
    parser.add_argument("--scale", type=float, default=1.0, help="1: the whole trial; 0: the short form")
    return parser.parse_args()


def _chosen(only: str) -> Sequence[Scenario]:
    if not only:
        return SCENARIOS
    by_name = {scenario.name: scenario for scenario in SCENARIOS}
    unknown = [name for name in only.split(",") if name not in by_name]
    if unknown:
        sys.exit(f"no such scenario: {', '.join(unknown)}; there are {', '.join(by_name)}")
    return [by_name[name] for name in only.split(",")]


if __name__ == "__main__":
    sys.exit(main())
