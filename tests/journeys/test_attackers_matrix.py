"""The attacker's matrix: every operation of the four services, asked by everybody who could come to the door.

What each may be answered stands in ``matrix/expected``, written from the documents and not from the product's tables.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from huiyin.office.wire import Response
from tests.journeys.county import VILLAGE, County
from tests.journeys.matrix.expected import BY_OTHER_PROOF, Verdict, expected, is_blind, roles_of
from tests.journeys.matrix.operations import STALE, Operation, operations
from tests.journeys.matrix.principals import Principal, enrol, everybody
from tests.journeys.matrix.story import Kind, Known, Office, Story, clerk_with_an_account, ended_session

AT_ONCE = 4
EVERY = 6
"""Where no token opens anything, every sixth asks."""
_PATIENCE = 20
"""How often somebody asks again who was told that it is not available just now."""
_AN_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Cell:
    """One question of one of them."""

    who: Principal
    operation: Operation
    known: Known | None
    verdict: Verdict

    def __str__(self) -> str:
        kind = "" if self.known is None else f" ({self.known.kind.name.lower()})"
        return f"{self.who.name}: {self.operation.name}{kind}"


@dataclass
class Tried:
    """What came of all cells."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    """Of wrong answers."""

    def add(self, cell: Cell, answer: Response, hidden: Iterable[str]) -> None:
        """One more."""
        self.answers[f"{answer.status_code // 100}xx" if answer.is_success else str(answer.status_code)] += 1
        if answer.status_code not in cell.verdict.value:
            self.kinds[f"{cell.operation.name} -> {answer.status_code}"] += 1
            self.wrong.append(f"{cell} -> {answer.status_code}, not {sorted(cell.verdict.value)}: {answer.text[:200]}")
        said = _but_for_what_was_asked(answer.text, cell)
        if told := [word for word in hidden if word in said]:
            self.wrong.append(f"{cell} -> {answer.status_code} tells {told[:3]}")

    def told(self) -> str:
        """What is wrong, each kind of it and some of each."""
        return "\n".join([str(self), *(f"{number} x {kind}" for kind, number in self.kinds.items()), *self.wrong[::7]])

    def __str__(self) -> str:
        told = ", ".join(f"{status}: {number}" for status, number in sorted(self.answers.items()))
        return f"{self.answers.total()} cells tried ({told}); answers that should not be: {len(self.wrong)}"


def _but_for_what_was_asked(text: str, cell: Cell) -> str:
    """An answer may repeat the address: a page that asks to sign in leads back to it."""
    for part in cell.operation.where(cell.known).partition("?")[0].split("/"):
        if len(part) == len(_AN_ID):
            text = text.replace(part, "")
    return text


@dataclass(frozen=True)
class Matrix:
    """All operations, all principals and all that is asked about."""

    county: County
    operations: list[Operation]
    principals: list[Principal]
    story: Story

    async def stands(self) -> dict[str, str]:
        """All tables but the one that counts who guesses at passwords."""
        prints = await self.county.prints()
        return {table: known for table, known in prints.items() if table != "dispatch.sign_in_tries"}

    def cells(self) -> list[Cell]:
        """Every question: of operations that name a case, about one of each kind."""
        found = []
        for operation in self.operations:
            abouts: list[Known | None] = [None]
            if operation.is_about_a_case:
                abouts = [self.story.case(kind, operation.path) for kind in Kind]
            by_token = not BY_OTHER_PROOF.fullmatch(operation.name)
            found += [
                Cell(who, operation, known, expected(who, operation, known))
                for known in abouts
                for who in self.principals[:: 1 if by_token else EVERY]
            ]
        return found

    async def ask(self, cells: Iterable[Cell], version: int | str = "*") -> Tried:
        """All of them, many at a time."""
        hidden = {
            who.name: frozenset().union(*(self.story.secrets(kind) for kind in Kind if is_blind(who, kind)))
            for who in self.principals
        }
        tried, waiting = Tried(), iter(cells)

        async def one_after_another() -> None:
            for cell in waiting:
                for _ in range(_PATIENCE):
                    answer = await cell.operation.ask(cell.who.person, cell.known, version)
                    if answer.status_code != 503:
                        break
                tried.add(cell, answer, hidden[cell.who.name])

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        return tried


@pytest.fixture
async def matrix(county: County) -> Matrix:
    """Everything prepared."""
    await enrol(county)
    await clerk_with_an_account(county)
    home = await county.operator.do("/intake/v1/households", {"area_code": VILLAGE, "head": "欧阳金丝雀"})
    asked = list(operations(household_id=home["household_id"]))
    about = [operation.path for operation in asked if operation.is_about_a_case]
    story = Story()
    for kind in Kind:
        story.cases |= (await Office(county).prepare(kind, about)).cases
    revoked = Principal("with what is left of a session that was ended", await ended_session(county, "IN-SUPERVISOR"))
    return Matrix(county, asked, [*everybody(county), revoked], story)


def test_there_is_a_line_for_every_operation() -> None:
    for operation in operations():
        assert BY_OTHER_PROOF.fullmatch(operation.name) or roles_of(operation)


@pytest.mark.timeout(900)
async def test_no_answer_that_should_not_be(matrix: Matrix) -> None:
    """First all that must be refused, as it would be taken if it were not: no row of any table is another afterwards.

    Then what may be asked, of a version that is gone where there is one: whoever may is not refused.
    """
    cells = matrix.cells()
    before = await matrix.stands()
    refused = await matrix.ask(cell for cell in cells if cell.verdict.refuses)
    assert not refused.wrong, refused.told()
    assert await matrix.stands() == before
    # Whoever finds that aid is owed has a hand in the case from then on, and judges nothing about it.
    cells.sort(key=lambda cell: cell.operation.path.endswith("/aids"))
    allowed = await matrix.ask((cell for cell in cells if not cell.verdict.refuses), STALE)
    assert not allowed.wrong, allowed.told()
    print(f"{len(matrix.operations)} operations, {len(matrix.principals)} principals")  # noqa: T201
    print(f"to be refused: {refused}\nto be answered: {allowed}")  # noqa: T201
