"""Damage to figures."""

from tests.integration.audit.damage.form import Spoiled, spoiled

FIGURES: dict[str, Spoiled] = {
    # Figures
    "a fact changed": spoiled(
        "I8", "analytics", "solved", "doc.tries of its fact is",
        "UPDATE analytics.fact SET doc = jsonb_set(doc, '{{tries,0,7}}', '\"not_satisfied\"') WHERE case_id = {solved}",
    ),
    "a fact's column changed": spoiled(
        "I8", "analytics", "solved", "status of its fact is",
        "UPDATE analytics.fact SET status = 'withdrawn', closed_day = NULL WHERE case_id = {solved}",
    ),
    "a fact that is none": spoiled(
        "I8", "analytics", "solved", "doc of its fact is []",
        "UPDATE analytics.fact SET doc = '[]' WHERE case_id = {solved}",
    ),
    "an event's place changed": spoiled(
        "I8", "analytics", "solved", "places.tries of its fact is [9]",
        "UPDATE analytics.fact SET places = jsonb_set(places, '{{tries,0}}', '9') WHERE case_id = {solved}",
    ),
    "places that are none": spoiled(
        "I8", "analytics", "solved", "places.tries of its fact is 9",
        "UPDATE analytics.fact SET places = jsonb_set(places, '{{tries}}', '9') WHERE case_id = {solved}",
    ),
    "places of nothing": spoiled(
        "I8", "analytics", "solved", "places of its fact is []",
        "UPDATE analytics.fact SET places = '[]' WHERE case_id = {solved}",
    ),
    "a pack lost": spoiled(
        "I8", "analytics", "solved", "analytics has no readable pack version 1", "DELETE FROM analytics.pack"
    ),
    "a pack that is none": spoiled(
        "I8", "analytics", "solved", "analytics has no readable pack version 1",
        "UPDATE analytics.pack SET document = '{{}}'",
    ),
    "a fact lost": spoiled(
        "I8", "analytics", "solved", "there is no fact of it", "DELETE FROM analytics.fact WHERE case_id = {solved}"
    ),
    "a fact of nothing": spoiled(
        "I8", "analytics", "ghost", "there is a fact, and no registration",
        "INSERT INTO analytics.fact SELECT 'ghost', case_no, area_code, unit_code, units, category_code, channel, kind,"
        " urgency, status, is_open, round, registered_at, registered_day, closed_day, first_day, last_day,"
        " handle_due_at, updated_at, version, doc, counted FROM analytics.fact WHERE case_id = {solved}",
    ),
    "a figure off by one": spoiled(
        "I8", "analytics", "rollup", "registered is",
        "UPDATE analytics.rollup SET registered = registered + 1 WHERE ctid = (SELECT min(ctid) FROM analytics.rollup)",
    ),
    "a cell lost": spoiled(
        "I8", "analytics", "rollup", "is not there, the recount says",
        "DELETE FROM analytics.rollup WHERE ctid = (SELECT min(ctid) FROM analytics.rollup)",
    ),
    "a cell too many": spoiled(
        "I8", "analytics", "rollup", "the recount has no such cell",
        "INSERT INTO analytics.rollup SELECT (jsonb_populate_record(r, '{{\"unit_code\": \"D-NOBODY\"}}')).*"
        " FROM analytics.rollup AS r LIMIT 1",
    ),
    "a coarse figure off by one": spoiled(
        "I8", "analytics", "rollup_coarse week_", "closed is",
        "UPDATE analytics.rollup_coarse SET closed = closed + 1 WHERE ctid = ("
        "SELECT min(ctid) FROM analytics.rollup_coarse WHERE grain LIKE 'week%' AND closed > 0)",
    ),
    "a coarse cell lost": spoiled(
        "I8", "analytics", "rollup_coarse day_towns", "is not there, the recount says",
        "DELETE FROM analytics.rollup_coarse WHERE ctid = ("
        "SELECT min(ctid) FROM analytics.rollup_coarse WHERE grain = 'day_towns')",
    ),
    "a time too many": spoiled(
        "I8", "analytics", "hours", "entries is",
        "UPDATE analytics.hours SET entries = entries + 1 WHERE ctid = (SELECT min(ctid) FROM analytics.hours)",
    ),
    "times that are said to be uncounted": spoiled(
        "I8", "analytics", "hours", "the recount says",
        "UPDATE analytics.fact SET timed = false WHERE case_id = {solved}",
    ),
    "a fact that hides from who asks why": spoiled(
        "I8", "analytics", "solved", "counted of its fact is",
        "UPDATE analytics.fact SET counted = 0 WHERE case_id = {solved}",
    ),
}  # fmt: skip
