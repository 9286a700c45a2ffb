"""The metrics of visits to households, and of their rounds."""

from libs.common.catalogue import counter, gauge

VISITS_TOTAL = counter(
    "huiyin_visits_total",
    ("service", "outcome"),
    "Visits recorded, by what came of them: reached, nobody_home, refused, moved, by_phone; without corrections.",
    "A figure for the office. None on an evening when teams go out: see whether people can sign in.",
)
VISIT_ROUND_HOUSEHOLDS = gauge(
    "huiyin_visit_round_households",
    ("service", "area"),
    "Households that stand in open rounds of visits, by town of the pack in force; other: of no such town.",
    "A figure for the office: the denominator of huiyin_visit_round_households_visited.",
)
VISIT_ROUND_HOUSEHOLDS_VISITED = gauge(
    "huiyin_visit_round_households_visited",
    ("service", "area"),
    "Of these, those that were visited: reached, or refused at the door.",
    "A figure for the office; a town that stays behind the others lacks teams, or does not enter what it did.",
)
VISIT_ROUNDS_LEFT_OPEN = gauge(
    "huiyin_visit_rounds_left_open",
    ("service",),
    "Rounds of visits whose last day is over, and which nobody has closed.",
    "Close them (POST /intake/v1/rounds/{round_id}/closing); see the alert VisitRoundLeftOpen.",
)
