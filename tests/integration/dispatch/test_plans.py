"""Lists of whistles, letters, requests, rulings and duty rules are short walks along their own indexes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select

from bench.stock.hands import HANDS
from libs.common.events.asking_terms import RequestKind
from libs.common.events.letter_terms import LetterStatus
from libs.common.events.whistle_terms import ClaimState
from libs.common.security.policy import Bound, Scope
from services.dispatch.appraisals.queries import claims_statement, signals_statement, whistles_statement
from services.dispatch.asks.domain import RequestState
from services.dispatch.asks.queries import RequestFilter, all_requests_statement
from services.dispatch.calls.domain import CallStatus
from services.dispatch.calls.queries import CallFilter, calls_statement
from services.dispatch.cases.domain.terms import Status
from services.dispatch.directory.queries import OPEN_USES
from services.dispatch.disputes.domain import ArbitrationState
from services.dispatch.disputes.queries import arbitrations_statement
from services.dispatch.duty_rules.domain import DutyRuleState
from services.dispatch.duty_rules.queries import rules_statement, settled_statement
from services.dispatch.duty_rules.tables import DutyRule
from services.dispatch.letters.queries import LetterFilter, letters_statement
from tests.integration.dispatch.office import T0, Office
from tests.integration.dispatch.test_schema import COUNTY_SCOPE, FILL_WORK, FIRST_PAGE, fill_hands, work_list
from tests.support.plans import plan_of

STREET_SCOPE = Scope("999001", (Bound("T-3"),), frozenset({"T-3"}))
UNIT_SCOPE = Scope("999001", (Bound("D-3"),), frozenset({"D-3"}))

FILL: tuple[str, ...] = (
    *HANDS,
    """
    INSERT INTO arbitration (case_id, version, round, by_rule, units, question, opened_at, opened_by, state, ended_at,
        support_units, files)
    SELECT case_id, 2, 1, true, ARRAY['D-1', 'D-2'], 'q', registered_at, 'x',
        CASE WHEN case_id::int % 200 = 1 THEN 'open' ELSE 'lapsed' END,
        CASE WHEN case_id::int % 200 <> 1 THEN registered_at END, '{}', '{}'
    FROM work
    """,
    """
    INSERT INTO duty_rule (rule_id, case_id, arbitration, category_code, area_code, words, lead_unit, support_units,
        basis, state, proposed_at, tried_at, decided_at, decided_by, effective_from, version)
    SELECT case_id, case_id, 2, '0101', '999001101000', '{}', 'D-1', '{}', 'b',
        CASE WHEN waits THEN 'proposed' ELSE 'adopted' END, registered_at, registered_at,
        CASE WHEN NOT waits THEN registered_at END, CASE WHEN NOT waits THEN 'y' END,
        CASE WHEN NOT waits THEN registered_at END, 1
    FROM (SELECT *, case_id::int % 100 = 1 AS waits FROM work) AS proposed
    """,
    """
    UPDATE work SET suspended_until = registered_at + interval '1 year'
    WHERE status IN ('assigned', 'signed') AND case_id::int % 40 = 1
    """,
    "UPDATE work SET category_code = '0203' WHERE case_id::int % 400 = 7",
    "ANALYZE work, call, whistle, call_claim, request, letter, arbitration, duty_rule",
)


def calls(scope: Scope, *, called: bool, **wanted: Any) -> Select[Any]:
    return calls_statement(scope, FIRST_PAGE, CallFilter(**wanted), called=called)


def requests(**wanted: Any) -> Select[Any]:
    return all_requests_statement(COUNTY_SCOPE, RequestFilter(**wanted), FIRST_PAGE, of_a_unit=False)


_SETTLES: dict[str, Any] = {"category_code": "0203", "area_code": "999001000000", "words": [], "case_id": "1"}
RULE = DutyRule(**_SETTLES)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLANS: list[tuple[str, Select[Any], str]] = [
    ("a street's board", calls(STREET_SCOPE, called=False), "call_street_idx"),
    ("all boards", calls(COUNTY_SCOPE, called=False), "call_called_idx"),
    ("what a unit was summoned to", calls(UNIT_SCOPE, called=True), "call_unit_idx"),
    ("a person's tasks", calls(UNIT_SCOPE, called=True, responsible="S-7"), "call_responsible_idx or call_unit_idx"),
    ("whom a street let off", calls(STREET_SCOPE, called=False, status=CallStatus.CANCELLED), "call_street_status_idx"),
    ("what a unit was let off", calls(UNIT_SCOPE, called=True, status=CallStatus.CANCELLED), "call_unit_status_idx"),
    ("all that are on the way", calls(COUNTY_SCOPE, called=True, status=CallStatus.ON_THE_WAY), "call_status_idx"),
    ("all that were summoned", calls(COUNTY_SCOPE, called=True), "call_called_idx"),
    ("the whistles of a case", whistles_statement("7", FIRST_PAGE), "whistle_pkey"),
    ("signals", signals_statement(COUNTY_SCOPE, None, FIRST_PAGE), "whistle_signal_idx"),
    ("all claims", claims_statement(COUNTY_SCOPE, None, FIRST_PAGE), "call_claim_asked_idx"),
    ("claims that wait", claims_statement(COUNTY_SCOPE, ClaimState.PENDING, FIRST_PAGE), "call_claim_pending_idx"),
    ("all requests", requests(), "request_asked_idx"),
    ("requests that wait", requests(state=RequestState.PENDING), "request_state_idx"),
    (
        "returns that wait",
        requests(kind=RequestKind.RETURN, state=RequestState.PENDING),
        "request_list_idx or request_state_idx",
    ),
    ("requests that went up", requests(raised=True), "request_raised_idx"),
    (
        "sessions that are open",
        arbitrations_statement(COUNTY_SCOPE, ArbitrationState.OPEN, FIRST_PAGE),
        "arbitration_list_idx",
    ),
    ("rules that wait", rules_statement(COUNTY_SCOPE, DutyRuleState.PROPOSED, FIRST_PAGE), "duty_rule_list_idx"),
    ("what a rule would settle", settled_statement(COUNTY_SCOPE, RULE, SINCE, FIRST_PAGE), "work_category_idx"),
    ("what stands still", work_list(suspended=True, now=T0), "work_suspended_idx"),
]
_SORTED = ("what a rule would settle", "a person's tasks", "letters to a unit that wait")
"""Of few, the planner may sort all: it still reads nothing but these."""


async def test_each_list_is_one_short_walk_along_its_index_among_60_000(office: Office) -> None:
    await fill_hands(office, FILL)
    letters = {
        "letters of an office": (LetterFilter("T-3", received=False), "letter_office_idx"),
        "letters to a unit": (LetterFilter("D-3", received=True), "letter_receiver_idx"),
        "letters to a unit that wait": (
            LetterFilter("D-3", received=True, overdue=True),
            "letter_receiver_status_idx or letter_waiting_idx",
        ),
        "letters of a unit in a status": (
            LetterFilter("T-3", received=False, status=LetterStatus.SENT),
            "letter_office_status_idx",
        ),
    }
    plans = list(PLANS)
    async with office.database.reading() as session:
        session.now = office.clock.now()
        for name, (wanted, index) in letters.items():
            plans.append((name, letters_statement(session, STREET_SCOPE, wanted, FIRST_PAGE), index))
    wrong = []
    for name, statement, index in plans:
        plan = await plan_of(office.database, statement)
        by_index = bool(plan.indexes & set(index.split(" or "))) and not plan.walked
        short = plan.rows_read < 20 * FIRST_PAGE.limit and (name in _SORTED or not plan.sorts)
        wrong += [] if by_index and short else [f"{name}:\n{plan}"]
    assert wrong == [], "\n\n".join(wrong)


async def test_what_open_cases_use_of_a_pack_is_found_among_closed_ones(office: Office) -> None:
    async with office.database.transaction(T0) as session:
        for sql in (FILL_WORK.replace("[1 + n % 6]", "[CASE WHEN n > 3000 THEN 5 ELSE 1 + n % 6 END]"), "ANALYZE work"):
            await session.fetch(sql)
    for column, statement in OPEN_USES.items():
        plan = await plan_of(office.database, statement, [])
        assert not plan.walked, f"{column}:\n{plan}"
        assert plan.rows_read < 6000, f"{column}:\n{plan}"


def test_every_status_but_closed_is_that_of_an_open_case() -> None:
    for statement in OPEN_USES.values():
        assert {status for status in Status if f"'{status}'" in statement} == set(Status) - {Status.CLOSED}
