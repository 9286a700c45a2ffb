"""What a replay says at its end: a table for people, or one line of JSON for programs."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from huiyin.audit.report import AuditReport
from huiyin.replay.rows import LABELS, Reason
from huiyin.replay.staging import Outcome

FIRST_REFUSALS = 5
"""Refused rows that are shown of each reason."""
SLOWEST = 5
SIMULATED = "Callback answers, signing and returns are simulated (模拟): the data do not tell them."


def as_document(outcome: Outcome, report: AuditReport, seconds: float) -> dict[str, Any]:
    """Everything that a program may want to compare."""
    return {
        "accepted": len(outcome.journal.registered) + len(outcome.journal.known_before),
        "refused": len(outcome.refused),
        "reasons": outcome.reasons,
        "repeated": outcome.repeated,
        "lost": len(outcome.tally.lost),
        "doubled": len(outcome.tally.doubled),
        "audit_violations": sum(report.found.values()),
        "rates": {rate.code: rate.document for rate in outcome.figures.rates},
        "simulated": ["callbacks", "signatures", "returns"],
        "open": outcome.tally.open,
        "closed": outcome.tally.closed,
        "troubles": outcome.journal.troubles_in_all,
        "seconds": round(seconds, 1),
    }


def verdict(outcome: Outcome, report: AuditReport) -> bool:
    """Whether nothing was lost, nothing doubled, and the audit is clean."""
    return not (outcome.tally.lost or outcome.tally.doubled or sum(report.found.values()))


def print_report(console: Console, outcome: Outcome, report: AuditReport, seconds: float) -> None:
    """The tables."""
    console.print(_cases(outcome, seconds))
    console.print(_rates(outcome))
    if outcome.figures.slowest:
        console.print(_slowest(outcome))
    if outcome.refused:
        console.print(_refusals(outcome))
    for line in _troubles(outcome):
        console.print(line)
    console.print(SIMULATED)
    for line in _verdict(outcome, report):
        console.print(line)


def _cases(outcome: Outcome, seconds: float) -> Table:
    journal = outcome.journal
    accepted = len(journal.registered) + len(journal.known_before)
    table = Table(title="Cases 诉求件", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows = [
        ("accepted 受理", accepted),
        ("closed 已销号", outcome.tally.closed),
        ("still open at the end 未办结", outcome.tally.open),
        ("sent back 发回重办 (simulated)", journal.sent_back),
        ("refused rows 不予接收", len(outcome.refused)),
        ("repeated rows 重复", outcome.repeated),
    ]
    for name, count in rows:
        table.add_row(name, f"{count:,}")
    table.add_row("real seconds 用时", f"{seconds:.1f}")
    return table


def _rates(outcome: Outcome) -> Table:
    table = Table(title="Rates 各率: numerator / denominator")
    table.add_column("rate")
    table.add_column("cases", justify="right")
    table.add_column("%", justify="right")
    for rate in outcome.figures.rates:
        table.add_row(f"{rate.name_en} {rate.name}", rate.cases, rate.rate or "—")
    return table


def _slowest(outcome: Outcome) -> Table:
    table = Table(title="Slowest units 办理最慢的单位")
    for name in ("unit", "handled", "mean days", "on time"):
        table.add_column(name, justify="left" if name == "unit" else "right")
    for unit in outcome.figures.slowest[:SLOWEST]:
        table.add_row(unit.name, f"{unit.handled:,}", f"{unit.mean_hours / 24:.1f}", unit.on_time)
    return table


def _refusals(outcome: Outcome) -> Table:
    table = Table(title="Refused rows 不予接收的行")
    for name in ("reason", "rows", "for example"):
        table.add_column(name)
    for reason, count in outcome.reasons.items():
        chinese, english = LABELS[Reason(reason)]
        first = [refusal for refusal in outcome.refused if refusal.reason == reason][:FIRST_REFUSALS]
        examples = "\n".join(f"{each.place.file}:{each.place.line} {each.detail}" for each in first)
        table.add_row(f"{english} {chinese}", f"{count:,}", examples)
    return table


def _troubles(outcome: Outcome) -> Iterator[str]:
    journal = outcome.journal
    if journal.troubles_in_all:
        yield f"{journal.troubles_in_all} steps were refused that should not have been; the first:"
        yield from (f"  {trouble}" for trouble in journal.troubles)


def _verdict(outcome: Outcome, report: AuditReport) -> Iterator[str]:
    tally = outcome.tally
    yield f"Lost 丢失: {len(tally.lost)}   doubled 重复登记: {len(tally.doubled)}"
    found = sum(report.found.values())
    looked_at = f"{report.cases:,} cases, {report.events:,} events"
    if not found:
        yield f"Audit 审计: clean. {looked_at}: every history is whole, every figure equals its recount."
        return
    yield f"Audit 审计: {found} violations in {looked_at}; the first:"
    yield from (f"  {each.invariant} {each.service} {each.key}: {each.message}" for each in report.violations[:10])
