"""Links that were made for a callback, and how far what one asks has gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from services.followup.callbacks.queries import sees_callback
from services.followup.callbacks.tables import Callback
from services.followup.cases.domain.terms import CallbackState, Purpose
from services.followup.cases.tables import Case

PURPOSE = "followup.withdrawals.answer"
"""What such a link opens."""
_MADE_FOR = """
    SELECT subject AS made_by, unit_code AS made_by_unit, staff_id AS made_by_staff, made_at, ends_at, used_at
    FROM one_time_link
    WHERE purpose = $1 AND about LIKE $2 ORDER BY made_at, name
"""
_COUNT = "SELECT count(*) AS made FROM one_time_link WHERE purpose = $1 AND about = $2"


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link asks: one callback, about one wish of its round."""

    callback_id: str
    wish: int

    @property
    def about(self) -> str:
        """As it is kept with the link."""
        return f"{self.callback_id}/{self.wish}"

    @classmethod
    def of(cls, about: str) -> "Linked":
        """What a link was made for."""
        callback_id, _, wish = about.partition("/")
        return cls(callback_id, int(wish))


async def links_of(session: Session, callback_id: str) -> Sequence[Any]:
    """Who made a link for it, and whether it was used, as ``LinkRecord`` has it."""
    return await session.fetch(_MADE_FOR, PURPOSE, f"{callback_id}/%")


async def count_links(session: Session, linked: Linked) -> int:
    """How many there are for one wish of one requester."""
    (row,) = await session.fetch(_COUNT, PURPOSE, linked.about)
    return int(row.made)


async def asked_by(session: Session, scope: Scope, linked: Linked) -> Case | None:
    """The case, where the requester is still asked about the wish that the link was made for.

    And where whoever had it made still sees it.
    """
    callback = await session.one(Callback, "callback_id", linked.callback_id, lock=False)
    if callback is None or callback.purpose is not Purpose.WITHDRAWAL or callback.state is not CallbackState.DUE:
        return None
    case = await session.one(Case, "case_id", callback.case_id, lock=False)
    if case is None or not sees_callback(scope, case, callback):
        return None
    return case if (case.round, linked.wish) == (callback.round, callback.wish) else None
