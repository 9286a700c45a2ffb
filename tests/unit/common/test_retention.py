"""How long something is kept is said by class, for ever unless it is set, and never shorter than it is needed."""

import pytest

from libs.common.retention import KeptClass, parse_retention


def test_what_is_set_is_read() -> None:
    assert parse_retention("") == {}
    assert parse_retention(" requesters = 1095 , files=180,") == {KeptClass.REQUESTERS: 1095, KeptClass.FILES: 180}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("names=400", "must name each"),
        ("requesters=400,requesters=500", "at most once"),
        ("requesters=179", "180 to 36500"),
        ("requesters=-400", "180 to 36500"),
        ("requesters=１８０", "180 to 36500"),
        ("requesters", "180 to 36500"),
        ("files=36501", "180 to 36500"),
    ],
)
def test_what_cannot_be_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_retention(text)
