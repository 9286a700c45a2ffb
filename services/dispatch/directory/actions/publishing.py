"""Publishing a county pack (县包): checked whole, numbered, stored, and said to everybody in one event."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from libs.common.database.session import Session
from libs.common.database.stored_packs import store_pack
from libs.common.errors import Conflict, FieldError, Forbidden, Invalid
from libs.common.events.directory import PackPublished
from libs.common.pack.check import check_pack
from libs.common.pack.decoding import decode_document
from libs.common.pack.loader import digest, document, from_document
from libs.common.pack.problems import PackError, PackProblem
from libs.common.pack.schema import Pack
from libs.common.security.policy import Scope, decide
from libs.common.security.principal import Principal, Role
from services.dispatch import rights
from services.dispatch.directory import queries
from services.dispatch.directory.schemas import PackOut


def read_pack(plain: Mapping[str, Any]) -> Pack:
    """The pack of a document, sound in form and meaning; Invalid with every problem, each with its place and mend."""
    try:
        pack = from_document(plain)
    except PackError as error:
        raise _invalid(error.problems) from error
    problems = check_pack(pack)
    if problems:
        raise _invalid(problems)
    return pack


async def publish(session: Session, scope: Scope, pack: Pack) -> PackOut:
    """Store the pack as the next version and say so. A pack equal to the newest version changes nothing.

    It stands on the shelf only when the caller has read the shelf anew, after the commit.
    """
    _check_scope(scope, pack)
    await queries.lock_packs(session)
    shown, event = await _next_version(session, pack)
    if event is not None:
        await store_pack(session, event)
        session.publish(event)
    return shown


async def try_out(session: Session, scope: Scope, pack: Pack) -> PackOut:
    """What ``publish`` would answer now, ``published`` aside; nothing is stored or said."""
    _check_scope(scope, pack)
    shown, _ = await _next_version(session, pack)
    return shown.model_copy(update={"published": False})


def _check_scope(scope: Scope, pack: Pack) -> None:
    if not scope.covers(pack.place.code):
        raise Forbidden("You may not publish a pack for this place", "无权发布该地区的县包")


async def _next_version(session: Session, pack: Pack) -> tuple[PackOut, PackPublished | None]:
    """The version that the pack is or would be, and the event that makes it one; None when it is one already."""
    newest = await queries.newest_pack(session)
    print_of_pack = digest(pack)
    if newest is not None and newest.place_code != pack.place.code:
        raise Conflict(
            f"This system works for {newest.place_code}; a pack of another place would orphan its cases",
            f"本系统服务于 {newest.place_code}，不能发布其他地区的县包",
        )
    if newest is not None and print_of_pack in (newest.digest, _print_of(newest.document)):
        return _shown(pack, newest.version, newest.digest, newest.effective_from, published=False), None
    event = PackPublished(
        occurred_at=max(session.now, _midnight(pack)),
        place_code=pack.place.code,
        version=1 if newest is None else newest.version + 1,
        digest=print_of_pack,
        document=document(pack),
    )
    return _shown(pack, event.version, event.digest, event.occurred_at, published=True), event


async def publish_first(session: Session, pack: Pack) -> PackOut | None:
    """Publish the pack when there is none at all yet; whatever was loaded since is newer, and None is the answer."""
    await queries.lock_packs(session)
    if await queries.newest_pack(session) is not None:
        return None
    return await publish(session, loader_scope(pack), pack)


def loader_scope(pack: Pack) -> Scope:
    """What somebody may do who has the pack's folder and the database in hand, and needs no token."""
    loader = Principal("pack-loader", frozenset({Role.ADMIN}), pack.place.code, None, "pack-loader")
    return decide(loader, rights.PUBLISH_PACKS)


def _print_of(stored: Mapping[str, Any]) -> str | None:
    """The digest that this release gives a stored pack; the one of its own day knew other settings."""
    try:
        return digest(decode_document(stored).pack)
    except PackError:
        return None


def _shown(pack: Pack, version: int, print_of_pack: str, effective_from: datetime, *, published: bool) -> PackOut:
    return PackOut(
        pack_version=version,
        place_code=pack.place.code,
        edition=pack.version,
        digest=print_of_pack,
        effective_from=effective_from,
        published=published,
    )


def _midnight(pack: Pack) -> datetime:
    """When the day begins on which the pack takes effect; a day that has passed means now, never backwards."""
    midnight = datetime.combine(pack.effective_from, time.min, ZoneInfo(pack.place.time_zone))
    return midnight.astimezone(UTC)


def _invalid(problems: list[PackProblem] | tuple[PackProblem, ...]) -> Invalid:
    fields = [
        FieldError(problem.file, f"{problem.message}. Mend: {problem.mend}", f"{problem.message}。改正：{problem.mend}")
        for problem in problems
    ]
    count = len(fields)
    return Invalid(f"The pack has {count} problems", f"县包有 {count} 处问题", fields=fields)
