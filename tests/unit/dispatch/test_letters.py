"""Letters: each goes one way, whatever is tried by whom, and only those that were sent hold the case's result."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.letter_terms import LetterStatus, LetterStep
from libs.common.events.terms import ResultKind
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn, Refused
from services.dispatch.cases.domain.evolving import evolve as evolve_case
from services.dispatch.cases.domain.lettered import LetterPart
from services.dispatch.cases.domain.state import Ask, Result, Said, State
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import decide as decide_case
from services.dispatch.letters.actions.keeping import case_step
from services.dispatch.letters.domain import ENDED, MACHINE, WAITING, LetterSaid, LetterState, decide, evolve
from services.dispatch.letters.labels import FIELDS

T = datetime(2026, 3, 3, 1, tzinfo=UTC)
DUE = T + timedelta(days=7)
CLERK, HEAD = Actor("li", "T-1", "S-1"), Actor("wang", "T-1", "S-2")
RECEIVER, NOBODY = Actor("zhao", "D-1", "S-3"), Actor("qian", "D-2", "S-4")
PEOPLE = (CLERK, HEAD, RECEIVER, NOBODY, SYSTEM)
DRAFT = LetterState("l1", "c1", 1, "request", "T-1", "D-1", "商请", "请修复", 5, "li", "S-1", T)
FACTS: dict[LetterStep, dict[str, Any]] = {
    LetterStep.SEND: {"number": 12, "year": 2026, "no": "翠街函〔2026〕12号", "warn_at": T, "due_at": DUE},
    LetterStep.REPLY: {"reply": "已修复"},
    LetterStep.ACCEPT: {"opinion": "同意"},
    LetterStep.SEND_BACK: {"opinion": "请附照片", "warn_at": T, "due_at": DUE},
    LetterStep.REMIND: {"reminder": "请尽快"},
    LetterStep.WITHDRAW: {"opinion": "无需"},
    LetterStep.HAND_ON: {"to_unit": "D-2"},
}
SIGNED = State(T, 1, "0101", Status.SIGNED, lead_unit="T-1", assigned_at=T, signed_at=T, version=2)
LINES = [(line.source, line.target, line.action) for line in MACHINE.steps if line.source is not None]
LATER = [step for step in LetterStep if step is not LetterStep.DRAFT]


def after(*steps: tuple[LetterStep, Actor], at: datetime = T) -> LetterState:
    letter = DRAFT
    for step, by in steps:
        letter = evolve(letter, decide(letter, step, by, at, **FACTS.get(step, {})))
    return letter


SENT = (LetterStep.SEND, HEAD)
REPLIED = (SENT, (LetterStep.REPLY, RECEIVER))


@given(st.lists(st.tuples(st.sampled_from(LATER), st.sampled_from(PEOPLE), st.integers(0, 200)), max_size=40))
def test_whatever_is_tried_a_letter_keeps_its_number_and_only_its_two_units_move_it(
    tried: list[tuple[LetterStep, Actor, int]],
) -> None:
    letter, case, now = DRAFT, SIGNED, T
    for step, by, hours in tried:
        now += timedelta(hours=hours)
        before = letter
        try:
            said = decide(letter, step, by, now, **FACTS.get(step, {}))
        except Refused:
            continue
        letter = evolve(letter, said)
        ask = case_step(letter, step)
        case = evolve_case(case, decide_case(case, ask, by, now))
        assert by.unit_code in (letter.office, letter.to_unit) or by is SYSTEM
        assert before.status not in ENDED
        assert before.no in (None, letter.no)
        assert step is not LetterStep.SEND or by.names.isdisjoint({"li"})
        assert letter.version == before.version + 1
        waits = letter.no is not None and letter.status not in ENDED
        assert case.open_letters == ((letter.no,) if waits else ())
        result = Ask(Action.HAND_IN, Result(ResultKind.SUBSTANTIVE, "已修复", None, "不等了"))
        if waits:
            with pytest.raises(OutOfTurn, match="翠街函〔2026〕12号"):
                decide_case(case, result, CLERK, now)
        else:
            assert evolve_case(case, decide_case(case, result, CLERK, now)).status is Status.HANDLED


def test_every_letter_can_end_and_none_that_ended_goes_on() -> None:
    assert {line.source for line in MACHINE.steps} == {None, *LetterStatus} - set(ENDED)
    assert all(MACHINE.allows(status, LetterStep.WITHDRAW) for status in LetterStatus if status not in ENDED)


def test_whoever_drafted_it_sends_it_only_where_the_pack_says_so_by_no_second_account() -> None:
    twin = Actor("li-2", "T-1", "S-1")
    for by in (CLERK, twin):
        with pytest.raises(NotTheirs, match="does not sign it off"):
            decide(DRAFT, LetterStep.SEND, by, T, **FACTS[LetterStep.SEND])
        said = decide(DRAFT, LetterStep.SEND, by, T, another_signs=False, **FACTS[LetterStep.SEND])
        assert evolve(DRAFT, said).status is LetterStatus.SENT


def test_nobody_answers_and_accepts_one_letter_by_two_units() -> None:
    moved = Actor("zhao-2", "T-1", "S-3")
    with pytest.raises(Refused):
        decide(after(*REPLIED), LetterStep.ACCEPT, moved, T, **FACTS[LetterStep.ACCEPT])
    writer = Actor("li-2", "D-1", "S-1")
    with pytest.raises(NotTheirs, match="does not answer it"):
        decide(after(SENT), LetterStep.REPLY, writer, T, **FACTS[LetterStep.REPLY])


def test_it_is_late_from_the_instant_on_at_which_it_was_due_and_stays_so_when_it_is_sent_back() -> None:
    sent = after(SENT)
    just = decide(sent, LetterStep.REPLY, RECEIVER, DUE - timedelta(microseconds=1), reply="好")
    late = decide(sent, LetterStep.REPLY, RECEIVER, DUE, reply="好")
    assert (evolve(sent, just).late, evolve(sent, late).late) == (False, True)
    anew = {"due_at": DUE + timedelta(days=2)}
    back = evolve(evolve(sent, late), LetterSaid(LetterStep.SEND_BACK, DUE, HEAD, FACTS[LetterStep.SEND_BACK] | anew))
    assert (back.status, back.edition, back.status in WAITING) == (LetterStatus.SENT_BACK, 2, True)
    again = evolve(back, decide(back, LetterStep.REPLY, RECEIVER, DUE, reply="已附照片"))
    assert again.late


def test_a_letter_goes_along_to_the_successor_of_its_receiver_by_itself_alone() -> None:
    sent = after(SENT)
    for by in (CLERK, HEAD, RECEIVER):
        with pytest.raises(NotTheirs):
            decide(sent, LetterStep.HAND_ON, by, T, to_unit="D-2")
    moved = evolve(sent, decide(sent, LetterStep.HAND_ON, SYSTEM, T, to_unit="D-2"))
    assert (moved.to_unit, moved.status, moved.due_at, moved.edition) == ("D-2", LetterStatus.SENT, DUE, 1)
    with pytest.raises(NotTheirs):
        decide(moved, LetterStep.REPLY, RECEIVER, T, reply="好")
    assert evolve(moved, decide(moved, LetterStep.REPLY, NOBODY, T, reply="好")).status is LetterStatus.REPLIED


def test_handed_on_to_who_handles_the_case_it_holds_the_result_no_longer() -> None:
    no = "翠街函〔2026〕12号"
    waits = evolve_case(SIGNED, Said(Action.LETTER_SEND, T, LetterPart(no, "D-1"), HEAD))
    for unit, open_letters in (("D-2", (no,)), ("T-1", ())):
        moved = evolve_case(waits, Said(Action.LETTER_HAND_ON, T, LetterPart(no, unit), SYSTEM))
        assert moved.open_letters == open_letters


def test_a_letter_to_who_handles_the_case_itself_does_not_wait_for_its_result() -> None:
    part = LetterPart("翠街督函〔2026〕1号", "T-1")
    said = Said(Action.LETTER_SEND, T, part, NOBODY)
    assert evolve_case(SIGNED, said).open_letters == ()


def test_the_guide_draws_the_steps_and_names_the_fields_that_there_are() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "letters.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"^    (\w+) --> (\w+): (\w+)$", guide, re.MULTILINE))
    assert drawn == {(before.value, after.value, step.value) for before, after, step in LINES}
    for code, (chinese, _) in FIELDS.items():
        assert f"`{code}`" in guide
        assert chinese in guide
