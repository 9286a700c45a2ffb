"""A request names the version that it was decided on, unless it makes something new."""

import pytest

from libs.common.errors import StaleVersion
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.rules.versions import parse_if_match
from libs.common.security.policy import Scope


def test_a_stale_request_is_told_the_version_of_today() -> None:
    request = Request(Actor("li"), Scope(""), parse_if_match('"2"'))
    request.check_version(2)
    with pytest.raises(StaleVersion) as stale:
        request.check_version(3)
    assert stale.value.extra == {"current_version": 3}


def test_what_is_new_has_no_version_to_know() -> None:
    Request(Actor("li"), Scope("")).check_version(7)
