"""``python -m tests.county_year``: the whole year. Ends with a line of JSON, and status 1 where a figure was wrong."""

import argparse
import json
import logging
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

import structlog

from bench.drive.made_up import WHOLE, Scale
from huiyin.audit.auditing import audit
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
                tally = await year.live(lambda said: print(said, file=sys.stderr))  # noqa: T201
            except AssertionError as error:
                print(f"seed {seed}, {year.today}: {error}", file=sys.stderr)  # noqa: T201
                return 1
            report = await audit(county.house)
    told = asdict(tally) | {"findings": len(report.violations), "clean": report.clean}
    print(json.dumps(told | {"seed": seed, "seconds": round(time.monotonic() - began)}))  # noqa: T201
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
