"""What is asked of several hands: routes and parameters that there are, each asked by a role that may."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bench.hand_questions import Accounts, Hands, Known, all_questions
from huiyin.office.wire import Call, Response
from libs.common.security.principal import Role

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
KNOWN = Known("01900000-0000-7000-8000-000000000000", "D-WATER", "T-999001101", "S-7", "l" * 36)


class House:
    """Takes whatever is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def send(self, call: Call) -> Response:
        self.asked.append((call.path, call.headers["Authorization"].removeprefix("Bearer ")))
        return Response(200, {}, b"{}")

    def token(self, subject: str, *roles: Role, unit: str | None, staff_id: str | None) -> str:
        return f"{roles[0]} {unit or '-'} {staff_id or '-'}"


def routes(service: str) -> dict[str, Any]:
    paths: dict[str, Any] = json.loads(Path(f"docs/openapi/{service}.json").read_text(encoding="utf-8"))["paths"]
    return {path: spec["get"] for path, spec in paths.items() if "get" in spec}


def route_of(path: str, known: dict[str, Any]) -> Any:
    found = [spec for template, spec in known.items() if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path)]
    assert found, f"there is no {path}"
    return found


@pytest.mark.parametrize("group", ["lists", "figures"])
async def test_every_question_is_of_a_route_with_parameters_that_it_knows(group: str) -> None:
    house = House()
    hands = Hands(Accounts(house.send, house.token), [KNOWN], NOW, Random(1))
    for ask in all_questions(hands)[group].values():
        await ask()
    known = {service: routes(service) for service in ("dispatch", "analytics")}
    assert len(house.asked) == len(all_questions(hands)[group])
    for place, _ in house.asked:
        asked = urlsplit(place)
        if asked.path == "/dispatch/units":
            continue
        specs = route_of(asked.path, known[asked.path.split("/")[1]])
        names = {parameter["name"] for spec in specs for parameter in spec.get("parameters", ())}
        assert parse_qs(asked.query).keys() <= names, place


async def test_a_unit_asks_by_its_handler_and_a_person_by_the_own_account() -> None:
    house = House()
    lists = all_questions(Hands(Accounts(house.send, house.token), [KNOWN], NOW, Random(1)))["lists"]
    for name in ("a unit's calls", "a street's board", "a person's mediations", "requests that wait, to be raised"):
        await lists[name]()
    assert [who for _, who in house.asked] == [
        "handler D-WATER -",
        "handler T-999001101 -",
        "mediator - S-7",
        "supervisor - -",
    ]
