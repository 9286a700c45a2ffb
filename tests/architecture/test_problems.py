"""What the documents say of errors is what the code can answer: no status is promised that nobody sends."""

import ast
import json
from collections.abc import Iterator

import pytest

import huiyin.house  # noqa: F401 - every service, and with them every problem that one defines
from libs.common.bus.flow import Service
from libs.common.errors import Problem
from tests.architecture.test_shape import ROOT, product_files

_FIRST_PROBLEM = 400


def made(text: str) -> set[str]:
    """The names of what a module raises, makes or gives back."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Raise(exc=value) | ast.Call(func=value) | ast.Return(value=value):
                chosen = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                found |= {one.id for one in chosen if isinstance(one, ast.Name)}
    return found


def kinds(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every kind of problem of the product."""
    for kind in of.__subclasses__():
        if kind.__module__.startswith(("libs.", "services.", "huiyin.")):
            yield kind
        yield from kinds(kind)


MADE = {name for _, text in product_files() for name in made(text)}


def documented(status: str) -> bool:
    return status.isdigit() and int(status) >= _FIRST_PROBLEM


@pytest.mark.parametrize("service", Service)
def test_every_documented_status_is_sent_by_somebody(service: Service) -> None:
    document = json.loads((ROOT / "docs" / "openapi" / f"{service}.json").read_text("utf-8"))
    named = {
        int(status)
        for operations in document["paths"].values()
        for operation in operations.values()
        for status in operation["responses"]
        if documented(status)
    }
    named |= {int(name.removeprefix("Problem")) for name in document["components"]["responses"]}
    sent = {kind.status for kind in kinds() if kind.__name__ in MADE}
    assert named - sent == set()


def test_every_kind_of_problem_is_answered_by_somebody() -> None:
    assert sorted(kind.__name__ for kind in kinds() if kind.__name__ not in MADE) == []


def test_what_is_raised_or_made_is_found() -> None:
    text = "def f():\n    if x:\n        raise Gone\n    return (Lost if y else Late)('x')\nclass Never(Gone): ...\n"
    assert made(text) == {"Gone", "Lost", "Late"}
