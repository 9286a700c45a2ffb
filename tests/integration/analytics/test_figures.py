"""The figures API over HTTP: the seeds' numbers, totals both ways, and the cases behind every number."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from libs.common.database.session import Database
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Channel, Closing, Deadline, Kind, Reached, Satisfaction, Urgency
from services.analytics.counters.domain import COUNTERS
from tests.integration.analytics.county import COUNTY, NOW, counted_anew, hear, in_batches
from tests.support.histories import life, numbered

TANG_WU, XIANG_CHANG = "999001101201", "999001102201"


def called_back(number: int, area_code: str, unit: str, *, solved: bool) -> list[Event]:
    """A case from its registration to its first callback."""
    case_id, registered = str(UUID(int=number)), NOW - timedelta(days=2)
    word = Satisfaction.SATISFIED if solved else Satisfaction.NOT_SATISFIED
    told: list[Event] = [
        cases.CaseRegistered(
            occurred_at=registered,
            case_id=case_id,
            case_no=f"NO-{number}",
            channel=Channel.VISIT,
            kind=Kind.HELP,
            urgency=Urgency.NORMAL,
            category_code=None,
            area_code=area_code,
            title="路灯",
            text="路灯不亮",
            pack_version=1,
            registered_at=registered,
        ),
        _assigned(case_id, unit, registered),
        cases.CallbackDue(occurred_at=NOW - timedelta(hours=9), case_id=case_id, round=1, handling_unit=unit),
        cases.CallbackTried(
            occurred_at=NOW - timedelta(hours=8),
            case_id=case_id,
            round=1,
            attempt=1,
            reached=Reached.ANSWERED,
            valid=True,
            contacted=True,
            solved=solved,
            satisfaction=word,
            handling_unit=unit,
            caller="caller-1",
        ),
    ]
    told.append(_closed(case_id, word) if solved else _sent_back(case_id, unit))
    return told


def _assigned(case_id: str, unit: str, moment: datetime) -> cases.CaseAssigned:
    return cases.CaseAssigned(
        occurred_at=moment,
        case_id=case_id,
        round=1,
        lead_unit=unit,
        category_code="0101",
        by_rule=True,
        explanation="rule",
        pack_version=1,
    )


def _closed(case_id: str, word: Satisfaction) -> cases.CaseClosed:
    return cases.CaseClosed(
        occurred_at=NOW - timedelta(hours=8),
        case_id=case_id,
        round=1,
        closing=Closing.SUBSTANTIVE,
        satisfaction=word,
    )


def _sent_back(case_id: str, unit: str) -> cases.CaseSentBack:
    return cases.CaseSentBack(
        occurred_at=NOW - timedelta(hours=8), case_id=case_id, round=1, next_round=2, unit_code=unit, words="没修好"
    )


async def hear_seeds(database: Database) -> None:
    """Seed 3: 127 listed, 116 solved, 11 carried over. Seed 4: 152 of 152."""
    told = [event for n in range(127) for event in called_back(n, TANG_WU, "T-999001101", solved=n < 116)]
    told += [event for n in range(200, 352) for event in called_back(n, XIANG_CHANG, "T-999001102", solved=True)]
    for batch in in_batches(numbered(told), 200):
        await hear(database, batch)


async def get(client: AsyncClient, path: str, **params: str) -> Any:
    answer = await client.get(f"/analytics/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_seeds_numbers(database: Database, leader: AsyncClient) -> None:
    await hear_seeds(database)
    figures = await get(leader, "figures", measure="resolution", by="area")
    (rate,) = figures["rates"]
    rows = {row["key"]: row for row in rate["rows"]}
    first, second = rows["999001101000"], rows["999001102000"]
    assert (first["numerator"], first["denominator"], first["rate"], first["text"]) == (116, 127, "91.3", "91.3 %")
    assert (second["numerator"], second["denominator"], second["rate"]) == (152, 152, "100.0")
    assert (rate["micro"]["numerator"], rate["micro"]["denominator"], rate["micro"]["text"]) == (268, 279, "96.1 %")
    assert rate["macro"] == {"rate": "95.7", "text": "95.7 %", "met": None, "rows_with_data": 2}
    assert (rate["version"], rate["formula"]["denominator"]) == (1, {"valid_callbacks": 1})
    assert figures["as_of"] == (NOW - timedelta(hours=8)).isoformat().replace("+00:00", "Z")
    assert figures["lag_seconds"] == 0.0


async def test_the_carry_over_is_eleven(database: Database, leader: AsyncClient) -> None:
    await hear_seeds(database)
    first = await get(leader, "cases", limit="7")
    rest = await get(leader, "cases", limit="7", cursor=first["next_cursor"])
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [7, 4, None]
    assert {case["status"] for case in rest["items"]} == {"sent_back"}


async def test_overdue_begins_at_the_very_limit(database: Database, leader: AsyncClient) -> None:
    for number, due_at in enumerate((NOW, NOW + timedelta(seconds=1))):
        history = called_back(number, TANG_WU, "T-999001101", solved=True)[:2]
        handle = SetDeadline(
            deadline=Deadline.HANDLE,
            unit_code="T-999001101",
            starts_at=NOW - timedelta(days=1),
            warn_at=NOW,
            due_at=due_at,
            pack_version=1,
        )
        limit = cases.DeadlineSet(
            occurred_at=NOW - timedelta(days=1), case_id=str(UUID(int=number)), round=1, deadlines=(handle,)
        )
        await hear(database, numbered([*history, limit]))
    assert len((await get(leader, "cases", unit_code="T-999001101"))["items"]) == 2
    overdue = await get(leader, "cases", overdue="true")
    assert [case["case_id"] for case in overdue["items"]] == [str(UUID(int=0))]
    assert (await get(leader, "cases", without_unit="true"))["items"] == []


async def test_satisfaction_weighs_basically_satisfied(database: Database, leader: AsyncClient) -> None:
    told = [event for n in range(2) for event in called_back(n, TANG_WU, "T-999001101", solved=True)]
    tried = told[3]
    assert isinstance(tried, cases.CallbackTried)
    told[3] = tried.model_copy(update={"satisfaction": Satisfaction.BASICALLY_SATISFIED})
    await hear(database, numbered(told))
    figures = await get(leader, "figures", measure="satisfaction,overall")
    micro = figures["rates"][0]["micro"]
    assert (micro["numerator"], micro["denominator"], micro["cases_numerator"]) == (19, 20, "1.9")
    assert (micro["text"], figures["rates"][0]["macro"], figures["rates"][0]["rows"]) == ("95.0 %", None, [])
    assert figures["scores"][0]["micro"]["score"] == "98.0"
    behind = await get(leader, "figures/cases", measure="satisfaction", part="numerator")
    assert [(case["amount"], case["cases"]) for case in behind["items"]] == [(10, "1"), (9, "0.9")]


async def test_without_data_a_rate_is_null_and_prints_a_dash(leader: AsyncClient) -> None:
    figures = await get(leader, "figures", by="unit")
    assert {(rate["micro"]["rate"], rate["micro"]["text"]) for rate in figures["rates"]} == {(None, "—")}
    assert {(score["micro"]["score"], score["micro"]["text"]) for score in figures["scores"]} == {(None, "—")}
    assert figures["as_of"] is None


async def test_over_all_pages_the_cases_add_up_to_the_number(database: Database, leader: AsyncClient) -> None:
    rng = random.Random(3)
    told = [one for n in range(60) for one in life(str(UUID(int=n)), rng.randrange(2**32))]
    for batch in in_batches(told, 100):
        await hear(database, batch)
    span = {"period": "range", "from": "2026-03-10", "to": "2026-04-20", "area_code": "999001101000"}
    counts = await get(leader, "figures/counts", by="unit", **span)
    for counter in ("registered", "assigned", "handle_due", "sent_back", "handle_minutes"):
        for row in counts["rows"]:
            chosen = {"unit_code": row["key"]} if row["key"] else {}
            if chosen:
                assert await added_up(leader, counter=counter, **span, **chosen) == row["counts"][counter]
        assert await added_up(leader, counter=counter, **span) == counts["total"][counter]
    facts, total = counted_anew(told)
    assert len(facts) == 60
    everything = await get(leader, "figures/counts", period="range", **{"from": "2026-01-01", "to": "2026-12-31"})
    sums = [sum(column) for column in zip(*(c for cell, c in total.items() if cell.basis == "happened"), strict=True)]
    assert list(everything["total"].values()) == sums
    assert list(everything["total"]) == [counter.value for counter in COUNTERS]


async def added_up(client: AsyncClient, **params: str) -> int:
    amount = 0
    cursor: str | None = None
    while True:
        page = await get(client, "figures/cases", limit="9", **params, **({"cursor": cursor} if cursor else {}))
        amount += sum(int(case["amount"]) for case in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return amount


async def test_a_case_tells_every_figure_that_it_counts_in(database: Database, leader: AsyncClient) -> None:
    await hear(database, numbered(called_back(1, TANG_WU, "T-999001101", solved=True)))
    case = await get(leader, f"cases/{UUID(int=1)}")
    assert case["status"] == "closed"
    assert {figure["measure"] for figure in case["figures"]} >= {"response", "resolution", "satisfaction"}
    assert {cell["basis"] for cell in case["cells"]} == {"registered", "happened", "closed"}
    assert (await leader.get(f"/analytics/v1/cases/{UUID(int=2)}")).status_code == 404


async def test_a_day_and_a_month_start_where_the_pack_says(database: Database, leader: AsyncClient) -> None:
    """Noon of the 18th in Shanghai is the first moment of the 19th, and so of June."""
    noon = datetime.fromisoformat("2026-05-18T12:00:00+08:00")
    told: list[Event] = []
    for number, moment in enumerate((noon - timedelta(seconds=1), noon)):
        first = called_back(number, TANG_WU, "T-999001101", solved=True)[0]
        told.append(first.model_copy(update={"registered_at": moment, "occurred_at": moment}))
    await hear(database, numbered(told))
    may = await get(leader, "figures/counts", period="month", on="2026-05-18")
    june = await get(leader, "figures/counts", period="month", on="2026-05-19")
    assert [may["period"]["label"], june["period"]["label"]] == ["2026-05", "2026-06"]
    assert [may["total"]["registered"], june["total"]["registered"]] == [1, 1]


@pytest.mark.parametrize("by", ["area", "unit", "category", "channel", "kind", "day"])
async def test_rows_of_every_kind_add_up_to_the_total(database: Database, leader: AsyncClient, by: str) -> None:
    await hear_seeds(database)
    counts = await get(leader, "figures/counts", basis="registered", by=by)
    assert sum(row["counts"]["registered"] for row in counts["rows"]) == counts["total"]["registered"] == 279
    figures = await get(leader, "figures", measure="resolution", by=by)
    assert figures["rates"][0]["micro"]["denominator"] == 279


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"measure": "no_such_rate"}, "measure"),
        ({"unit_code": "D-NOWHERE"}, "unit_code"),
        ({"area_code": "999001999000"}, "area_code"),
        ({"category_code": "99"}, "category_code"),
        ({"by": "colour"}, "by"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_question_names_its_field(leader: AsyncClient, params: dict[str, str], field: str) -> None:
    answer = await leader.get("/analytics/v1/figures", params=params)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"].endswith(field)


@pytest.mark.parametrize(
    "params",
    [{"period": "range"}, {"from": "2026-01-01"}, {"period": "range", "from": "2026-02-01", "to": "2026-01-01"}],
)
async def test_a_range_has_two_ends_in_order(leader: AsyncClient, params: dict[str, str]) -> None:
    assert (await leader.get("/analytics/v1/figures", params=params)).status_code == 422


async def test_a_town_sees_its_own_figures_alone(database: Database, leader: AsyncClient) -> None:
    await hear_seeds(database)
    town = {"Authorization": "Bearer leader/999001101000"}
    answer = await leader.get("/analytics/v1/figures", params={"measure": "resolution"}, headers=town)
    assert answer.json()["rates"][0]["micro"]["denominator"] == 127
    assert answer.json()["area_code"] == "999001101000"
    outside = await leader.get("/analytics/v1/figures", params={"area_code": COUNTY}, headers=town)
    assert outside.status_code == 404
    assert (await leader.get(f"/analytics/v1/cases/{UUID(int=200)}", headers=town)).status_code == 404


async def test_who_may_not_read_figures_is_told_so(leader: AsyncClient) -> None:
    handler = await leader.get("/analytics/v1/figures", headers={"Authorization": "Bearer handler"})
    assert handler.status_code == 403
