"""I6 for letters about no case, and for the numbers of all: each stands as it was said, and no number is left out."""

from huiyin.audit.case import DISPATCH
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot

_LETTERS = """
    WITH said AS (
        SELECT DISTINCT ON (key) key, payload::jsonb -> 'letter' AS letter FROM dispatch.ledger
        WHERE type = 'cn.huiyin.directory.office_letter_kept' ORDER BY key, seq DESC
    )
    SELECT coalesce(said.key, kept.letter_id) AS letter_id,
        said.key IS NULL AS unsaid, kept.letter_id IS NULL AS lacking,
        ARRAY(
            SELECT told.key FROM jsonb_each(said.letter) AS told CROSS JOIN to_jsonb(kept) AS row
            WHERE CASE WHEN told.key LIKE '%\\_at'
                THEN (told.value #>> '{}')::timestamptz IS DISTINCT FROM (row ->> told.key)::timestamptz
                ELSE told.value IS DISTINCT FROM row -> told.key END
            ORDER BY 1
        ) AS wrong
    FROM said FULL JOIN (SELECT * FROM dispatch.letter WHERE case_id IS NULL) AS kept ON kept.letter_id = said.key
    ORDER BY 1
"""
_NUMBERS = """
    SELECT coalesce(given.office, kept.office) AS office, coalesce(given.kind, kept.kind) AS kind,
        coalesce(given.year, kept.year) AS year, given.n, given.last, kept.last AS counted
    FROM (SELECT office, kind, year, count(*) AS n, max(number) AS last FROM dispatch.letter
          WHERE number IS NOT NULL GROUP BY 1, 2, 3) AS given
    FULL JOIN dispatch.letter_sequence AS kept USING (office, kind, year) ORDER BY 1, 2, 3
"""


async def check_letters(cut: Snapshot, findings: Findings) -> None:
    """Every letter about no case, and every sequence of numbers."""
    async for rows in cut.stream(_LETTERS):
        for row in rows:
            findings.checked[Invariant.STATE] += 1
            place = f"letter {row['letter_id']}"
            if row["unsaid"] or row["lacking"]:
                what = "is there, nobody said so" if row["unsaid"] else "is not there, and was said"
                findings.violated(Invariant.STATE, place, DISPATCH, f"letter: this letter {what}")
            else:
                for column in row["wrong"]:
                    findings.violated(Invariant.STATE, place, DISPATCH, f"letter: {column} is not what was said")
    for row in await cut.fetch(_NUMBERS):
        findings.checked[Invariant.STATE] += 1
        if not row["n"] == row["last"] == row["counted"]:
            place = f"letters {row['kind']} of {row['office']} in {row['year']}"
            message = f"letter_sequence: {row['n']} letters have numbers up to {row['last']}, it says {row['counted']}"
            findings.violated(Invariant.STATE, place, DISPATCH, message)
