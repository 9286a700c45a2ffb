"""``huiyin audit``: does everything that was written down agree with everything else?"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from huiyin.audit.anchors.setting_up import anchors_of
from huiyin.audit.auditing import Subject, examine
from huiyin.audit.journal import Journals, NotAJournal
from huiyin.audit.outcomes import keep_outcome
from huiyin.audit.report import SENTENCES, AuditReport
from huiyin.audit.snapshot import NotThere
from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.database import existing_database
from libs.common.bus.choose import BusKind, open_bus
from libs.common.service.settings import CommonSettings, WrongSetting


def audit(
    limit: Annotated[
        int, typer.Option(min=0, help="Violations of each invariant that are named; all are counted.")
    ] = 20,
    journal: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="What a client wrote down of its registrations (docs/audit.md); may be given several times.",
        ),
    ] = None,
    sole: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--sole", help="Nobody but these clients registered anything since their journals began.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that look at cases side by side, all on the one cut.")
    ] = 1,
    anchor: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Hold the ledgers against the anchor of this number, too; may be given often."),
    ] = None,
    keep: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--keep", help="Keep the outcome in the database, where every process tells it as metrics.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Fold all ledgers from their start, on one consistent cut, beside the live tables, and report every difference.

    It changes nothing, and may be run while Huiyin runs. The status is 1 when there is a difference. With --keep the
    outcome itself is written down, for a scheduler that runs this every night.
    """
    if sole and not journal:
        fail("--sole says something of journals: name them with --journal")
    journals = Journals(journal, sole=sole) if journal else None
    asked = AuditOptions(limit, jobs, journals, tuple(anchor or ()), keep=keep, as_json=as_json)
    run_async(_audit(load_settings(data_dir=data_dir), asked))


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """What the options say."""

    limit: int
    jobs: int
    journals: Journals | None
    chosen: tuple[int, ...]
    keep: bool
    as_json: bool


async def _audit(settings: CommonSettings, asked: AuditOptions) -> int:
    async with existing_database(settings) as url:
        try:
            report = await _examine(settings, url, asked)
            if asked.keep:
                await keep_outcome(url, report)
        except NotThere as error:
            fail(f"this database cannot be audited: {error}. Has Huiyin ever run on it, and may this role read it?")
        except NotAJournal as error:
            fail(str(error))
    if asked.as_json:
        say_json(report.document())
    else:
        _tell(report)
    return 0 if report.clean else 1


async def _examine(settings: CommonSettings, url: str, asked: AuditOptions) -> AuditReport:
    # A database that is somewhere else says nothing of the folder in which the files would be here.
    reached = settings.attachments_dir or settings.attachments_bucket or settings.database_url is None
    blobs = settings.uploads().blobs if reached else None
    try:
        anchors = anchors_of(settings, asked.chosen)
    except WrongSetting as error:
        fail(str(error))
    if anchors is None and asked.chosen:
        fail("there are no anchors here: say where with HUIYIN_ANCHOR_DIR or HUIYIN_ANCHOR_BUCKET")
    subject = Subject(url, settings.topic_prefix, journals=asked.journals, blobs=blobs, anchors=anchors)
    if settings.bus is BusKind.EMBEDDED:
        return await examine(subject, limit=asked.limit, jobs=asked.jobs)
    broker = open_bus(settings.bus, database_url=url, kafka_bootstrap=settings.kafka_bootstrap)
    try:
        return await examine(replace(subject, broker=broker), limit=asked.limit, jobs=asked.jobs)
    finally:
        await broker.close()


def _tell(report: AuditReport) -> None:
    say(f"{'':4}{'checked':>12}{'violations':>12}  what must hold")
    for invariant, sentence in SENTENCES.items():
        found = report.found.get(invariant, 0)
        say(f"{invariant:4}{report.checked.get(invariant, 0):>12,}{found:>12,}  {sentence}")
    if report.pending:
        say(
            "\nNot wrong, and not finished: " + ", ".join(f"{count:,} {what}" for what, count in report.pending.items())
        )
    if report.violations:
        say("")
    for one in report.violations:
        say(f"{one.invariant} {one.service} {one.key}: {one.message}")
    hidden = sum(report.found.values()) - len(report.violations)
    if hidden:
        say(f"... and {hidden:,} more; name more of them with --limit")
    pace = f"{report.cases:,} cases, {report.events:,} events, {report.seconds:.1f} s"
    say(f"\nClean: {pace}." if report.clean else f"\n{sum(report.found.values()):,} violations: {pace}.")
