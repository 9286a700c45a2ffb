"""Checks of the lists of a case (四清单): each once, and none asked for that there is not, or of no category."""

from collections.abc import Iterator

from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import Finding
from libs.common.pack.schema import Pack


def lists(pack: Pack) -> Iterator[Finding]:
    """Each list once; what is asked for is there."""
    rules = pack.lists
    yield from double_codes(("lists", "kinds"), rules.kinds)
    known, categories = {kind.code for kind in rules.kinds}, {category.code for category in pack.categories}
    for index, demand in enumerate(rules.demands):
        at = ("lists", "demands", index)
        for place, code in enumerate(demand.lists):
            if code not in known:
                yield Finding((*at, "lists", place), f"there is no list '{code}'", f"name one of {sorted(known)}")
        for place, code in enumerate(demand.categories):
            if code not in categories:
                yield Finding((*at, "categories", place), f"there is no category {code}", "name one of categories.csv")
