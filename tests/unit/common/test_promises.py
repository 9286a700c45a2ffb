"""What is declared of promises can be kept: by events that somebody says, and that followup hears of cases."""

import copy
import pickle

import pytest
from pydantic import TypeAdapter, ValidationError

from libs.common.bus.flow import FLOW, Service
from libs.common.events import cases, supervision
from libs.common.events.deadlines import ended_by, passed_on_by, set_by
from libs.common.events.terms import DECLARED, Deadline
from services.dispatch.cases.domain.clocks import concerns_now
from services.dispatch.cases.domain.terms import Status

KNOWN = {route.event.__name__: route for route in FLOW}


@pytest.mark.parametrize("code", DECLARED)
def test_it_lives_by_events_that_followup_hears_or_says(code: str) -> None:
    one = DECLARED[code].promise
    for name in (*one.set_by, *one.passed_on_by, *one.kept_by, *one.void_by):
        assert Service.FOLLOWUP in KNOWN[name].heard_by | KNOWN[name].said_by, name
    if one.about == "case":
        assert all(Service.FOLLOWUP in KNOWN[name].heard_by for name in (*one.set_by, *one.passed_on_by))
    assert one.set_by
    assert one.kept_by
    assert len(one.counted_as) in (0, 2, 3)


def test_what_events_mean() -> None:
    given = cases.CaseReassigned.model_construct()
    assert set_by(given) == [Deadline.SIGN, Deadline.HANDLE]
    assert passed_on_by(given) == [Deadline.HANDLE, Deadline.STAGED]
    assert ended_by(given) == [Deadline.SIGN, Deadline.TASK, Deadline.DECISION]
    assert set_by(supervision.SupervisionIssued.model_construct()) == []
    assert ended_by(supervision.SupervisionReplied.model_construct()) == [Deadline.REPLY]


def test_a_word_is_itself_wherever_it_comes_from() -> None:
    read = TypeAdapter(Deadline)
    for same in (
        Deadline.read("sign"),
        read.validate_json('"sign"'),
        copy.deepcopy(Deadline.SIGN),
        read.validate_python("sign"),
    ):
        assert same is Deadline.SIGN
    assert pickle.loads(pickle.dumps(Deadline.SIGN)) is Deadline.SIGN  # noqa: S301
    assert read.dump_json(Deadline.SIGN) == b'"sign"'


def test_an_unknown_one_is_refused_with_the_list_of_those_that_exist() -> None:
    known = "'triage', 'sign', 'handle', 'callback', 'reply', 'wording', 'objection', 'upper', 'task', 'report_in',"
    with pytest.raises(ValidationError, match=f"{known} 'called', 'decision', 'staged', 'letter', 'claim' or 'risk'"):
        TypeAdapter(Deadline).validate_python("appeal")
    with pytest.raises(ValueError, match="'reply'"):
        Deadline.read("appeal")


@pytest.mark.parametrize("status", Status)
def test_word_of_an_unknown_one_that_a_newer_release_kept_makes_no_case_late(status: Status) -> None:
    assert not concerns_now(status, ["appeal"])
