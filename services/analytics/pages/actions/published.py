"""Gathers what the county page shows everybody: what is published, and the caller's own unit's open cases."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.common.database.session import Session
from libs.common.pack.areas import area_prefix
from libs.common.security.policy import Bound, Scope
from services.analytics.drilldown.queries.open_cases import UnitBacklog, standing
from services.analytics.figures.actions.question import names
from services.analytics.figures.schemas import GroupBy
from services.analytics.publications.actions import read_publications
from services.analytics.publications.schemas import PublicationOut, UnlistedOut

MOST_SHOWN = 13
"""Periods: a year of months and one more, or a quarter of weeks."""


@dataclass(frozen=True, slots=True)
class PublishedBoard:
    """The whole page."""

    name: tuple[str, str]
    publications: Sequence[PublicationOut]
    own_unit: tuple[str, str] | None
    own: UnitBacklog | None
    """What the caller's unit leads now; it has it in its own list as well."""
    unlisted: UnlistedOut | None
    """That of the newest year that has ended."""


async def read_published(session: Session, scope: Scope, unit_code: str | None) -> PublishedBoard:
    """What everybody of the place may see, and a unit's own.

    Raises:
        NotFound: the caller is of another place.
    """
    found = (await read_publications(session, scope, None, MOST_SHOWN)).items
    pack = session.packs.current(session.now)
    place = pack.directory.pack.place.code
    own = None if unit_code is None else await _own(session, scope, unit_code, area_prefix(place))
    return PublishedBoard(
        name=names(pack, GroupBy.AREA, place),
        publications=found,
        own_unit=None if unit_code is None else names(pack, GroupBy.UNIT, unit_code),
        own=own,
        unlisted=next((one.unlisted for one in found if one.unlisted is not None), None),
    )


async def _own(session: Session, scope: Scope, unit_code: str, prefix: str) -> UnitBacklog:
    within = Scope(prefix, (Bound(unit_code=unit_code),), scope.own)
    rows = await standing(session, within, prefix, session.now)
    return rows[0] if rows else UnitBacklog(unit_code=unit_code, open=0, overdue=0)
