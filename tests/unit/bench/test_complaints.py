"""Two runs say the same, and are never taken for repeats of each other."""

from itertools import islice

from bench.drive.complaints import Complaints
from bench.drive.house import DEMO_PACK
from bench.drive.town import CATEGORY, UNITS, VILLAGES, with_town
from libs.common.pack.check import check_pack
from libs.common.pack.directory import Directory
from libs.common.pack.loader import load_pack


def said(seed: int) -> list[object]:
    complaints = Complaints(seed)
    return list(islice(iter(complaints.next, None), 50))


def test_the_same_seed_says_the_same() -> None:
    assert said(1) == said(1)
    assert said(1) != said(2)


def test_keys_are_never_the_same_again() -> None:
    first, second = Complaints(1), Complaints(1)
    assert len({complaints.key() for complaints in (first, second) for _ in range(50)}) == 100


def test_the_town_makes_a_whole_pack_in_which_each_village_leads_its_own_cases() -> None:
    pack = with_town(load_pack(DEMO_PACK))
    assert check_pack(pack) == []
    directory = Directory(pack)
    assert [directory.lead_unit(CATEGORY, village).unit_code for village in VILLAGES] == list(UNITS)
