"""The map and the code say the same, in both directions."""

import ast
import importlib
from pathlib import Path

import pytest

from libs.common.bus.flow import EVENT_TYPES, FLOW, ROUTES, TOPICS, Service, Stream, heard, said
from libs.common.events.base import Event
from libs.common.events.ops import ResendRequested
from libs.common.service.spec import ServiceSpec

ROOT = Path(__file__).parents[2]
LIBRARY_HANDLES = {ResendRequested}
"""What the library answers for every service."""


def spec(service: Service) -> ServiceSpec:
    module = importlib.import_module(f"services.{service}.main")
    found = module.SPEC
    assert isinstance(found, ServiceSpec)
    return found


def subclasses(event: type[Event]) -> set[type[Event]]:
    found = set()
    for child in event.__subclasses__():
        found |= {child} if "type_name" in vars(child) else subclasses(child)
    return found


def published_names(source: str) -> set[str]:
    """Names of events that a source constructs, or has ``say``, the steps of letters, mediations or aid construct."""
    names = {event.__name__ for event in ROUTES}
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    tells = ("say", "Tells")
    said_of = [argument for call in calls if _named(call.func) in tells for argument in call.args]
    return {name for node in (*(call.func for call in calls), *said_of) if (name := _named(node)) in names}


def _named(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_every_event_is_on_the_map_once() -> None:
    assert len(ROUTES) == len(FLOW) == len(EVENT_TYPES)
    assert subclasses(Event) == set(ROUTES)


def test_every_event_is_keyed_by_the_field_that_its_topic_names() -> None:
    assert set(TOPICS) == set(Stream)
    for event, route in ROUTES.items():
        assert event.model_construct(None, **{route.keyed_by: "one"}).key == "one", event
    assert {(route.stream, route.keyed_by) for route in FLOW} == {
        (topic.stream, field) for topic in TOPICS.values() for field in topic.keyed_by
    }


@pytest.mark.parametrize("service", list(Service))
def test_a_service_handles_what_the_map_sends_it_and_nothing_else(service: Service) -> None:
    handled = set(spec(service).reactions.handlers) | LIBRARY_HANDLES
    assert handled == set(heard(service))


@pytest.mark.parametrize("service", list(Service))
def test_a_service_says_what_the_map_lets_it_say_and_all_of_it(service: Service) -> None:
    sources = (ROOT / "services" / service).rglob("*.py")
    says = set().union(*(published_names(path.read_text(encoding="utf-8")) for path in sources))
    assert says == {event.__name__ for event in said(service)} - {event.__name__ for event in LIBRARY_HANDLES}


def test_what_is_not_on_the_map_would_be_noticed() -> None:
    assert published_names("session.publish(CaseSigned(round=1))") == {"CaseSigned"}
    assert published_names("session.publish(cases.CaseSigned(round=1))") == {["cases", "CaseSigned"][1]}
    assert published_names("say(session, CaseWithdrawn, words)") == {"CaseWithdrawn"}
    assert published_names("Tells(Action.LETTER_SEND, letters.LetterSent)") == {"LetterSent"}
    assert published_names("on(CaseWithdrawn, withdrawn)") == set()
