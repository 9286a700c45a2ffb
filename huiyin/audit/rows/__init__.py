"""I6: every row about a case, in every service, is what the ledgers say; whole rows, not some columns of them."""

from collections.abc import Callable, Iterator

from huiyin.audit.case import CaseView
from huiyin.audit.packs import Packs
from huiyin.audit.report import Findings
from huiyin.audit.rows.comparing import WantedRows, differences
from huiyin.audit.rows.dispatch import rows_of_dispatch
from huiyin.audit.rows.followup import rows_of_followup
from huiyin.audit.rows.intake import rows_of_intake

_SERVICES: tuple[Callable[[CaseView, Packs], Iterator[WantedRows]], ...] = (
    rows_of_intake,
    rows_of_dispatch,
    rows_of_followup,
)


def check_rows(view: CaseView, findings: Findings, packs: Packs) -> None:
    """Compare what stands in the tables with what should."""
    for wanted in rows_wanted(view, packs):
        findings.checked[wanted.invariant] += max(1, len(wanted.rows))
        for message in differences(view.rows[wanted.table], wanted):
            findings.violated(wanted.invariant, view.case_id, wanted.service, message)


def rows_wanted(view: CaseView, packs: Packs) -> Iterator[WantedRows]:
    """What should stand in each table that has rows about a case."""
    for rows_of in _SERVICES:
        yield from rows_of(view, packs)
