"""The driver on a house of a few lines: every case in its own order, each run like the one before."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.types import Message, Receive, Scope, Send

from huiyin.office.people import People
from huiyin.office.wire import InProcess
from huiyin.replay.classify import Classifier
from huiyin.replay.draws import Draws
from huiyin.replay.driver import Driver, Pace
from huiyin.replay.habits import Habits
from huiyin.replay.rows import FileLine, Row
from huiyin.replay.stage import Journal, Life, Stage
from libs.common.pack.directory import Directory
from libs.common.pack.loader import load_pack
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.time.clock import SimulatedClock

PACK = load_pack(Path(__file__).parents[3] / "packs" / "demo")
SUPPORT = "T-999001101"
MONDAY = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
CONTENT = ("satisfied", "basically_satisfied")
Done = tuple[datetime, str]


class TinyHouse:
    """Answers like the services as far as a replay asks; remembers what was done to each row, and when."""

    def __init__(self, start: datetime) -> None:
        self.clock = SimulatedClock(start)
        self.done: defaultdict[str, list[Done]] = defaultdict(list)
        self.rounds: dict[str, int] = {}
        self.tries: dict[str, int] = {}
        self.refuse: set[str] = set()
        self.advanced: list[datetime] = []
        self.settled = 0

    async def settle(self) -> None:
        """Nothing is ever under way here."""
        self.settled += 1

    async def advance(self, moment: datetime) -> int:
        """Time only goes forward."""
        self.clock.advance_to(moment)
        self.advanced.append(moment)
        return 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await asyncio.sleep(0)
        received: Message = await receive()
        body = orjson.loads(received["body"]) if received["body"] else {}
        status, answer = self._answer(scope["path"], body, parse_qs(scope["query_string"].decode()))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": orjson.dumps(answer)})

    def _answer(self, path: str, body: dict[str, Any], query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        match path.strip("/").split("/"):
            case ["intake", "v1", "cases"]:
                return self._register(body)
            case ["dispatch", "v1", "cases", case_id, *step]:
                self.done[case_id].append((self.clock.now(), "/".join(step)))
                due_at = (self.clock.now() + timedelta(days=1)).isoformat()
                return 200, {"handle_due_at": due_at, "open_support": [SUPPORT]}
            case ["followup", "v1", "callbacks"]:
                due = [{"case_id": key, "round": number} for key, number in self.rounds.items()]
                return 200, {
                    "items": [each | {"callback_id": f"{each['case_id']}.{each['round']}"} for each in due],
                    "next_cursor": None,
                }
            case ["followup", "v1", "callbacks", callback_id, step]:
                return 200, self._called(callback_id.partition(".")[0], step, body)
        return 200, {"items": [], "next_cursor": None, "query": query}

    def _register(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        case_id = body["source_no"]
        if case_id in self.refuse:
            return 422, {"title": "no", "fields": [{"field": "text", "message": "is not liked"}]}
        if case_id in self.rounds:
            return 409, {"title": "known", "case_id": case_id}
        self.rounds[case_id], self.tries[case_id] = 1, 0
        self.done[case_id].append((self.clock.now(), "register"))
        return 201, {"case_id": case_id}

    def _called(self, case_id: str, step: str, body: dict[str, Any]) -> dict[str, Any]:
        self.done[case_id].append((self.clock.now(), step))
        self.tries[case_id] += 1
        status = "callback" if self.tries[case_id] % 3 else "review"
        if step == "review":
            status = "closed" if body["decision"] == "close_unverified" else "callback"
        elif "satisfaction" in body:
            status = "closed" if body["satisfaction"] in CONTENT and body["solved"] else "handling"
        if status == "handling":
            self.rounds[case_id] += 1
        return {
            "status": status,
            "closing": None,
            "current_round": self.rounds[case_id],
            "next_try_at": self.clock.now().isoformat(),
        }


def _rows(count: int) -> list[Row]:
    return [
        Row(
            FileLine("x.csv", number),
            "test",
            str(number),
            "路灯不亮" if number % 5 else "你好",
            "东坡村的路灯坏了" if number % 5 else "谢谢",
            MONDAY + timedelta(hours=number),
            MONDAY + timedelta(hours=number, minutes=number**2 * 3) if number % 7 else None,
        )
        for number in range(count)
    ]


async def _replay(
    rows: Sequence[Row], folder: Path, pace: Pace, house: TinyHouse | None = None
) -> tuple[TinyHouse, Journal]:
    house = house or TinyHouse(MONDAY - timedelta(hours=1))
    issuer = LocalIssuer.load_or_create(folder, lambda: datetime.now(UTC))

    def token(subject: str, roles: tuple[Role, ...], area: str, unit: str | None) -> str:
        return issuer.issue(subject, roles, area, unit, timedelta(days=1))

    people = People(token, PACK.place.code, InProcess(house))
    stage = Stage(people, house.clock, Directory(PACK), Classifier(PACK))
    driver = Driver(stage, house, pace, lambda _moment: None)
    lives = [
        Life(
            index,
            row,
            Habits(Draws(1, row.source, row.number), stage.directory),
            stage.classifier.category(row),
            stage.classifier.area(row),
        )
        for index, row in enumerate(rows)
    ]
    await driver.run(lives, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=200))
    return house, stage.journal


async def test_every_case_takes_its_steps_in_order(tmp_path: Path) -> None:
    house, journal = await _replay(_rows(60), tmp_path, Pace())
    assert journal.troubles == []
    assert len(journal.registered) == 60
    for number, row in enumerate(_rows(60)):
        done = house.done[str(number)]
        steps = [step for _, step in done]
        times = [at for at, _ in done]
        assert times == sorted(times)
        assert done[0] == (row.opened_at, "register")
        if number % 5 == 0:
            assert "assignment" in steps, "no category was found, so a dispatcher has to choose"
        assert "assignment" not in steps or number % 5 == 0 or "return/decision" in steps
        if row.closed_at is None:
            assert "result" not in steps
            continue
        assert steps.index("signature") < steps.index("result") < steps.index("attempts")
        handling = ["signature", *(f"tasks/{SUPPORT}/{step}" for step in ("signature", "result")), "result"]
        assert [step for step in steps[: steps.index("result") + 1] if step in handling][-4:] == handling
        assert steps[-1] in ("attempts", "review")
        first_result = times[steps.index("result")]
        assert first_result == max(row.closed_at, times[steps.index("signature")] + timedelta(milliseconds=1))
    assert journal.ended == sum(row.closed_at is not None for row in _rows(60))


async def test_how_much_goes_at_once_changes_nothing(tmp_path: Path) -> None:
    whole, first = await _replay(_rows(50), tmp_path, Pace())
    slow, second = await _replay(_rows(50), tmp_path, Pace(side_by_side=1, steps=5, longest=timedelta(hours=7)))
    assert whole.done == slow.done
    assert (first.done, first.sent_back, first.ended) == (second.done, second.sent_back, second.ended)
    assert slow.settled > whole.settled


async def test_time_moves_forward_to_the_end_of_what_stays_open(tmp_path: Path) -> None:
    house, _ = await _replay(_rows(10), tmp_path, Pace())
    assert house.advanced == sorted(house.advanced)
    assert house.advanced[-1] == MONDAY + timedelta(days=200)


async def test_refused_and_known_rows_are_told_and_left_alone(tmp_path: Path) -> None:
    house = TinyHouse(MONDAY - timedelta(hours=1))
    house.rounds["3"] = 1
    house.refuse.add("4")
    _, journal = await _replay(_rows(8), tmp_path, Pace(), house)
    assert list(journal.known_before.values()) == ["3"]
    assert [(each.number, each.detail) for each in journal.refused] == [("4", "text: is not liked")]
    assert len(journal.registered) == 6
    assert not house.done["3"]
    assert journal.troubles_in_all == 0
