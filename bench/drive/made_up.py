"""A made-up county of visits: how large it is, its towns and villages, who works there, and who lives there."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.drive.house import DEMO_PACK
from libs.common.pack.loader import document, load_pack
from libs.common.sheets import csv_of

_STAFF = ("人员编号", "姓名", "单位", "岗位", "任职日期")
_HOUSEHOLDS = ("户编号", "区域", "包保人", "户主", "电话", "门牌")
_MOST_ROWS = 20_000
_MOST_PER_CONTACT = 1_000


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of a county, and how much of a year. ``cases`` come by the hotline, those of visits beside."""

    towns: int
    villages: int
    """Of each town."""
    workers: int
    """Of each village."""
    households: int
    """Of each worker."""
    cases: int
    days: int
    visits: float = 2.0
    """To each household, in the whole time."""
    offline: int = 14
    """So many days at most without a network."""
    hands: float = 0.05
    """The share of households that change hands."""
    losses: float = 0.005
    """The share of syncs that do not happen, since the phone was lost with what it holds."""

    @property
    def all_workers(self) -> int:
        """In the whole county."""
        return self.towns * self.villages * self.workers

    @property
    def all_households(self) -> int:
        """In the whole county."""
        return self.all_workers * self.households


WHOLE = Scale(towns=20, villages=15, workers=5, households=134, cases=60_000, days=365)
"""1,500 workers and 201,000 households."""


@dataclass(frozen=True, slots=True)
class Village:
    """A village, and its committee, in which its workers are in office."""

    code: str
    town: str

    @property
    def unit(self) -> str:
        """The code of its committee."""
        return f"V-{self.code}"


def villages_of(scale: Scale) -> list[Village]:
    """All of them, town by town."""
    return [
        Village(f"999001{200 + town:03}{200 + number:03}", f"999001{200 + town:03}000")
        for town in range(scale.towns)
        for number in range(scale.villages)
    ]


def moved(village: Village, to_town: str, number: int) -> Village:
    """The village's successor in another town."""
    return Village(f"{to_town[:9]}{500 + number:03}", to_town)


def county_pack(label: str, villages: Sequence[Village], merged: Sequence[tuple[Village, Village]]) -> dict[str, Any]:
    """The demo pack with these villages beside its own; of ``merged`` the first went up in the second."""
    pack: dict[str, Any] = copy.deepcopy(document(load_pack(DEMO_PACK))) | {"version": label}
    place = pack["place"]["code"]
    for town in dict.fromkeys(village.town for village in villages):
        pack["areas"].append(_area(town, "town", place))
        pack["units"].append(_unit(f"T-{town[:9]}", "town", town, "S-GOV") | {"size_class": "large"})
    for village in villages:
        pack["areas"].append(_area(village.code, "village", village.town))
        pack["units"].append(
            _unit(village.unit, "village", village.code, f"T-{village.town[:9]}") | {"size_class": "village"}
        )
    pack["households"]["most_per_contact"] = _MOST_PER_CONTACT
    pack["visits"]["gap_days"] = 0
    # A place whose phones are without a network for up to two weeks.
    pack["visits"]["phones"] = {"keep_days": 14, "households": _MOST_PER_CONTACT}
    towns = {gone.town: into.town for gone, into in merged}
    pack["merged"] = {
        "areas": [_merged(gone.code, into.code) for gone, into in merged] + [_merged(*town) for town in towns.items()],
        "units": [_merged(gone.unit, into.unit) for gone, into in merged]
        + [_merged(f"T-{gone[:9]}", f"T-{into[:9]}") for gone, into in towns.items()],
    }
    return pack


def worker_id(village: Village, number: int) -> str:
    """Of the register of people."""
    return f"W-{village.code[6:]}-{number}"


def staff_table(scale: Scale, villages: Sequence[Village]) -> bytes:
    """Everybody in office, as an office would send them in."""
    rows = [
        (worker_id(village, number), "走访员", village.unit, "村干部", "2024-01-01")
        for village in villages
        for number in range(scale.workers)
    ]
    return csv_of([_STAFF, *rows])


def household_tables(scale: Scale, villages: Sequence[Village], most: int = _MOST_ROWS) -> Iterator[bytes]:
    """Everybody's households, as many in a table as one may have, or fewer."""
    rows: list[Sequence[str]] = []
    for village in villages:
        for number in range(scale.workers):
            worker = worker_id(village, number)
            for home in range(scale.households):
                of = f"{village.code[6:]}{number}{home:03}"
                rows.append(
                    (f"H-{of}", village.code, worker, "户主某", f"13{int(of) % 10**9:09}", f"{number}组{home}号")
                )
    for first in range(0, len(rows), most):
        yield csv_of([_HOUSEHOLDS, *rows[first : first + most]])


def _area(code: str, level: str, parent: str) -> dict[str, Any]:
    return {"code": code, "name": code, "name_en": "", "level": level, "parent": parent}


def _merged(code: str, successor: str) -> dict[str, Any]:
    return {"code": code, "name": code, "successor": successor}


def _unit(code: str, level: str, area_code: str, parent: str) -> dict[str, Any]:
    return {"code": code, "name": code, "name_en": "", "level": level, "area_code": area_code, "parent": parent}
