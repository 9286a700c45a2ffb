"""The metrics of what is found about the ledgers: by the audit, and by the anchors outside the database."""

from libs.common.catalogue import gauge

LEDGER_AUDIT_VIOLATIONS = gauge(
    "huiyin_ledger_audit_violations",
    ("invariant",),
    "Differences that the last audit found, by invariant; must be 0. Kept in the database, told by every process.",
    "Treat as an incident: keep the databases as they are and run the audit by hand.",
)
LEDGER_AUDIT_LAST_SUCCESS_TIMESTAMP_SECONDS = gauge(
    "huiyin_ledger_audit_last_success_timestamp_seconds",
    (),
    "Unix time when an audit last ran to its end, 0 when none ever has.",
    "Older than a day and a bit: find out why the nightly audit does not run.",
)

LEDGER_AUDIT_DURATION_SECONDS = gauge(
    "huiyin_ledger_audit_duration_seconds",
    (),
    "Seconds that the last audit took.",
    "Grows with all that was ever said; when it nears the night's length, audit less often or on a copy.",
)

LEDGER_ANCHOR_LAST_TIMESTAMP_SECONDS = gauge(
    "huiyin_ledger_anchor_last_timestamp_seconds",
    (),
    "Unix time of the newest anchor that a store took, 0 when none ever did; kept in the database.",
    "Older than a day and a bit: find out why anchors are not taken; until then history can be rewritten unseen.",
)
LEDGER_ANCHOR_STORES_BEHIND = gauge(
    "huiyin_ledger_anchor_stores_behind",
    (),
    "Stores of anchors that did not take the last one.",
    "Above 0: is the folder or the bucket there, and may it be written? The next anchor brings what is missing.",
)
