"""The metrics of households, of visits to them and their rounds, and of the phones that these are recorded on."""

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
HOUSEHOLDS_OF_REMOVED_AREAS = gauge(
    "huiyin_households_of_removed_areas",
    ("service",),
    "Households of areas that the pack in force no longer has, and that no village, community or grid took in.",
    "The pack has to name a successor in areas.csv (a village, not a town), or each household its new area.",
)
DEVICE_ITEMS_TOTAL = counter(
    "huiyin_device_items_total",
    ("service", "outcome"),
    "What became of items that phones recorded without a network: applied, duplicate, held, refused.",
    "Many held or refused: GET /intake/v1/devices/items says which, and why.",
)
DEVICE_ITEMS_OPEN = gauge(
    "huiyin_device_items_open",
    ("service", "state"),
    "Items of phones that are not done: waiting for earlier ones, held or refused and not decided.",
    "Rising: somebody has to decide, see GET /intake/v1/devices/items.",
)
DEVICES_SYNCED = gauge(
    "huiyin_devices_synced",
    ("service", "days"),
    "Phones in use by how many days ago they synced, at most (1, 3, 7, 14, 30, inf; each in one of them).",
    "Many in the last ones: GET /intake/v1/devices?silent_days=7 names them.",
)
