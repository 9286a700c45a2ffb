"""What a replay says at its end: tables for people, or one line of JSON for programs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from huiyin.audit.report import AuditReport
from huiyin.replay.rows import LABELS, Reason, RowRefusal, by_reason
from huiyin.replay.staging import Cast, ReplayOutcome

FIRST_REFUSALS = 3
"""Refused rows that are shown of each reason; all of them are in a file."""
SLOWEST = 8
_SIMULATED = ("callback answers", "signatures", "progress reports", "returns", "later rounds")
_NARROWEST = 100
"""Columns of a table where there is no terminal to ask."""


def as_document(outcome: ReplayOutcome, report: AuditReport, seconds: float, listed: Path | None) -> dict[str, Any]:
    """Everything that a program may want to compare. Accepted, refused and repeated rows are all the rows."""
    return nothing_taken(outcome.cast, listed) | {
        "accepted": outcome.accepted,
        "refused": len(outcome.refused),
        "reasons": outcome.reasons,
        "repeated": outcome.repeated,
        "lost": len(outcome.tally.lost),
        "doubled": len(outcome.tally.doubled),
        "audit_violations": sum(report.found.values()),
        "rates": {rate.found["code"]: rate.document for rate in outcome.figures.rates},
        "open": outcome.tally.open,
        "closed": outcome.tally.closed,
        "steps_refused": outcome.journal.troubles_in_all,
        "seconds": round(seconds, 1),
    }


def nothing_taken(cast: Cast, listed: Path | None) -> dict[str, Any]:
    """The same when no row could be taken, so that no house was needed."""
    return {
        "rows": cast.read,
        "accepted": 0,
        "refused": len(cast.refused),
        "reasons": by_reason(cast.refused),
        "repeated": cast.repeated,
        "lost": 0,
        "doubled": 0,
        "audit_violations": 0,
        "rates": {},
        "open": 0,
        "closed": 0,
        "steps_refused": 0,
        "simulated": list(_SIMULATED),
        "refused_rows": None if listed is None else str(listed),
        "seconds": 0.0,
    }


def verdict(outcome: ReplayOutcome, report: AuditReport) -> bool:
    """Whether nothing was lost, nothing doubled, no step refused that should have been taken, and the audit clean."""
    tally = outcome.tally
    return not (tally.lost or tally.doubled or outcome.journal.troubles_in_all or sum(report.found.values()))


def print_report(
    console: Console, outcome: ReplayOutcome, report: AuditReport, seconds: float, listed: Path | None
) -> None:
    """The tables, and the verdict."""
    _widen(console)
    console.print(_cases(outcome, seconds))
    console.print(_rates(outcome))
    if outcome.figures.slowest:
        console.print(_slowest(outcome))
    print_refusals(console, outcome.refused, listed)
    console.print(f"Simulated (模拟), since the data do not tell them: {', '.join(_SIMULATED)}.", highlight=False)
    for line in (*_encodings(outcome.cast), *_troubles(outcome), *_verdict(outcome, report)):
        console.print(line, markup=False, highlight=False)


def print_refusals(console: Console, refused: Sequence[RowRefusal], listed: Path | None) -> None:
    """Refused rows by reason, with the first of each, and where all of them stand."""
    if not refused:
        return
    _widen(console)
    table = Table(title="Refused rows 不予接收的行")
    table.add_column("reason")
    table.add_column("rows", justify="right")
    table.add_column("for example", overflow="fold")
    for reason, count in by_reason(refused).items():
        chinese, english = LABELS[Reason(reason)]
        first = [refusal.told for refusal in refused if refusal.reason == reason][:FIRST_REFUSALS]
        examples = "\n".join(f"{each.place.file}:{each.place.line} {each.number} {each.detail}" for each in first)
        table.add_row(f"{english}\n{chinese}", f"{count:,}", _plain(examples))
    console.print(table)
    if listed is not None:
        console.print(f"All refused rows, one by one: {listed}", markup=False, highlight=False, soft_wrap=True)


def _widen(console: Console) -> None:
    if not console.is_terminal:
        console.width = max(console.width, _NARROWEST)


def _plain(text: str) -> str:
    """Text of a file is no markup."""
    return text.replace("[", r"\[")


def _cases(outcome: ReplayOutcome, seconds: float) -> Table:
    table = Table(title="Cases 诉求件", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows = [
        ("accepted 受理", outcome.accepted),
        ("closed 已销号", outcome.tally.closed),
        ("still open at the end 未办结", outcome.tally.open),
        ("sent back 发回重办 (simulated 模拟)", outcome.journal.sent_back),
        ("refused rows 不予接收", len(outcome.refused)),
        ("repeated rows 重复", outcome.repeated),
        ("texts cut to the pack's limit 超长截短", sum(row.shortened for row in outcome.cast.rows)),
    ]
    for name, count in rows:
        table.add_row(name, f"{count:,}")
    kept, promised = outcome.targets
    if promised:
        table.add_row("the source's own targets kept 原系统按时", f"{kept:,} / {promised:,}")
    table.add_row("real seconds 用时", f"{seconds:.1f}")
    return table


def _rates(outcome: ReplayOutcome) -> Table:
    table = Table(title="Rates 各率 (simulated callbacks 模拟回访)")
    table.add_column("formula 指标")
    table.add_column("numerator / denominator", justify="right")
    table.add_column("rate 比率", justify="right")
    table.add_column("target 目标")
    for rate in outcome.figures.rates:
        name = f"{rate.found['name_en']} {rate.found['name']}"
        table.add_row(name, rate.cases, rate.total["text"], rate.told)
    return table


def _slowest(outcome: ReplayOutcome) -> Table:
    table = Table(title="Slowest units 办理最慢的单位")
    for name in ("unit", "handled", "mean days", "on time"):
        table.add_column(name, justify="left" if name == "unit" else "right")
    for unit in outcome.figures.slowest[:SLOWEST]:
        table.add_row(unit.name, f"{unit.handled:,}", f"{unit.mean_hours / 24:.1f}", unit.on_time)
    return table


def _encodings(cast: Cast) -> Iterator[str]:
    for name, encoding in cast.encodings.items():
        if encoding not in ("utf-8", "utf-8-sig"):
            yield f"{name} was read as {encoding.upper()}."


def _troubles(outcome: ReplayOutcome) -> Iterator[str]:
    journal = outcome.journal
    if journal.troubles_in_all:
        yield f"{journal.troubles_in_all} steps were refused that should not have been; the first:"
        yield from (f"  {trouble}" for trouble in journal.troubles)


def _verdict(outcome: ReplayOutcome, report: AuditReport) -> Iterator[str]:
    tally = outcome.tally
    yield f"Lost 丢失: {len(tally.lost)}   doubled 重复登记: {len(tally.doubled)}"
    found = sum(report.found.values())
    looked_at = f"{report.cases:,} cases, {report.events:,} events"
    if not found:
        yield f"Audit 审计: clean. {looked_at}: every history is whole, every figure equals its recount."
        return
    yield f"Audit 审计: {found} violations in {looked_at}; the first:"
    yield from (f"  {each.invariant} {each.service} {each.key}: {each.message}" for each in report.violations[:10])
