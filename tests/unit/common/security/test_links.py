"""What a one-time link holds: known by whoever has the key, for one purpose, until it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.security.links import LinkKeys

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=10)
OLD, NEW = b"o" * 32, b"n" * 32


def test_a_link_has_a_name_until_it_ends_and_for_its_purpose_alone() -> None:
    keys = LinkKeys([NEW])
    link = keys.make("download", UNTIL)
    name = keys.name("download", link, NOW)
    assert name is not None
    assert (len(link), len(name)) == (50, 32)
    assert name not in link
    assert keys.name("download", link, UNTIL - timedelta(seconds=1)) == name
    assert keys.name("download", link, UNTIL) is None
    assert keys.name("confirm", link, NOW) is None


def test_while_a_key_is_replaced_links_of_both_are_known_by_one_name() -> None:
    link = LinkKeys([OLD]).make("download", UNTIL)
    assert LinkKeys([NEW, OLD]).name("download", link, NOW) == LinkKeys([OLD]).name("download", link, NOW)
    assert LinkKeys([NEW]).name("download", link, NOW) is None


def test_no_two_links_are_the_same() -> None:
    keys = LinkKeys([NEW])
    assert len({keys.make("download", UNTIL) for _ in range(100)}) == 100


@given(st.integers(0, 48), st.sampled_from("ABCXYZabcxyz019-_"))
def test_one_changed_letter_makes_it_none(place: int, letter: str) -> None:
    """The last one is left out: four bits of it say nothing, and with others it is the same link, used up with it."""
    keys = LinkKeys([NEW])
    link = keys.make("download", UNTIL)
    changed = link[:place] + letter + link[place + 1 :]
    assert (keys.name("download", changed, NOW) is None) == (changed != link)


@pytest.mark.parametrize("made_up", ["", "A", "=", "A" * 50, "_" * 50, "é" * 50, "A" * 500])
def test_what_was_made_up_is_none(made_up: str) -> None:
    assert LinkKeys([NEW]).name("download", made_up, NOW) is None
