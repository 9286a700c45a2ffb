"""The rows of dispatch are its own rules folded over the ledgers; what those rules refuse makes no row."""

from collections.abc import Sequence
from typing import Any

import pytest

from huiyin.audit.packs import Packs
from huiyin.audit.rows.comparing import Columns
from huiyin.audit.rows.dispatch import rows_of_dispatch
from libs.common.events import asking, cases, tasks, whistles
from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import Closing
from tests.unit.audit.story import Story, T, assigned, handled, registered, sent_back, signed


def rows(story: Story, table: str = "dispatch.transition") -> Sequence[Columns]:
    """What should stand in a table, once dispatch has applied all that was said."""
    story.view.marks = {("dispatch", service): len(said) for service, said in story.view.said.items()}
    return next(wanted.rows for wanted in rows_of_dispatch(story.view, Packs({})) if wanted.table == table)


def supported() -> Story:
    """With two support units, one of which signed: that no event tells, only the history."""
    story = registered().dispatch(cases.CaseAssigned, support_units=("D-C", "D-D"))
    sign: Any = {"version": 2, "action": "support_sign", "unit_code": "D-C", "who": "x", "staff_id": None, "at": T}
    story.view.rows = {**story.view.rows, "dispatch.transition": (sign,)}
    return story


TAKEN = {
    "the usual way, and back": (
        sent_back().dispatch(cases.CaseAssigned, round=2),
        ["route", "sign", "hand_in", "send_back"],
    ),
    "given back and given on": (
        assigned().dispatch(cases.ReturnRequested).dispatch(cases.ReturnDecided).dispatch(cases.CaseReassigned),
        ["route", "ask_return", "hand_on"],
    ),
    "given back to triage": (
        signed().dispatch(cases.ReturnRequested).dispatch(cases.ReturnDecided).dispatch(cases.TriageQueued),
        ["route", "sign", "ask_return", "take_back"],
    ),
    "withdrawn": (signed().intake(cases.CaseWithdrawn).followup(cases.CaseClosed), ["route", "sign", "withdraw"]),
    "supported": (
        supported().dispatch(cases.TaskDone).dispatch(cases.CaseSigned).dispatch(cases.TaskCancelled, unit_code="D-D"),
        ["route", "support_sign", "support_done", "sign", "support_cancel"],
    ),
    "summoned, given more to do and told more": (
        signed()
        .dispatch(whistles.StreetWhistled)
        .dispatch(whistles.CallAcknowledged)
        .dispatch(whistles.UnitArrived)
        .dispatch(tasks.ListFilled)
        .dispatch(tasks.TaskGiven, unit_code="D-D")
        .dispatch(whistles.CallDone),
        ["route", "sign", "whistle", "call_acknowledge", "call_arrive", "fill_list", "support_give", "call_done"],
    ),
    "a support unit merged away": (
        supported().dispatch(cases.TaskCancelled, by=None, successor="D-E"),
        ["route", "support_sign", "support_hand_on"],
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_each_step_stands_in_the_history(name: str) -> None:
    story, actions = TAKEN[name]
    assert [step["action"] for step in rows(story)] == actions
    assert rows(story, "work")[0]["version"] == len(actions)


REFUSED = {
    "signed by nobody's leave": registered().dispatch(cases.TriageQueued).dispatch(cases.CaseSigned),
    "handled twice": handled().dispatch(cases.CaseHandled),
    "handled during a return": signed().dispatch(cases.ReturnRequested).dispatch(cases.CaseHandled),
    "decided unasked": signed().dispatch(cases.ReturnDecided, approved=False),
    "handled after the known end": signed().intake(cases.CaseWithdrawn).dispatch(cases.CaseHandled),
    "handled after the known answer": signed().intake(cases.CaseAnsweredDirectly).dispatch(cases.CaseHandled),
    "support by nobody who was named": assigned().dispatch(cases.TaskDone),
    "support twice": supported().dispatch(cases.TaskCancelled).dispatch(cases.TaskDone),
    "handled without waiting": supported().dispatch(cases.CaseSigned).dispatch(cases.CaseHandled, without_support=()),
    "handled before the summoned unit is done": signed()
    .dispatch(whistles.StreetWhistled)
    .dispatch(cases.CaseHandled, without_support=()),
    "summoned and done, though not there": signed().dispatch(whistles.StreetWhistled).dispatch(whistles.CallDone),
    "there twice": signed()
    .dispatch(whistles.StreetWhistled)
    .dispatch(whistles.UnitArrived)
    .dispatch(whistles.UnitArrived),
    "without others than those": supported()
    .dispatch(cases.CaseSigned)
    .dispatch(cases.CaseHandled, without_support=("D-C",)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_rules_refuse_makes_no_row(name: str) -> None:
    said = REFUSED[name].view.said["dispatch"]
    before = rows(REFUSED[name])
    last = said.pop()
    assert rows(REFUSED[name]) == before
    said.append(last)


def test_the_part_of_a_merged_unit_is_its_successors() -> None:
    story = supported().dispatch(cases.TaskCancelled, successor="D-E")
    assert [(task["unit_code"], task["status"]) for task in rows(story, "task")] == [
        ("D-C", "cancelled"),
        ("D-D", "given"),
        ("D-E", "given"),
    ]
    (work,) = rows(story, "work")
    assert (work["open_support"], work["support_units"]) == (["D-E", "D-D"], ["D-E", "D-D"])


def test_parts_and_requests_follow_the_steps_of_their_case() -> None:
    story = supported().dispatch(cases.TaskDone).dispatch(cases.ReturnRequested)
    done, given = rows(story, "task")
    assert (done["unit_code"], done["status"], done["result"]) == ("D-C", "done", "helped")
    assert (given["unit_code"], given["status"]) == ("D-D", "given")
    assert rows(story, "work")[0]["open_support"] == ["D-D"]
    assert [request["state"] for request in rows(story, "request")] == ["pending"]
    story.intake(cases.CaseWithdrawn)
    assert [request["state"] for request in rows(story, "request")] == ["lapsed"]
    assert [task["status"] for task in rows(story, "task")] == ["done", "cancelled"]


def test_what_leaves_the_case_where_it_stands_leaves_what_is_asked_for_waiting() -> None:
    story = signed().dispatch(whistles.StreetWhistled).dispatch(asking.RequestMade).dispatch(tasks.ListFilled)
    story.dispatch(tasks.TaskGiven, unit_code="D-D").dispatch(whistles.CallCancelled)
    (work,) = rows(story, "work")
    assert (work["asked"], work["open_called"], work["open_support"]) == ("suspension", [], ["D-D"])
    assert [request["state"] for request in rows(story, "request")] == ["pending"]
    assert [call["status"] for call in rows(story, "call")] == ["cancelled"]


def test_who_was_summoned_has_its_task_when_the_handling_has_ended_too() -> None:
    ends: dict[str, Any] = {"kind": RequestKind.TERMINATION, "until": None, "evidence": "立案通知书"}
    story = signed().dispatch(whistles.StreetWhistled).dispatch(asking.RequestMade, **ends)
    story.dispatch(asking.RequestGranted, **ends, request=4)
    assert [call["status"] for call in rows(story, "call")] == ["called"]
    story.followup(cases.CaseClosed, closing=Closing.PROCEDURAL).dispatch(whistles.UnitArrived)
    (work,) = rows(story, "work")
    assert (work["status"], work["open_called"]) == ("closed", ["D-C"])
    assert [call["status"] for call in rows(story, "call")] == ["arrived"]
