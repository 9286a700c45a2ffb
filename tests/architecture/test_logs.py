"""Every field of every log call arrives: one idiom, a closed list of fields, and nothing that could quote a row."""

import re
from typing import Any

import pytest

from libs.common.logs import FIELDS, get_logger, log_request
from tests.architecture.deploy.files import OPERATIONS
from tests.architecture.log_calls import THE_ONE_IDIOM, LogCall, call_faults, idiom_faults, log_calls
from tests.architecture.test_shape import product_files
from tests.support.logged import logged

MODULES = [(name, text) for name, text in product_files() if name != THE_ONE_IDIOM]
CALLS = [call for name, text in MODULES for call in log_calls(name, text)]
MADE_BY_THE_CHAIN = frozenset({"timestamp", "level", "event", "logger", "service", "error", "where", "sqlstate"})
MADE_BY_THE_EDGE = frozenset({"request_id", "trace_id"})


def test_there_is_one_way_to_log() -> None:
    assert [fault for name, text in MODULES for fault in idiom_faults(name, text)] == []


def test_there_are_log_calls_to_look_at() -> None:
    assert len(CALLS) > 25


def test_every_field_of_every_call_is_on_the_list_and_quotes_nothing() -> None:
    assert [fault for call in CALLS for fault in call_faults(call, frozenset(FIELDS))] == []


def test_every_field_of_the_list_is_said_by_somebody() -> None:
    said = {key for call in CALLS for key in call.keys}
    assert frozenset(FIELDS) - said - MADE_BY_THE_CHAIN - MADE_BY_THE_EDGE == frozenset()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.event}")
def test_every_field_of_a_call_is_printed(call: LogCall) -> None:
    values: dict[str, Any] = {key: f"of {key}" for key in call.keys}
    with logged("DEBUG") as lines:
        if call.event == "request":
            log_request(**values)
        else:
            getattr(get_logger("x"), call.level)(call.event, **values)
    (line,) = lines()
    assert values.items() <= line.items()
    assert line["event"] == call.event


_SEARCH = re.compile(r'grep "([^"]+)"`(?: names ([^;.]*))?')


def searches(guide: str) -> list[tuple[str, frozenset[str]]]:
    """What the guide says to look for in the logs, and the fields that it says are found there."""
    found = _SEARCH.findall(" ".join(guide.split()))
    return [(words, frozenset(re.findall(r"`(\w+)`", named))) for words, named in found]


def search_faults(guide: str) -> list[str]:
    """Words that no line has, and fields that a line with these words does not say."""
    found = []
    for words, fields in searches(guide):
        for part in words.split("\\|"):
            said = [call for call in CALLS if part in str(call.event)]
            if not said:
                found.append(f"no line says {part!r}")
            found += [
                f"{call.where} does not say {field}" for call in said for field in sorted(fields - _said_by(call))
            ]
    return found


def _said_by(call: LogCall) -> frozenset[str]:
    """An error that is handed over is told as three fields."""
    described = call.level == "exception" or any(field.arg == "exc_info" for field in call.fields)
    return call.keys | ({"error", "where", "sqlstate"} if described else set())


def test_the_guide_says_what_is_really_in_the_lines() -> None:
    guide = OPERATIONS.read_text(encoding="utf-8")
    assert len(searches(guide)) >= 10
    assert search_faults(guide) == []


def test_a_guide_that_promises_too_much_is_found() -> None:
    assert search_faults('`kubectl logs | grep "broker found"` names `topic`') == ["no line says 'broker found'"]
    (fault,) = search_faults('`kubectl logs | grep "broker lost"` names\n`topic` and `offset`; `huiyin_x`')
    assert fault.endswith(" does not say offset")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('log.info("begun", part=3)', []),
        ('log.info("begun", service=str(runtime.service), error=type(error).__name__)', []),
        ('log.info("begun", colour=3)', ["x.py:1 says colour, which no line may hold"]),
        ('log.info("begun", error=str(error))', ["x.py:1 may quote a row in error"]),
        ('log.info("begun", error=repr(error)[:9])', ["x.py:1 may quote a row in error"]),
        ('log.info("begun", error=f"no {row}")', ["x.py:1 may quote a row in error"]),
        ('log.info("begun", error=error.args[0])', ["x.py:1 may quote a row in error"]),
        ('log.info("begun", error="%s" % error)', ["x.py:1 may quote a row in error"]),
        ('log.info("begun", error=", ".join(rows))', ["x.py:1 may quote a row in error"]),
        ('log.info(f"begun {row}")', ["x.py:1 does not say what happened in constant words"]),
        ('log.info("begun", **more)', ["x.py:1 hides its fields behind **"]),
        ('log.log(20, "begun")', ["x.py:1 knows no level log", "x.py:1 does not say what happened in constant words"]),
        ("log_request(part=3, code=1)", []),
    ],
)
def test_a_call_that_would_lose_or_leak_something_is_found(text: str, expected: list[str]) -> None:
    allowed = frozenset({"part", "service", "error", "code"})
    calls = log_calls("x.py", f"{text}; log = get_logger(__name__)\n")
    assert [fault for call in calls for fault in call_faults(call, allowed)] == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("import logging\n", 1),
        ("import structlog.stdlib\n", 1),
        ("from structlog import get_logger\n", 1),
        ("logger = get_logger(__name__)\n", 1),
        ("from libs.common.logs import get_logger\nlog = get_logger(__name__)\n", 0),
    ],
)
def test_another_way_to_log_is_found(text: str, count: int) -> None:
    assert len(idiom_faults("x.py", text)) == count
