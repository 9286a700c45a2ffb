"""Sums over what cases have: the same whether each case is read or only those about the caller, whoever asks."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bench.stock.hands import FEW, HANDS
from libs.common.database.session import Session
from libs.common.security.policy import Bound, Scope
from services.dispatch.aids.queries import AidFilter, sum_aids
from services.dispatch.appraisals.queries import grades_in, signal_counts, streets_in, units_in
from services.dispatch.asks.queries import count_requests
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.queries import within
from services.dispatch.cases.tables import Case
from services.dispatch.mediations.queries import count_mediations
from tests.integration.dispatch.office import T0, Office
from tests.integration.dispatch.test_schema import fill_hands

OWN = frozenset({"D-3", "staff:S-1"})
ALL_TIME = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
SCOPES = {
    "the county": Scope("999001"),
    "more than the county": Scope("99"),
    "somebody of the county": Scope("999001", own=OWN),
    "a town": Scope("999001101"),
    "a town without a case": Scope("999001102"),
    "somebody of a town": Scope("999001101", own=OWN),
    "a unit": Scope("999001", (Bound("T-3"),), frozenset({"T-3"})),
    "a summoned unit": Scope("999001", (Bound("D-3"),), frozenset({"D-3"})),
}
_ABOUT = (
    "UPDATE work SET accused_unit = 'D-3' WHERE case_id::int % 7 = 1",
    "UPDATE work SET also_accused = '{staff:S-1,D-9}' WHERE case_id::int % 11 = 2",
    "UPDATE work SET also_accused = '{T-3}' WHERE case_id::int % 13 = 3",
    "ANALYZE work, call, whistle, call_score, request, mediation, aid",
)


async def filled(office: Office) -> None:
    await fill_hands(office, [*HANDS, *FEW, *_ABOUT], cases=3000)


async def seen(session: Session, scope: Scope, unit: Any) -> list[str]:
    """The cases in reach, read one by one."""
    statement = select(col(Case.case_id)).outerjoin(SummonedUnit, col(SummonedUnit.case_id) == col(Case.case_id))
    return list((await session.execute(statement.where(within(scope, unit)).distinct())).scalars())


async def many(session: Session, table: str, cases: list[str], where: str = "true") -> int:
    counted = f"SELECT count(*) AS n FROM {table} WHERE {where} AND case_id = ANY($1)"  # noqa: S608
    return int((await session.fetch(counted, cases))[0].n)


async def test_sums_are_of_the_cases_in_reach(office: Office) -> None:
    await filled(office)
    for scope in SCOPES.values():
        await check_sums(office, scope)


async def check_sums(office: Office, scope: Scope) -> None:
    async with office.database.reading() as session:
        session.now = T0
        led = await seen(session, scope, col(Case.lead_unit))
        summoned = await seen(session, scope, col(SummonedUnit.unit_code))
        street = await seen(session, scope, col(SummonedUnit.street_unit))
        requests = await count_requests(session, scope, of_a_unit=False)
        assert sum(row.requests for row in requests) == await many(session, "request", led)
        assert sum(row.raised for row in requests) == await many(session, "request", led, "raised_at IS NOT NULL")
        mediations = await count_mediations(session, scope)
        assert sum(row.mediations for row in mediations) == await many(session, "mediation", led)
        aids = await sum_aids(session, scope, AidFilter(kind="medical"))
        assert sum(row.aids for row in aids) == await many(session, "aid", led, "kind = 'medical'")
        units = await units_in(session, scope, *ALL_TIME, T0)
        assert sum(row["called"] for row in units) == await many(session, "call", summoned)
        grades = await grades_in(session, scope, *ALL_TIME)
        assert sum(row["scores"] for row in grades) == await many(session, "call_score", summoned)
        streets = await streets_in(session, scope, *ALL_TIME)
        assert sum(row["whistles"] for row in streets) == await many(session, "whistle", street)
        signals = await signal_counts(session, scope, *ALL_TIME)
        assert sum(row["whistles"] for row in signals) <= await many(session, "whistle", street)
        assert bool(signals) == bool(streets)


async def test_people_of_a_unit_do_not_count_doors_that_were_told_of_confidential_cases(office: Office) -> None:
    await filled(office)
    async with office.database.transaction(T0) as session:
        await session.fetch(
            "UPDATE request SET kind = 'nonacceptance', go_to = 'x', until = NULL, days = NULL, unit = NULL,"
            " answer = NULL, evidence = NULL WHERE case_id::int < 900"
        )
        await session.fetch("UPDATE work SET confidential = true WHERE case_id::int < 300")
    async with office.database.reading() as session:
        session.now = T0
        scope = SCOPES["somebody of the county"]
        told = [
            sum(row.requests for row in await count_requests(session, scope, of_a_unit=of_a_unit))
            for of_a_unit in (False, True)
        ]
        hidden = await many(session, "request", await seen(session, scope, col(Case.lead_unit)), "case_id::int < 300")
        assert hidden > 0
        assert told[0] - told[1] == hidden
