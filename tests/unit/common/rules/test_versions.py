"""If-Match as RFC 9110 writes it."""

import pytest

from libs.common.errors import Invalid, MissingPrecondition, StaleVersion
from libs.common.rules.versions import check_version, etag, parse_if_match


@pytest.mark.parametrize("header", ['"3"', 'W/"3"', '"2", "3"', ' "1" ,W/"3"', "*", etag(3)])
def test_matches(header: str) -> None:
    check_version(parse_if_match(header), 3)


@pytest.mark.parametrize("header", ['"4"', '"2", "4"', 'W/"33"'])
def test_is_stale(header: str) -> None:
    with pytest.raises(StaleVersion) as stale:
        check_version(parse_if_match(header), 3)
    assert stale.value.extra == {"current_version": 3}
    assert stale.value.headers["ETag"] == '"3"'


@pytest.mark.parametrize("header", ["", "3", '"x"', '"3', '"3";"4"', '"3",', "*,*", '"-1"', '"1"' + ',"1"' * 30])
def test_is_no_tag(header: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_if_match(header)
    assert refused.value.fields[0].field == "If-Match"


def test_is_missing() -> None:
    with pytest.raises(MissingPrecondition):
        parse_if_match(None)


def test_a_plain_number_is_compared_too() -> None:
    check_version(3, 3)
    with pytest.raises(StaleVersion):
        check_version(2, 3)
