"""Every shape of an event that was ever shipped decodes for ever: files here are added, never changed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from huiyin.describe.examples import missing_examples
from libs.common.bus.codec import decode_event, encode_event
from libs.common.bus.flow import FLOW
from libs.common.errors import Permanent
from libs.common.events.base import Event
from libs.common.events.cases import CaseSigned, DeadlineSet

FOLDER = Path(__file__).parent / "examples"
EVENTS = [route.event for route in FLOW]
SHIPPED = [
    pytest.param(event, path, id=f"{event.__name__}-{path.stem}")
    for event in EVENTS
    for path in sorted((FOLDER / event.__name__).glob("*.json"))
]


@pytest.mark.parametrize(("event", "path"), SHIPPED)
def test_a_shape_that_was_shipped_decodes_and_loses_nothing(event: type[Event], path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    decoded = decode_event(event.type_name, path.read_bytes())
    assert isinstance(decoded, event)
    again = json.loads(encode_event(decoded))
    assert {name: again[name] for name in data} == data


def test_a_deadline_alone_is_said_as_ever_and_several_as_no_reader_of_before_can_take_for_one() -> None:
    alone = json.loads((FOLDER / "DeadlineSet" / "2.json").read_text(encoding="utf-8"))
    together = json.loads((FOLDER / "DeadlineSet" / "3.json").read_text(encoding="utf-8"))
    for data in (alone, together):
        assert json.loads(encode_event(DeadlineSet.model_validate(data))) == data
    assert not {"deadline", "unit_code", "starts_at", "warn_at", "due_at", "pack_version"} & together.keys()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_newest_example_shows_every_field(event: type[Event]) -> None:
    newest = max((FOLDER / event.__name__).glob("*.json"), key=lambda path: int(path.stem))
    assert set(json.loads(newest.read_text(encoding="utf-8"))) == set(event.model_fields)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_a_first_example_is_made_of_the_model_alone(event: type[Event], tmp_path: Path) -> None:
    name, text = next((name, text) for name, text in missing_examples(tmp_path).items() if event.__name__ in name)
    assert name == f"{event.__name__}/1.json"
    assert set(json.loads(text)) == set(event.model_fields)
    assert isinstance(decode_event(event.type_name, text.encode()), event)


def test_no_example_is_wanting_and_none_that_shipped_is_written_again() -> None:
    assert missing_examples(FOLDER) == {}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_a_field_from_the_future_is_no_trouble(event: type[Event]) -> None:
    oldest = min((FOLDER / event.__name__).glob("*.json"), key=lambda path: int(path.stem))
    data = json.loads(oldest.read_text(encoding="utf-8")) | {"from_the_future": 1}
    assert isinstance(decode_event(event.type_name, json.dumps(data).encode()), event)


def test_an_unknown_type_is_none_and_a_broken_value_is_permanent() -> None:
    assert decode_event("cn.huiyin.case.from_the_future", b"{}") is None
    with pytest.raises(Permanent, match="does not decode"):
        decode_event(CaseSigned.type_name, b'{"case_id": 1}')


def test_an_event_cannot_be_changed_or_carry_a_naive_time() -> None:
    event = CaseSigned(occurred_at=datetime(2026, 3, 4, 12, tzinfo=UTC), case_id="a", round=1, unit_code="D-WATER")
    with pytest.raises(ValidationError, match="frozen"):
        CaseSigned.__setattr__(event, "round", 2)
    with pytest.raises(ValidationError, match="timezone"):
        CaseSigned(occurred_at=event.occurred_at.replace(tzinfo=None), case_id="a", round=1, unit_code="D-WATER")
