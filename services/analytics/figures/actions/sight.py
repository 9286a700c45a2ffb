"""How far somebody sees into the figures of now (指标可见范围): by the library's table, for the pack's place."""

from dataclasses import replace

from libs.common.database.session import Session
from libs.common.security.figure_sight import FigureSight, OnlyPublished, figure_sight
from libs.common.security.policy import Scope, has_right
from libs.common.security.principal import Principal
from services.analytics import rights


def sight_of(session: Session, principal: Principal) -> FigureSight:
    """How much of the place's figures somebody sees."""
    return figure_sight(principal, session.packs.current(session.now).directory.pack.place.code)


def live_scope(session: Session, principal: Principal, scope: Scope) -> Scope:
    """The caller's reach, for figures of now and the cases behind them.

    Raises:
        OnlyPublished: the caller sees what is published, and nothing of now.
    """
    sight = sight_of(session, principal)
    if not sight.is_live:
        raise OnlyPublished
    return replace(
        scope,
        without_unlisted=sight < FigureSight.EVERYTHING,
        to_the_day=not has_right(principal, rights.OPEN_CASE),
    )
