"""``python -m tests.county_year``: the whole year. Ends with a line of JSON, and status 1 where a figure was wrong."""

import argparse
import gc
import json
import logging
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import structlog

from bench.drive.made_up import WHOLE, Scale
from huiyin.audit.auditing import examine, subject_of
from libs.common.run import event_loop
from libs.programs.postgres.server import EmbeddedPostgres
from tests.county_year.year import Year
from tests.journeys.county import open_county


def main() -> int:
    """Live the year; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.county_year", description=__doc__)
    parser.add_argument("--seed", type=int, default=20260303, help="what is drawn by lot is drawn the same again")
    parser.add_argument("--scale", type=float, default=1.0, help="1: the whole county; 0.1: a tenth of its towns")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    scale = replace(WHOLE, towns=max(2, round(WHOLE.towns * asked.scale)), cases=round(WHOLE.cases * asked.scale))
    return event_loop.run(_live(scale, asked.seed))


async def _live(scale: Scale, seed: int) -> int:
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="huiyin-year-", ignore_cleanup_errors=True) as folder,
        # Nobody cuts the power in this year.
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server,
    ):
        async with open_county(server.dsn, Path(folder) / "data") as county:
            year = Year(county, scale, seed)
            try:
                tally = await year.live(_told)
            except AssertionError as error:
                print(f"seed {seed}, {year.today}: {error}", file=sys.stderr)  # noqa: T201
                return 1
            lived = time.monotonic()
            _told(f"lived in {lived - began:.0f} s; the audit begins")
            report = await examine(subject_of(county.house), jobs=os.cpu_count() or 1)
    for violation in report.violations:
        _told(str(violation))
    told = tally.document() | {"events": report.events, "findings": sum(report.found.values()), "clean": report.clean}
    seconds = {"seconds": round(time.monotonic() - began), "of_the_audit": round(report.seconds)}
    print(json.dumps(told | {"seed": seed} | seconds))  # noqa: T201
    return 0 if report.clean else 1


def _told(said: str) -> None:
    print(said, file=sys.stderr, flush=True)  # noqa: T201
    # The year's own account lasts to its end, and need not be walked through again and again.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
