"""Arbitration (争议裁定、会商裁定): called, units heard, ruled by somebody apart; who is designated keeps the case."""
