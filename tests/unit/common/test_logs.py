"""What a log line may say, and what can never get into one."""

import asyncio
import logging
import re
from collections.abc import Iterator

import pytest

from libs.common.logs import FIELDS, configure_logs, get_logger, lines_about, log_request, markdown
from tests.support.logged import Lines, logged

MOBILE, IDENTITY = "13812345678", "99900119900101123X"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What a process of intake logs."""
    with logged(service="intake") as written:
        yield written


def request(route: str = "/intake/v1/cases") -> None:
    """A request that went as it should."""
    log_request(logger="libs.edge", route=route, method="GET", code=200, duration=0.25)


def test_a_line_is_one_json_object_with_time_level_logger_and_service(lines: Lines) -> None:
    get_logger("libs.relay").info("relay started", count=3, duration=0.25)
    (line,) = lines()
    assert RFC_3339.fullmatch(line.pop("timestamp"))
    assert line == {
        "event": "relay started",
        "level": "info",
        "logger": "libs.relay",
        "service": "intake",
        "count": 3,
        "duration": 0.25,
    }


def test_lines_of_all_kinds_have_one_form_of_time_and_name_logger_and_service(lines: Lines) -> None:
    get_logger("libs.relay").warning("relay rebuilt")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    with lines_about("intake"):
        request()
    assert [line["logger"] for line in lines()] == ["libs.relay", "uvicorn.error", "libs.edge"]
    for line in lines():
        assert RFC_3339.fullmatch(line["timestamp"])
        assert (line["service"], line["level"] in ("info", "warning")) == ("intake", True)


def test_fields_that_are_not_on_the_list_are_dropped(lines: Lines) -> None:
    get_logger("x").info("said", text="路灯不亮", phone=MOBILE, case_id="c-1", name="张三")
    (line,) = lines()
    assert set(line) <= set(FIELDS)
    assert line["case_id"] == "c-1"
    assert "路灯" not in str(line)


@pytest.mark.parametrize(
    "value",
    [
        f"call {MOBILE} now", int(MOBILE), [MOBILE, "x"], [[int(MOBILE)]], f"id {IDENTITY}", f"{IDENTITY}",
        {"phone": MOBILE}, MOBILE.encode(),
    ],
)  # fmt: skip
def test_numbers_of_people_are_masked_wherever_they_stand(lines: Lines, value: object) -> None:
    get_logger("x").warning(f"about {MOBILE}", topic=value)
    (line,) = lines()
    assert "topic" in line
    assert MOBILE not in str(line)
    assert IDENTITY not in str(line)


def test_ids_are_not_taken_for_numbers_of_people(lines: Lines) -> None:
    case_id = "01980f5e-2b7c-7c3e-9d2a-a13812345678"
    get_logger("x").info("seen", case_id=case_id, trace_id="a" * 20 + "x13812345678"[1:] + "b", count=2**40, tries=True)
    (line,) = lines()
    assert (line["case_id"], line["count"], line["tries"]) == (case_id, 2**40, True)
    assert line["trace_id"] == "a" * 20 + "13812345678" + "b"


class Refused(Exception):
    """As the driver of PostgreSQL says it."""

    sqlstate = "53100"


def refuse() -> None:
    raise Refused(MOBILE)


def look_up() -> None:
    try:
        refuse()
    except Refused as error:
        raise LookupError(MOBILE) from error


def fail() -> None:
    """An error whose third cause is PostgreSQL's."""
    try:
        look_up()
    except LookupError as error:
        raise RuntimeError(f"row of {MOBILE}") from error


def test_an_error_is_its_types_its_places_and_its_sqlstate_never_its_message(lines: Lines) -> None:
    try:
        fail()
    except RuntimeError as error:
        get_logger("x").exception("failed")
        get_logger("x").warning("failed", exc_info=error)
    for line in lines():
        assert (line["error"], line["sqlstate"]) == ("RuntimeError < LookupError < Refused", "53100")
        assert line["where"][-1].endswith(" fail")
        assert MOBILE not in str(line)


def test_of_other_packages_the_first_line_stays(lines: Lines) -> None:
    try:
        int(f"x{MOBILE}")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application for %s", MOBILE)
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task exception=%r>", "路灯不亮")
    logging.getLogger("sqlalchemy.engine").info("SELECT %s", MOBILE)
    first, second = lines()
    assert (first["logger"], first["level"], first["error"]) == ("uvicorn.error", "error", "ValueError")
    assert second["event"] == "Task exception was never retrieved"
    assert MOBILE not in str(first)


async def test_a_line_names_the_service_of_its_task_and_the_nearest_word_counts() -> None:
    log = get_logger("x")

    async def work() -> None:
        log.info("at work")

    with logged() as lines:
        with lines_about("dispatch"):
            task = asyncio.create_task(work())
            log.info("inside")
            log.info("of another", service="followup")
            with lines_about(None):
                log.info("of the process")
        await task
        log.info("outside")
    said = {line["event"]: line.get("service") for line in lines()}
    assert said == {
        "inside": "dispatch",
        "of another": "followup",
        "of the process": None,
        "at work": "dispatch",
        "outside": None,
    }


def test_what_is_below_the_level_is_not_written(lines: Lines) -> None:
    get_logger("x").debug("unheard")
    assert lines() == []
    with logged("WARNING") as fewer:
        request()
        get_logger("x").info("unheard")
    assert fewer() == []


def test_before_anybody_configured_it_warnings_go_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    get_logger("x").info("unheard")
    get_logger("x").warning("heard", error="Lost", text="路灯不亮")
    said = capfd.readouterr()
    assert said.out == ""
    assert ('"event":"heard"' in said.err, "unheard" in said.err, "路灯" in said.err) == (True, False, False)


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown log level"):
        configure_logs("LOUD")


def test_the_table_has_a_row_for_each_field() -> None:
    rows = markdown().splitlines()
    assert len(rows) == len(FIELDS) + 2
    assert "| `case_id` | the case (or other key) of the event |" in rows
