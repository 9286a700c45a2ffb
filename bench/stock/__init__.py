"""A house with a past: many cases in all its tables, so that the next one can be timed among them."""

from bench.stock.stocking import NotEmpty, lay

__all__ = ["NotEmpty", "stock"]


async def stock(url: str, cases: int) -> None:
    """Fill the empty database at ``url`` with ``cases`` cases of the last two years, and ANALYZE it.

    Some hundred real cases are lived through a house of the stock's own, over all areas, categories, channels and kinds
    of the demo pack; their rows are then multiplied in the database, with ids, numbers, places and days of their own:
    98 % finished, 1.5 % left open, 0.5 % with running clocks and callbacks. Every table that holds rows per case has
    them, the ledgers with their months included, and the roll-ups are the sums of the facts.

    The house must not run meanwhile, and must hold no cases: NotEmpty. The role must be a superuser. What is not there:
    the hashes of the ledgers do not chain, and nothing is left in answers, in the log of the embedded bus or unsent.
    """
    await lay(url, cases)
