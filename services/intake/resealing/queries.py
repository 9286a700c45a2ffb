"""Which rows are sealed under what, and all cells of some cases."""

from collections.abc import Iterable, Sequence
from typing import Any

from libs.common.database.session import Session
from libs.common.security.envelopes import OWN_HEADER

_KEYS = """
    SELECT case_id, wrapped FROM case_key
    WHERE case_id > $1 AND wrapped IS NOT NULL AND substring(wrapped FROM 1 FOR length($3::bytea)) <> $3
    ORDER BY case_id LIMIT $2 FOR UPDATE
"""
_REWRAP = """
    UPDATE case_key SET wrapped = new.wrapped FROM unnest($1::text[], $2::bytea[]) AS new(case_id, wrapped)
    WHERE case_key.case_id = new.case_id
"""
_OF_BEFORE = """
    SELECT cases.case_id FROM cases WHERE cases.case_id > $1 AND (
        EXISTS (SELECT FROM wording AS w, unnest(ARRAY[w.sealed_title, w.sealed_text]) AS cell
                WHERE w.case_id = cases.case_id AND substring(cell FROM 2 FOR length($3::bytea)) <> $3)
        OR EXISTS (SELECT FROM requester AS r,
                        unnest(ARRAY[r.sealed_name, r.sealed_phone, r.sealed_id_no, r.sealed_home]) AS cell
                   WHERE r.case_id = cases.case_id AND substring(cell FROM 2 FOR length($3::bytea)) <> $3)
        OR EXISTS (SELECT FROM supplement AS s
                   WHERE s.case_id = cases.case_id AND substring(s.sealed_text FROM 2 FOR length($3::bytea)) <> $3))
    ORDER BY cases.case_id LIMIT $2
"""
_WITH_PHONE = """
    SELECT case_id FROM requester WHERE case_id > $1 AND phone_index IS NOT NULL ORDER BY case_id LIMIT $2
"""
_CELLS = """
    SELECT cases.case_id, cases.registered_at, sealed_title, sealed_text,
        requester.case_id AS named, sealed_name, sealed_phone, sealed_id_no, sealed_home, phone_index,
        case_key.case_id AS keyed, wrapped, destroyed_at
    FROM cases JOIN wording USING (case_id) LEFT JOIN requester USING (case_id) LEFT JOIN case_key USING (case_id)
    WHERE cases.case_id = ANY ($1::text[]) ORDER BY cases.case_id
"""
_SUPPLEMENTS = """
    SELECT supplement_id, case_id, sealed_text FROM supplement
    WHERE case_id = ANY ($1::text[]) AND sealed_text IS NOT NULL ORDER BY supplement_id
"""
_KEEP_WORDS = "UPDATE wording SET sealed_title = $2, sealed_text = $3 WHERE case_id = $1"
_KEEP_REQUESTER = """
    UPDATE requester SET sealed_name = $2, sealed_phone = $3, sealed_id_no = $4, sealed_home = $5, phone_index = $6
    WHERE case_id = $1
"""
_KEEP_SUPPLEMENT = "UPDATE supplement SET sealed_text = $2 WHERE supplement_id = $1"


async def keys_of_before(session: Session, after: str, size: int, current: bytes) -> Sequence[Any]:
    """Keys of cases that are wrapped under another key than that of this header; locked."""
    return await session.fetch(_KEYS, after, size, current)


async def rewrap(session: Session, wrapped: dict[str, bytes]) -> None:
    """Keep them so."""
    await session.fetch(_REWRAP, list(wrapped), list(wrapped.values()))


async def cases_of_before(session: Session, after: str, size: int) -> list[str]:
    """Cases of which something is not sealed under the case's own key."""
    return [row.case_id for row in await session.fetch(_OF_BEFORE, after, size, OWN_HEADER)]


async def cases_with_phone(session: Session, after: str, size: int) -> list[str]:
    """Cases whose phone is in the index."""
    return [row.case_id for row in await session.fetch(_WITH_PHONE, after, size)]


async def cells_of(session: Session, case_ids: Iterable[str]) -> Sequence[Any]:
    """All that is sealed of cases but supplements, with their keys."""
    return await session.fetch(_CELLS, list(case_ids))


async def supplements_of(session: Session, case_ids: Iterable[str]) -> Sequence[Any]:
    """What is sealed of supplements."""
    return await session.fetch(_SUPPLEMENTS, list(case_ids))


async def keep_words(session: Session, case_id: str, sealed: Iterable[bytes | None]) -> None:
    """Title and text."""
    await session.fetch(_KEEP_WORDS, case_id, *sealed)


async def keep_requester(session: Session, case_id: str, sealed: Iterable[bytes | None]) -> None:
    """Name, phone, identity number, home, and the phone's index."""
    await session.fetch(_KEEP_REQUESTER, case_id, *sealed)


async def keep_supplement(session: Session, supplement_id: str, sealed: bytes) -> None:
    """Its words."""
    await session.fetch(_KEEP_SUPPLEMENT, supplement_id, sealed)
