"""I6 for people: their public records in every service, how they are reached, and who looked at that."""

from huiyin.audit.case import DISPATCH
from huiyin.audit.queries import SERVICES
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot
from libs.common.security.vault import print_of_sealed

_STAFF = """
    WITH said AS (
        SELECT DISTINCT ON (key) key, seq, payload::jsonb AS record, occurred_at FROM dispatch.ledger AS one
        WHERE type = 'cn.huiyin.directory.staff_recorded'
            AND ('{service}' = 'dispatch' OR seq <= (
                SELECT mark.seq FROM {service}.watermark AS mark
                WHERE mark.stream = 'directory' AND mark.key = one.key AND mark.source = 'dispatch'))
            AND NOT EXISTS (SELECT FROM {service}.parked_dropped AS gone WHERE gone.stream = 'directory'
                            AND gone.key = one.key AND gone.seq = one.seq)
        ORDER BY key, seq DESC
    )
    SELECT coalesce(said.key, kept.staff_id) AS staff_id, said.seq, kept.staff_id IS NULL AS lacking,
        array_remove(ARRAY[CASE WHEN kept.version <> (record ->> 'version')::int THEN 'version' END,
            CASE WHEN kept.name <> record ->> 'name' THEN 'name' END,
            CASE WHEN kept.terms <> record -> 'terms' THEN 'terms' END,
            CASE WHEN kept.sealed IS DISTINCT FROM record ->> 'sealed' THEN 'sealed' END,
            CASE WHEN kept.recorded_at <> said.occurred_at THEN 'recorded_at' END], NULL) AS wrong
    FROM said FULL JOIN {service}.staff AS kept ON kept.staff_id = said.key ORDER BY 1
"""
"""Of each person the last record that the service has applied."""
_CONTACTS = """
    SELECT staff_id, kept.sealed, sealed_phone, sealed_other FROM dispatch.staff AS kept
    FULL JOIN dispatch.staff_contact USING (staff_id) ORDER BY 1
"""
_LOOKS = """
    SELECT coalesce(said.key, kept.staff_id) AS staff_id, said.key IS NULL AS unsaid, kept.look_id IS NULL AS lacking,
        array_remove(ARRAY[CASE WHEN kept.staff_id <> said.key THEN 'staff_id' END,
            CASE WHEN kept.who <> said.look ->> 'by' THEN 'who' END,
            CASE WHEN kept.unit_code IS DISTINCT FROM said.look ->> 'by_unit' THEN 'unit_code' END,
            CASE WHEN kept.by_staff IS DISTINCT FROM said.look ->> 'by_staff' THEN 'by_staff' END,
            CASE WHEN kept.reason <> said.look ->> 'reason' THEN 'reason' END,
            CASE WHEN kept.at <> said.occurred_at THEN 'at' END], NULL) AS wrong
    FROM (SELECT key, payload::jsonb AS look, occurred_at FROM dispatch.ledger
          WHERE type = 'cn.huiyin.directory.staff_contact_revealed') AS said
    FULL JOIN dispatch.staff_look AS kept ON kept.look_id = said.look ->> 'look_id' ORDER BY 1
"""


async def check_people(cut: Snapshot, findings: Findings) -> None:
    """Every row about a member of staff."""
    for service in SERVICES:
        await _check_staff(cut, findings, service)
    await _check_contacts(cut, findings)
    await _check_looks(cut, findings)


async def _check_staff(cut: Snapshot, findings: Findings, service: str) -> None:
    """A person's record is what dispatch said last, in every service that heard of it."""
    async for rows in cut.stream(_STAFF.format(service=service)):
        for row in rows:
            findings.checked[Invariant.STATE] += 1
            place = f"staff {row['staff_id']}"
            if row["seq"] is None:
                findings.violated(Invariant.STATE, place, service, "staff: this person is there, nobody said so")
            elif row["lacking"]:
                findings.violated(Invariant.STATE, place, service, "staff: this person is not there, and was recorded")
            else:
                for column in row["wrong"]:
                    findings.violated(Invariant.STATE, place, service, f"staff: {column} is not what was recorded")


async def _check_contacts(cut: Snapshot, findings: Findings) -> None:
    """What is sealed of a person is what the last record tells a digest of."""
    async for rows in cut.stream(_CONTACTS):
        for row in rows:
            findings.checked[Invariant.STATE] += 1
            sealed = row["sealed_phone"], row["sealed_other"]
            print_of_row = None if sealed == (None, None) else print_of_sealed(*sealed)
            if print_of_row != row["sealed"]:
                message = "staff_contact: what is sealed is not what was recorded"
                findings.violated(Invariant.STATE, f"staff {row['staff_id']}", DISPATCH, message)


async def _check_looks(cut: Snapshot, findings: Findings) -> None:
    """Every look at how somebody is reached was said, and stands in the table."""
    for row in await cut.fetch(_LOOKS):
        findings.checked[Invariant.STATE] += 1
        place = f"staff {row['staff_id']}"
        if row["unsaid"] or row["lacking"]:
            what = "is there, nobody said so" if row["unsaid"] else "is not there, and was said"
            findings.violated(Invariant.STATE, place, DISPATCH, f"staff_look: this look {what}")
        else:
            for column in row["wrong"]:
                findings.violated(Invariant.STATE, place, DISPATCH, f"staff_look: {column} is not what was said")
