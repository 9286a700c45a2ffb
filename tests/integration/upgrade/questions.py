"""What is asked of a house before and after an upgrade: figures, lists to their end, the history of every case.

The release that is asked first answers in full, and a digest of each answer is kept, with the shape that its answers
had: a later release may say more, but what it is compared by is what the first one said.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

COUNTY = "999001000000"
_PERIODS = (
    *(("day", f"2025-03-{day:02}") for day in (3, 14, 31)),
    *(("week", day) for day in ("2025-03-05", "2025-04-02", "2025-05-01")),
    *(("month", f"2025-{month:02}-10") for month in range(2, 9)),
    *(("quarter", day) for day in ("2025-01-01", "2025-04-01", "2025-07-01")),
    ("year", "2025-06-01"),
)
_BY = ("none", "area", "unit", "category", "channel", "kind", "day")
YEAR = "/analytics/v1/figures/counts?period=year&on=2025-06-01&by=none&basis=registered"
_BASES = ("registered", "closed", "happened")
_ALL_BASES = 9
"""One counter of so many has the cases behind it listed by every basis: for some all facts are read."""
_NARROWED = (
    "area_code=999001101000",
    "area_code=999001101201",
    "unit_code=D-HOUSING",
    "category_code=01",
    "category_code=0101",
    "channel=hotline",
    "kind=complaint",
    "area_code=999001101000&category_code=01",
    "unit_code=D-WATER&channel=hotline",
)
_LISTS = (
    "/intake/v1/cases",
    "/intake/v1/cases?status=closed&channel=visit",
    "/intake/v1/cases?area_code=999001101000&category_code=01",
    "/dispatch/v1/areas",
    "/dispatch/v1/units",
    "/dispatch/v1/categories",
    "/dispatch/v1/triage",
    "/dispatch/v1/work",
    "/dispatch/v1/work?overdue=true",
    "/dispatch/v1/work?unit_code=D-HOUSING",
    "/followup/v1/callbacks",
    "/followup/v1/callbacks?area_code=999001101000",
    "/followup/v1/supervisions",
    "/followup/v1/supervisions?unit_code=D-HOUSING",
    "/analytics/v1/cases",
    "/analytics/v1/cases?overdue=true",
    "/analytics/v1/cases?unit_code=D-HOUSING",
)
_OF_A_CASE = ("/intake/v1/cases/{}/timeline", "/dispatch/v1/cases/{}/transitions", "/followup/v1/cases/{}")
_OF_SOME = (
    "/intake/v1/cases/{}",
    "/dispatch/v1/cases/{}",
    "/dispatch/v1/cases/{}/explanation",
    "/analytics/v1/cases/{}",
)
_SOME = 16
"""All that is known of one case of so many."""
_AT_ONCE = 8
_TIMES = 5
_HELD_UP = 503


def figures() -> list[str]:
    """Paths of all figures and counts, and of lists of the cases behind them."""
    wide = [f"period={period}&on={on}&by={by}" for period, on in _PERIODS for by in _BY]
    narrow = [
        f"period={period}&on=2025-04-10&by={by}&{narrowed}"
        for period in ("month", "year")
        for by in ("none", "unit", "category")
        for narrowed in _NARROWED
    ]
    return [
        path
        for query in (*wide, *narrow)
        for path in (
            f"/analytics/v1/figures?{query}",
            *(f"/analytics/v1/figures/counts?{query}&basis={basis}" for basis in _BASES),
        )
    ]


def behind(measures: Iterable[str], counters: Iterable[str]) -> list[str]:
    """Paths of the lists of cases behind numerators, denominators and counters."""
    of_measures = [
        f"/analytics/v1/figures/cases?period=week&on=2025-04-02&measure={measure}&part={part}"
        for measure in measures
        for part in ("numerator", "denominator")
    ]
    of_counters = [
        f"/analytics/v1/figures/cases?period=week&on=2025-04-10&counter={counter}&basis={basis}"
        for number, counter in enumerate(counters)
        for basis in (_BASES if number % _ALL_BASES == 0 else _BASES[:1])
    ]
    return [*of_measures, *of_counters]


def shape_of(value: object, known: Any = None) -> Any:
    """Which fields there are, however deep: names with what is below them; null for a plain value."""
    if isinstance(value, dict):
        known = known if isinstance(known, dict) else {}
        return known | {name: shape_of(below, known.get(name)) for name, below in value.items()}
    if isinstance(value, list):
        inner = known[0] if isinstance(known, list) else None
        for item in value:
            inner = shape_of(item, inner)
        return [inner]
    return known


def in_shape(value: object, shape: Any) -> object:
    """The value without the fields that the shape does not have."""
    if isinstance(value, dict) and isinstance(shape, dict):
        return {name: in_shape(below, shape[name]) for name, below in value.items() if name in shape}
    if isinstance(value, list) and isinstance(shape, list):
        return [in_shape(item, shape[0]) for item in value]
    return value


def digest_of(value: object) -> str:
    """Short, for one of some thousand answers."""
    said = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(slots=True)
class Asker:
    """Asks one house. ``client`` has its address and a token that may see everything."""

    client: httpx.AsyncClient
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def one(self, path: str) -> Any:
        """The answer; of one that is refused, how. A house that was held up for a while says so, and is asked again."""
        async with self._turn:
            for _ in range(_TIMES):
                answer = await self.client.get(path)
                if answer.status_code != _HELD_UP:
                    break
        assert answer.status_code in (200, 404, 422), f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.is_success else {"status": answer.status_code}

    async def whole(self, path: str) -> Any:
        """All items of a list."""
        items: list[Any] = []
        cursor = ""
        joint = "&" if "?" in path else "?"
        while True:
            page = await self.one(f"{path}{joint}limit=200{cursor}")
            items += page.get("items", [page])
            if not page.get("next_cursor"):
                return items
            cursor = f"&cursor={page['next_cursor']}"

    async def of_case(self, number: int, case_id: str) -> Any:
        """What the services tell of a case: its history, and of some all the rest."""
        paths = (*_OF_A_CASE, *(_OF_SOME if number % _SOME == 0 else ()))
        return {
            path: await (self.whole if path.endswith(("timeline", "transitions")) else self.one)(path.format(case_id))
            for path in paths
        }

    async def everything(self) -> dict[str, Any]:
        """Every answer by its question; a case's by its number."""
        asked = figures()
        said = dict(zip(asked, await asyncio.gather(*map(self.one, asked)), strict=True))
        lists = [*_LISTS, *behind(*_named(said))]
        said |= dict(zip(lists, await asyncio.gather(*map(self.whole, lists)), strict=True))
        cases: Sequence[Any] = said["/intake/v1/cases"]
        answers = await asyncio.gather(*(self.of_case(number, case["case_id"]) for number, case in enumerate(cases)))
        return said | {case["case_no"]: answer for case, answer in zip(cases, answers, strict=True)}


def _named(said: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The measures and the counters that the answers have."""
    rates = said["/analytics/v1/figures?period=year&on=2025-06-01&by=none"]
    counts = said[YEAR]
    return [measure["code"] for measure in rates["rates"]], list(counts["total"])


def kind_of(question: str) -> str:
    """Answers of one kind have one shape."""
    return question.partition("?")[0] if question.startswith("/") else "case"
