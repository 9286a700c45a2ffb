"""Damage to figures of visits."""

from tests.integration.audit.damage.form import Spoiled, spoiled

VISITS: dict[str, Spoiled] = {
    "a household lost among visits": spoiled(
        "I8", "analytics", "plain_home", "is not there",
        "DELETE FROM analytics.visit_household WHERE household_id = {plain_home}",
    ),
    "a household's step changed": spoiled(
        "I8", "analytics", "changed_home", "steps is",
        "UPDATE analytics.visit_household SET steps = jsonb_set(steps, '{{0,2}}', '\"2020-01-01\"')"
        " WHERE household_id = {changed_home}",
    ),
    "a visit that counts for another day": spoiled(
        "I8", "analytics", "plain_home", "day is",
        "UPDATE analytics.visit_fact SET day = day + 1 WHERE visit_id = {full_visit}",
    ),
    "a visit that is none of intake": spoiled(
        "I8", "analytics", "ghost", "is no visit of intake",
        "INSERT INTO analytics.visit_fact SELECT 'ghost', household_id, version, day, area_code, outcome, counts,"
        " staff_ids, rounds, teams, doc FROM analytics.visit_fact WHERE visit_id = {full_visit}",
    ),
    "a visit of another person": spoiled(
        "I8", "analytics", "plain_home", "the events tell of none",
        "UPDATE analytics.visit_person SET staff_id = 'S-9' WHERE visit_id = {full_visit} AND staff_id = 'S-1005'",
    ),
    "a place in a round that is another": spoiled(
        "I8", "analytics", "plain_home", "outcome is",
        "UPDATE analytics.visit_place SET outcome = 'moved'"
        " WHERE household_id = {plain_home} AND round_id = {open_round}",
    ),
    "a number of a round": spoiled(
        "I8", "analytics", "coverage", "households is",
        "UPDATE analytics.coverage SET households = households + 1"
        " WHERE ctid = (SELECT min(ctid) FROM analytics.coverage WHERE cut = 'class')",
    ),
    "a number of visits": spoiled(
        "I8", "analytics", "visits_made", "visits is",
        "UPDATE analytics.visits_made SET visits = visits + 1"
        " WHERE ctid = (SELECT min(ctid) FROM analytics.visits_made)",
    ),
    "an amount handed out": spoiled(
        "I8", "analytics", "visit_things", "amount is",
        "UPDATE analytics.visit_things SET amount = amount + 1"
        " WHERE ctid = (SELECT min(ctid) FROM analytics.visit_things WHERE thing = 'material')",
    ),
    "a number of a round that intake has otherwise": spoiled(
        "I8", "analytics", "coverage", "intake has",
        "UPDATE intake.round_tally SET households = households + 1"
        " WHERE ctid = (SELECT min(ctid) FROM intake.round_tally WHERE cut = 'class')",
    ),
    "a visit that intake has otherwise": spoiled(
        "I8", "analytics", "full_visit", "is not what intake has",
        "UPDATE intake.visit SET outcome = 'moved' WHERE visit_id = {full_visit}",
    ),
    "a round's terms": spoiled(
        "I8", "analytics", "visit_round", "terms is",
        "UPDATE analytics.visit_round SET terms = jsonb_set(terms, '{{purposes}}', '[]') WHERE round_id = {open_round}",
    ),
    "a team's seat": spoiled(
        "I8", "analytics", "visit_seat", "until_day is",
        "UPDATE analytics.visit_seat SET until_day = until_day + 1 WHERE staff_id = 'L-1'",
    ),
    "a team lost": spoiled(
        "I8", "analytics", "visit_team", "is not there", "DELETE FROM analytics.visit_team",
    ),
}  # fmt: skip
