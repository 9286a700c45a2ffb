"""``python -m bench.stock --url postgresql://... --cases 1000000``."""

import argparse
import asyncio
import logging

from bench.stock import stock


def main() -> None:
    """Lay a stock."""
    parser = argparse.ArgumentParser(description="Fill an empty house with cases of the last two years")
    parser.add_argument("--url", required=True, help="of the PostgreSQL that the services share")
    parser.add_argument("--cases", type=int, default=1_000_000)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    asyncio.run(stock(given.url, given.cases))


if __name__ == "__main__":
    main()
