"""What the group commit does first for a batch of requests: three queries at most, however many requests it holds."""

from collections.abc import Sequence

from libs.common.database.batch import Job
from libs.common.database.session import Session
from services.intake.cases.actions.drafts import Draft
from services.intake.cases.actions.register import look_up_sources
from services.intake.cases.actions.unit_of_work import load_cases
from services.intake.requesters.tables import Requester

_SOURCE = "source"
_BETWEEN = "\n"


def source_keys(drafts: Sequence[Draft]) -> list[str]:
    """The keys under which ``prepare_door`` looks up whether these were registered before, and what they repeat."""
    sources = [_BETWEEN.join((_SOURCE, *draft.source)) for draft in drafts if draft.source is not None]
    return sources + [draft.event.repeat_of for draft in drafts if draft.event.repeat_of is not None]


async def prepare_door(session: Session, jobs: Sequence[Job]) -> None:
    """Lock the files of all cases that are to change, and look up all source numbers that come in."""
    keys = [key for job in jobs for key in job.keys]
    changing = [key for key in keys if _BETWEEN not in key]
    await load_cases(session, changing)
    # Its own name and home are hidden in whatever is said of a case.
    await session.load(Requester, "case_id", changing, lock=False)
    pairs = [tuple(key.split(_BETWEEN)[1:]) for key in keys if _BETWEEN in key]
    await look_up_sources(session, ((pair[0], pair[1]) for pair in pairs))
