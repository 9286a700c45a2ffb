"""The rights that intake asks for (权限), each where it is asked; who carries them, the library's policy says."""

from libs.common.security.right import Right

REGISTER = Right.CASE_REGISTER
"""``POST /cases``, ``POST /upper-orders``, and ``POST /webhooks/{source}``."""
REGISTER_BATCH = Right.CASE_REGISTER_BATCH
"""``POST /cases/batch``."""
SUPPLEMENT = Right.CASE_SUPPLEMENT
"""What the citizen says about an open case: ``POST /cases/{case_id}/supplements``, and what stands beside it."""
NAME_ACCUSED = Right.ACCUSED_NAME
"""``POST /cases/{case_id}/accused``."""
WITHDRAW = Right.CASE_WITHDRAW
"""``POST /cases/{case_id}/withdrawal``."""
OBJECT = Right.CASE_OBJECT
"""``POST /cases/{case_id}/objections``."""
ANSWER_DIRECTLY = Right.CASE_ANSWER_DIRECTLY
"""``POST /cases/{case_id}/direct-answer``, and ``direct_answer`` in a registration."""
RELEASE_WORDING = Right.WORDING_RELEASE
"""``GET /wordings``, and ``GET`` and ``POST /cases/{case_id}/wording``."""
NAME_REPEATS = Right.REPEAT_NAME
"""``POST /cases/{case_id}/repeats``."""
READ = Right.CASE_READ
"""``GET /cases/{reference}``."""
LIST = Right.CASE_LIST
"""``GET /cases``."""
READ_TIMELINE = Right.CASE_TIMELINE
"""``GET /cases/{case_id}/timeline``."""
REVEAL = Right.REQUESTER_REVEAL
"""``POST /requesters/{case_id}/reveal``."""
READ_REVEALS = Right.REVEAL_LIST
"""``GET /reveals``."""
ATTACH = Right.ATTACHMENT_ADD
"""``POST /cases/{case_id}/attachments``."""
READ_ATTACHMENTS = Right.ATTACHMENT_READ
"""``GET /cases/{case_id}/attachments``, each of them, and a link to one."""
DELETE_ATTACHMENT = Right.ATTACHMENT_DELETE
"""``POST /cases/{case_id}/attachments/{attachment_id}/deletion``."""
READ_HOUSEHOLDS = Right.HOUSEHOLD_READ
"""``GET /households``, each of them, its changes and what was found out of who is away; ``GET /migrants/unlooked``."""
KEEP_HOUSEHOLDS = Right.HOUSEHOLD_KEEP
"""``POST /households``, and what changes one: facts, muting that is asked for, splits, mergers, and
who is found to be away.
"""
IMPORT_HOUSEHOLDS = Right.HOUSEHOLD_IMPORT
"""``POST /households/import``."""
EXPORT_HOUSEHOLDS = Right.HOUSEHOLD_EXPORT
"""``GET`` and ``POST /households/export``."""
REVEAL_HOUSEHOLD = Right.HOUSEHOLD_REVEAL
"""``POST /households/{household_id}/reveal``, and ``GET /visits/{visit_id}/photos/{sha256}``."""
WRITE_NOTES = Right.NOTE_WRITE
"""``POST /households/{household_id}/notes``."""
REVEAL_NOTES = Right.NOTE_REVEAL
"""``POST /households/{household_id}/notes/reveal``; whether it is open, plans and posts say."""
KEEP_MATCHES = Right.MATCH_KEEP
"""``GET /households/{household_id}/candidates``, ``POST /households/{household_id}/matches``, and ending one."""
ANSWER_POLICIES = Right.POLICY_ANSWER
"""``POST /households/{household_id}/policies/{policy}/answer``."""
CONFIRM_MUTING = Right.HOUSEHOLD_CONFIRM
"""``POST /households/{household_id}/muting/decision``."""
READ_HOUSEHOLD_LOOKS = Right.HOUSEHOLD_LOOKS_LIST
"""``GET /household-looks``."""
READ_ROUNDS = Right.ROUND_READ
"""``GET /rounds``, each of them, its coverage, its gaps, and who left it; ``GET /plans`` and each of them."""
KEEP_ROUNDS = Right.ROUND_KEEP
"""``POST /rounds`` and ``POST /rounds/{round_id}/closing``; ``POST /plans`` and ``POST /plans/{plan_id}/again``."""
RECORD_VISIT = Right.VISIT_RECORD
"""``POST /visits``, ``POST /visits/{visit_id}/photos`` and ``POST /occasions``."""
READ_VISITS = Right.VISIT_READ
"""``GET /visits``, each of them with its changes, and ``GET /visit-words``; ``GET /points``,
``GET /occasions``, ``GET /migrants``, and what is below them.
"""
KEEP_POINTS = Right.POINT_KEEP
"""``POST /points``, and what changes one or says who is on duty there."""
CORRECT_VISIT = Right.VISIT_CORRECT
"""``POST /visits/{visit_id}/correction``, ``POST /visits/{visit_id}/voiding``, and an occasion's ``/correction``."""
VOID_VISIT = Right.VISIT_VOID
"""``POST /visits/{visit_id}/voiding/decision``."""
SYNC_DEVICE = Right.DEVICE_SYNC
"""``POST /devices``, ``GET /devices/mine``, and of an own phone what it pulls, pushes and is told."""
REPORT_DEVICE = Right.DEVICE_REPORT
"""``POST /devices/{device_id}/loss`` and ``POST /devices/{device_id}/return``."""
OVERSEE_DEVICES = Right.DEVICE_OVERSEE
"""``GET /devices``, ``GET /devices/items``, and ``POST /devices/{device_id}/items/{seq}/decision``."""
READ_CONTACTS = Right.CONTACT_READ
"""``GET /contacts``: the ledger of who looks after which households (包保台账)."""
ASSIGN_CONTACTS = Right.CONTACT_ASSIGN
"""``POST /contacts/assignment`` and ``POST /contacts/evening``."""
READ_TEAMS = Right.TEAM_READ
"""``GET /teams``, each of them, its changes and its attendance; ``GET /visit-days`` and ``GET /area-days``."""
KEEP_TEAMS = Right.TEAM_KEEP
"""``POST /teams``, and what changes or dissolves one."""
KEEP_ATTENDANCE = Right.ATTENDANCE_KEEP
"""``POST /teams/{team_id}/attendance``."""
