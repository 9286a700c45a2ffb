"""The audit (审计): every ledger folded from its start, on one consistent cut, beside the live tables."""

from huiyin.audit.auditing import audit
from huiyin.audit.report import AuditReport, Invariant, Violation

__all__ = ["AuditReport", "Invariant", "Violation", "audit"]
