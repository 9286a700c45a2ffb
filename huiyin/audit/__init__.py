"""The audit (审计): every ledger folded from its start, on one consistent cut, beside the live tables."""
