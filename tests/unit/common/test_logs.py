"""What a log line may say, and what can never get into one."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog

from libs.common.logs import ALLOWED_KEYS, configure_logs, get_logger

MOBILE, IDENTITY = "13812345678", "99900119900101123X"


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    """Where the lines go; the process's logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    output = io.BytesIO()
    configure_logs("INFO", service="intake", stream=output)
    yield output
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_logger(stream: io.BytesIO) -> None:
    get_logger("libs.relay").info("relay started", part=3, duration=0.25)
    (line,) = _lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "relay started",
        "level": "info",
        "logger": "libs.relay",
        "service": "intake",
        "part": 3,
        "duration": 0.25,
    }


def test_keys_that_are_not_on_the_list_are_dropped(stream: io.BytesIO) -> None:
    get_logger("x").info("said", text="路灯不亮", phone=MOBILE, case_id="c-1", name="张三")
    (line,) = _lines(stream)
    assert set(line) <= ALLOWED_KEYS
    assert line["case_id"] == "c-1"
    assert "路灯" not in stream.getvalue().decode()


@pytest.mark.parametrize("value", [f"call {MOBILE} now", int(MOBILE), [MOBILE, "x"], f"id {IDENTITY}", f"{IDENTITY}"])
def test_numbers_of_people_are_masked_wherever_they_stand(stream: io.BytesIO, value: object) -> None:
    get_logger("x").warning(f"about {MOBILE}", topic=value)
    said = stream.getvalue().decode()
    assert MOBILE not in said
    assert IDENTITY not in said


def test_ids_are_not_taken_for_numbers_of_people(stream: io.BytesIO) -> None:
    case_id = "01980f5e-2b7c-7c3e-9d2a-a13812345678"
    get_logger("x").info("seen", case_id=case_id, trace_id="a" * 20 + "x13812345678"[1:] + "b", seq=2**40)
    (line,) = _lines(stream)
    assert (line["case_id"], line["seq"]) == (case_id, 2**40)
    assert line["trace_id"] == "a" * 20 + "13812345678" + "b"


def test_an_error_is_its_type_and_its_places_never_its_message(stream: io.BytesIO) -> None:
    empty: dict[str, int] = {}

    def fail() -> None:
        try:
            empty.pop(MOBILE)
        except KeyError as error:
            raise RuntimeError(f"row of {MOBILE}") from error

    try:
        fail()
    except RuntimeError:
        get_logger("x").error("failed", exc_info=True)
    (line,) = _lines(stream)
    assert line["error"] == "RuntimeError < KeyError"
    assert line["where"][-1].endswith(" fail")
    assert MOBILE not in stream.getvalue().decode()


def test_other_packages_write_the_same_lines(stream: io.BytesIO) -> None:
    try:
        int(f"x{MOBILE}")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application for %s", MOBILE)
    logging.getLogger("sqlalchemy.engine").info("SELECT %s", MOBILE)
    (line,) = _lines(stream)
    assert (line["logger"], line["level"], line["error"]) == ("uvicorn.error", "error", "ValueError")
    assert MOBILE not in stream.getvalue().decode()


def test_bound_context_is_on_every_line_and_debug_on_none(stream: io.BytesIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1", secret="x"):
        get_logger("x").info("one")
        get_logger("x").debug("two")
    (line,) = _lines(stream)
    assert line["request_id"] == "r-1"


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown log level"):
        configure_logs("LOUD")
