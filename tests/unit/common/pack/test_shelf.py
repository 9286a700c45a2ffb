"""The shelf keeps every version, reads few of them, and is not harmed by one that a newer release wrote."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.common.errors import Unavailable
from libs.common.pack.decoding import decode_document
from libs.common.pack.loader import document
from libs.common.pack.schema import Pack
from libs.common.pack.versions import KEPT, PackMissing, PackVersions

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def edition(pack: Pack, number: int) -> dict[str, Any]:
    return document(pack.model_copy(update={"version": f"{number}"}))


def newer(pack: Pack) -> dict[str, Any]:
    """The pack as a release that knows courts may load it."""
    plain = document(pack)
    plain["units"].append(plain["units"][2] | {"code": "C-COUNTY", "name": "县人民法院", "level": "court"})
    return plain


def test_few_versions_are_kept_read_and_every_other_is_read_again(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, reads = PackVersions(), list[str]()

    def counted(plain: dict[str, Any]) -> Any:
        reads.append(plain["version"])
        return decode_document(plain)

    monkeypatch.setattr("libs.common.pack.versions.decode_document", counted)
    last = 2 * KEPT
    for number in range(1, last + 1):
        shelf.put(number, "a", NOON + number * DAY, edition(pack, number))
    assert [shelf.version(number).pack.version for number in (last, last - 1, last)] == ["16", "15", "16"]
    assert len(reads) == last
    assert shelf.version(1).pack == pack.model_copy(update={"version": "1"})
    assert shelf.version(1) is shelf.version(1)
    assert len(reads) == last + 1
    # The first came for the one that nobody had asked for the longest.
    assert [shelf.version(number).pack.version for number in range(last - KEPT + 2, last + 1)]
    assert len(reads) == last + 1
    shelf.version(last - KEPT + 1)
    assert len(reads) == last + 2


def test_versions_of_the_same_days_share_what_the_calendar_was_asked(pack: Pack) -> None:
    shelf = PackVersions()
    for number in (1, 2):
        shelf.put(number, "a", NOON, edition(pack, number))
    off = pack.calendar.model_copy(update={"extra_holidays": (NOON.date(),)})
    shelf.put(3, "c", NOON, document(pack.model_copy(update={"calendar": off})))
    assert shelf.version(1).calendar() is shelf.version(2).calendar()
    assert len(shelf.calendars()) == 2


def test_a_version_of_a_newer_release_harms_no_other(pack: Pack) -> None:
    shelf = PackVersions()
    shelf.put(1, "a", NOON, edition(pack, 1))
    shelf.put(2, "b", NOON + DAY, newer(pack))
    assert (shelf.newest, shelf.versions(), list(shelf.unreadable)) == (2, [1, 2], [2])
    assert (shelf.has(1), shelf.has(2), shelf.has_arrived(2), shelf.has_arrived(3)) == (True, False, True, False)
    assert shelf.current(NOON + 2 * DAY).version == 1
    assert shelf.codes.units["C-COUNTY"] == (2, "县人民法院", "Huiyin Housing and Construction Bureau", "S-GOV")
    assert shelf.own_units("C-COUNTY", NOON) == {"C-COUNTY", "S-GOV"}
    with pytest.raises(PackMissing, match="not readable by this release"):
        shelf.version(2)
    with pytest.raises(PackMissing, match="has not arrived"):
        shelf.version(3)


def test_a_shelf_of_nothing_readable_is_of_no_use(pack: Pack) -> None:
    shelf = PackVersions()
    assert not shelf.usable
    for number, what in enumerate(({}, {"areas": 3, "units": [1, {"code": 2}]}, newer(pack)), start=1):
        shelf.put(number, "x", NOON, what)
    assert not shelf.usable
    with pytest.raises(Unavailable):
        shelf.current(NOON)
    shelf.put(9, "a", NOON, edition(pack, 9))
    assert shelf.usable


def test_a_code_keeps_the_name_of_the_newest_version_that_had_it(pack: Pack) -> None:
    shelf = PackVersions()
    renamed, without = (document(pack) for _ in range(2))
    renamed["units"][2]["name"] = "住建局"
    without["units"] = [unit for unit in without["units"] if unit["code"] != "D-HOUSING"]
    for number, plain in ((2, renamed), (1, document(pack)), (3, without)):
        shelf.put(number, "a", NOON, plain)
    assert shelf.codes.units["D-HOUSING"].name == "住建局"
    assert set(shelf.codes.areas) == {area.code for area in pack.areas}


def test_parts_that_were_left_out_are_named(pack: Pack) -> None:
    shelf, plain = PackVersions(), document(pack)
    plain["formulas"].append(plain["formulas"][0] | {"code": "coverage", "numerator": {"visits": 1}})
    shelf.put(1, "a", NOON, plain)
    assert shelf.ignored == {1: ("formulas/coverage",)}
    assert shelf.version(1).pack == pack


def test_a_successor_is_found_through_however_many_mergers(pack: Pack) -> None:
    shelf = PackVersions()
    for number, merged in enumerate(({"A": "B"}, {"B": "C"}, {"C": "A"}), start=1):
        rows = [{"code": code, "name": f"former {code}", "successor": to} for code, to in merged.items()]
        shelf.put(number, "a", NOON, document(pack) | {"merged": {"units": rows}})
    codes = shelf.codes
    assert codes.successor("A", {"A", "C"}) == "A"
    assert codes.successor("A", {"C"}) == "C"
    assert codes.successor("A", {"D-WATER"}) is None
    assert codes.successor("D-NEVER", {"C"}) is None
    assert codes.units["B"].name == "former B"
    assert codes.predecessors({"C"}, {"C"}) == {"A", "B"}
    apart = codes.copy()
    apart.learn(9, {"merged": {"units": [{"code": "A", "name": "A", "successor": "D-WATER"}]}})
    assert (apart.successor("A", {"D-WATER"}), codes.successor("A", {"D-WATER"})) == ("D-WATER", None)
