"""What each may be answered, as decisions and guides have it; nothing here asks the product's own tables.

Letters stand for roles: o operator, v visitor, d dispatcher, h handler, c caller, s supervisor, l leader, i integrator,
a auditor, m admin, e mediator.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from libs.common.security.principal import Role
from tests.journeys.case_routes import ACCUSED
from tests.journeys.county import COUNTY, TOWN_UNIT, VILLAGE, VILLAGE_UNIT
from tests.journeys.matrix.operations import Operation
from tests.journeys.matrix.principals import BELOW_THE_ACCUSED, Principal, Standing
from tests.journeys.matrix.story import Kind, Known

LETTERS: Mapping[Role, str] = {role: role.value[0] for role in Role} | {Role.ADMIN: "m", Role.MEDIATOR: "e"}
OFFICE = "ovdhcslame"
"""Everybody but outside systems."""
WORKS, LOOKS = "ovdhcsa", "dhsa"
NOBODY_HERE = "-"
"""Whoever is of a unit that the pack lets write letters, which nobody who asks here is."""

MAY: tuple[tuple[str, str], ...] = (
    (r"GET /\w+/ops/.*", "am"),
    (r"POST /\w+/ops/.*", "m"),
    (r"GET /intake/v1/cases", WORKS),
    (r"POST /intake/v1/cases", "ovi"),
    (r"POST /intake/v1/cases/batch", "vi"),
    (r"POST /intake/v1/cases/\{case_id\}/accused", "od"),
    (r"POST /intake/v1/cases/\{case_id\}/attachments", "ovhci"),
    (r"POST /intake/v1/cases/\{case_id\}/attachments/\{attachment_id\}/deletion", "os"),
    (r"\w+ /intake/v1/cases/\{case_id\}/attachments.*", WORKS + "i"),
    (r"POST /intake/v1/cases/\{case_id\}/direct-answer", "ov"),
    (r"POST /intake/v1/cases/\{case_id\}/repeats", "ods"),
    (r"POST /intake/v1/cases/\{case_id\}/(supplements|urgings)", "ovi"),
    (r"POST /intake/v1/cases/\{case_id\}/withdrawal", "oi"),
    (r"\w+ /intake/v1/(cases/\{case_id\}/wording|wordings)", "o"),
    (r"GET /intake/v1/cases/\{(case_id|reference)\}(/timeline|/repeats)?", WORKS + "i"),
    (r"GET /intake/v1/households/export", "os"),
    (r"POST /intake/v1/households/export", "o"),
    (r"POST /intake/v1/households/import", "om"),
    (r"GET /(intake/v1/reveals|dispatch/v1/staff-looks)", "a"),
    (r"GET /intake/v1/(rounds|plans).*", "ovsla"),
    (r"POST /intake/v1/plans/\{plan_id\}/sheet", "ov"),
    (r"POST /intake/v1/(rounds|plans).*", "os"),
    (r"GET /intake/v1/visits/\{visit_id\}/photos/\{sha256\}", "ov"),
    (r"GET /intake/v1/((visits|points|occasions).*|visit-words)", "ovsa"),
    (r"POST /intake/v1/points.*", "os"),
    (r"POST /intake/v1/(visits(/\{visit_id\}/photos)?|occasions)", "ov"),
    (r"POST /intake/v1/(visits/\{visit_id\}/(correction|voiding)|occasions/\{occasion_id\}/correction)", "ovs"),
    (r"POST /intake/v1/visits/\{visit_id\}/voiding/decision", "os"),
    (r"GET /intake/v1/devices(/items)?", "os"),
    (r"POST /intake/v1/devices/\{device_id\}/(loss|return)", "ovs"),
    (r"POST /intake/v1/devices/\{device_id\}/items/\{seq\}/decision", "os"),
    (r"\w+ /intake/v1/devices.*", "ov"),
    (r"POST /dispatch/v1/cases/\{case_id\}/(extension|suspension|termination|staged-answer)", "h"),
    (r"POST /dispatch/v1/cases/\{case_id\}/(extension|suspension|termination|staged-answer)/decision", "dsl"),
    (r"POST /dispatch/v1/cases/\{case_id\}/arbitration(/hearings)?", "ds"),
    (r"POST /dispatch/v1/cases/\{case_id\}/arbitration/ruling", "s"),
    (r"POST /dispatch/v1/duty-rules(/\{rule_id\}/trial)?", "ds"),
    (r"POST /dispatch/v1/duty-rules/\{rule_id\}/(decision|end)", "s"),
    (r"GET /dispatch/v1/(arbitrations|duty-rules.*|requests|request-counts)", "dsa"),
    (r"POST /dispatch/v1/cases/\{case_id\}/suspension/lifting", "hds"),
    (r"POST /dispatch/v1/cases/\{case_id\}/nonacceptance", "od"),
    (r"POST /dispatch/v1/cases/\{case_id\}/nonacceptance/decision", "ds"),
    (r"POST /intake/v1/cases/\{case_id\}/objections", "oi"),
    (r"GET /followup/v1/objections.*", "sla"),
    (r"POST /followup/v1/objections/\{objection_id\}/decision", "sl"),
    (r"POST /intake/v1/upper-orders", "ovi"),
    (r"GET /followup/v1/upper-orders.*", "dhsla"),
    (r"POST /followup/v1/upper-orders/\{case_id\}/reply", "dh"),
    (r"POST /followup/v1/upper-orders/\{case_id\}/reply/decision", "sl"),
    (r"POST /followup/v1/upper-orders/\{case_id\}/reply/sending", "ds"),
    (r"POST /followup/v1/callbacks/\{callback_id\}/links", "c"),
    (r"POST /intake/v1/requesters/\{case_id\}/reveal", "ohc"),
    (r"GET /intake/v1/contacts", "ovsa"),
    (r"POST /intake/v1/contacts/(assignment|evening)", "os"),
    (r"GET /intake/v1/(teams.*|visit-days|area-days)", "ovsla"),
    (r"POST /intake/v1/teams.*", "os"),
    (r"GET /intake/v1/households/\{household_id\}/candidates", "ov"),
    (r"GET /intake/v1/households(/\{household_id\}.*)?", "ovsa"),
    (r"GET /intake/v1/household-policies.*", "ovsa"),
    (r"POST /intake/v1/households/\{household_id\}/(notes|matches|policies|away-looks)(/.*)?", "ov"),
    (r"POST /intake/v1/households/\{household_id\}/muting/decision", "os"),
    (r"POST /intake/v1/households(/\{household_id\}/(change|muting|unmuting|split|merge|reveal))?", "ov"),
    (r"GET /intake/v1/household-looks", "a"),
    (r"GET /intake/v1/(migrants|dossiers|dossier-entries|visit-ledger).*", "ovsa"),
    (r"POST /intake/v1/(dossier-entries.*|visit-ledger)", "ov"),
    (r"\w+ /dispatch/v1/accounts/me.*", OFFICE),
    (r"GET /dispatch/v1/accounts.*", "am"),
    (r"POST /dispatch/v1/accounts.*", "m"),
    (r"GET /dispatch/v1/directory/.*", "odhslame"),
    (r"POST /dispatch/v1/directory/packs", "m"),
    (r"GET /dispatch/v1/(staff(/.*)?|staff-coverage)", OFFICE),
    (r"POST /dispatch/v1/staff/\{staff_id\}/contact", "dsm"),
    (r"POST /dispatch/v1/staff(/.*)?", "m"),
    (r"GET /dispatch/v1/triage", "dsa"),
    (r"POST /dispatch/v1/cases/\{case_id\}/risks", "dhs"),
    (r"GET /dispatch/v1/risks", LOOKS),
    (r"\w+ /dispatch/v1/my-risks.*", "l"),
    (r"POST /dispatch/v1/(cases/\{case_id\}/aids|aids/\{aid_id\}/(application|dropping))", "dh"),
    (r"POST /dispatch/v1/aids/\{aid_id\}/decision", "dhs"),
    (r"GET /dispatch/v1/(aids|aid-sums)", LOOKS),
    (r"POST /dispatch/v1/(cases/\{case_id\}/mediations|mediations/.*)", "dhs"),
    (r"GET /dispatch/v1/(mediations.*|mediation-counts)", LOOKS),
    (r"\w+ /dispatch/v1/my-mediations.*", "e"),
    (r"GET /dispatch/v1/(work|cases/.*)", LOOKS),
    (r"POST /dispatch/v1/cases/\{case_id\}/(assignment|reassignment)", "d"),
    (r"POST /dispatch/v1/cases/\{case_id\}/return/decision", "ds"),
    (r"GET /dispatch/v1/letters(/.*)?", "dhsl"),
    (r"POST /dispatch/v1/letters/\{letter_id\}/(acknowledgement|reply)", "h"),
    (r"POST /dispatch/v1/letters/.*", "dhsl"),
    (r"POST /dispatch/v1/letters|\w+ /dispatch/v1/letter-templates.*", NOBODY_HERE),
    (r"GET /dispatch/v1/(whistles|calls|whistle-.*)", LOOKS),
    (r"\w+ /dispatch/v1/(cases/\{case_id\}/whistles.*|calls/\{case_id\}.*)", "h"),
    (r"POST /dispatch/v1/cases/\{case_id\}/claims/\{claim\}/decision", "ds"),
    (r"GET /dispatch/v1/desk", OFFICE),
    (r"GET /dispatch/v1/waiting-requests", "dsl"),
    (r"POST /dispatch/v1/cases/\{case_id\}/calls/\{unit_code\}/cancellation", "dh"),
    (r"POST /dispatch/v1/cases/\{case_id\}/(tasks|lists/\{list_code\}|tasks/\{unit_code\}/cancellation)", "dh"),
    (
        r"POST /dispatch/v1/cases/\{case_id\}/(tasks/\{unit_code\}/)?"
        r"(signature|progress|result|return|delegation|delegation/recall|raising|responsible)",
        "h",
    ),
    (r"GET /followup/v1/callbacks.*", "csa"),
    (r"POST /followup/v1/callbacks/\{callback_id\}/attempts", "c"),
    (r"POST /followup/v1/callbacks/\{callback_id\}/review", "s"),
    (r"GET /followup/v1/cases/.*", WORKS),
    (r"POST /followup/v1/cases/\{case_id\}/merit", "ds"),
    (r"POST /followup/v1/cases/\{case_id\}/petition", "ods"),
    (r"POST /followup/v1/cases/\{case_id\}/timer-retry", "m"),
    (r"GET /followup/v1/(exclusions|supervisions).*", "hsla"),
    (r"POST /followup/v1/exclusions", "h"),
    (r"POST /followup/v1/exclusions/.*", "sl"),
    (r"POST /followup/v1/supervisions", "s"),
    (r"POST /followup/v1/supervisions/.*", "h"),
    (r"GET /followup/v1/timers", LOOKS),
    (r"GET /analytics/(v1/publications|v1/visits/mine|county)", OFFICE),
    (r"GET /analytics/(v1|county)/.*", "sla"),
)
"""Which roles may ask an operation at all. The first line that an operation matches is its own."""

BY_OTHER_PROOF = re.compile(
    r"\w+ /dispatch/v1/accounts/(jwks\.json|sign-in(/.*)?|token|sign-out)"
    r"|\w+ /followup/withdrawal/\{link\}"
    r"|POST /intake/v1/webhooks/\{source\}|GET /intake/v1/downloads/\{link\}|GET /(intake/visits|dispatch/units)(/.*)?"
)
"""Where a token opens nothing: a password, a signature or a link does, or there is nothing to be opened."""
PUBLIC = re.compile(r".*/jwks\.json|GET /(intake/visits|dispatch/units)(/.*)?")
"""What everybody may have: public keys, and the pages of visits and of units before anybody signs in."""

FIGURES_OF_NOW = re.compile(r"GET /analytics/(v1/(cases|figures|visits/(?!mine)).*|county/.*)")
"""Figures of now: for the place or a town of it, nobody below."""
ONES_OWN_FIGURE = "GET /analytics/v1/visits/mine"
"""What counts for oneself by one's own staff record: of no account that is nobody's."""
WHOLE_PLACE = re.compile(r"\w+ /\w+/ops/.*|POST /dispatch/v1/directory/packs")
"""What concerns every case of the place, so that whoever stands for a part of it may not."""
JUDGES = re.compile(r"POST /followup/v1/(callbacks/.*|cases/\{case_id\}/(petition|merit)|exclusions/.*|objections/.*)")
"""What nobody says of his own work: who had a hand in the case, nor anybody of a unit that had it."""
UNITS_JUDGE_NOT = re.compile(
    r"POST /(dispatch/v1/cases/\{case_id\}/(return|extension|suspension|termination|staged-answer)/decision"
    r"|intake/v1/cases/\{case_id\}/repeats)"
)
"""What nobody says of the own unit's work: whether it may give the case back, and whether it was settled."""
RULED_FOR = "D-WATER"
"""Whom the ruling that is asked for names: nobody rules for the own unit."""
OFFICES = (None, "H-12345", "S-GOV")
"""The hotline and the supervisors, who alone approve that the handling of a case ends; of no unit: of all."""
OF_AN_OBJECTION = re.compile(r".*/(objections/\{objection_id|upper-orders/\{case_id)\}.*")
"""What tells when a citizen spoke, or an order came, so that the units of a confidential case do not see it."""
OF_A_PART = re.compile(r"POST /dispatch/v1/cases/\{case_id\}/tasks/\{unit_code\}/(?!cancellation).*")
"""Steps of the support unit itself, which is none of those that ask here."""
OF_A_CALL = re.compile(r"\w+ /dispatch/v1/calls/\{case_id\}.*")
"""What is of a unit that was summoned, which none is here."""
OF_NO_WHISTLE = re.compile(
    r"POST /dispatch/v1/cases/\{case_id\}/(calls/\{unit_code\}/cancellation|whistles/\{whistle\}/.*|claims/.*)"
)
"""Of a whistle that nobody sounded: to whoever may do it, it is not there, and a support unit may not."""
MAY_BE_ABSENT = re.compile(
    r".*/ops/parked/.*|.*/accounts(/\{staff_id\}.*)?|.*/staff/\{staff_id\}.*|.*attachment_id.*"
    r"|.*/(teams|rounds|plans|visits|points|occasions|devices|matches|policies|dossier-entries|letters)/\{.*|.*/((my-)?mediations|aids|my-risks)/\{.*"
    r"|POST /intake/v1/plans|\w+ /dispatch/v1/duty-rules(/\{.*)?|GET /analytics/v1/visits/coverage.*"
)
"""Where what is asked for may not be there: what does not stand still, an account or a person of another area, a file
of another unit in a confidential case; a team, a round, a plan, a visit, a point, an
occasion, a phone, a match or a policy: nobody has made one here."""


class Verdict(Enum):
    """Which statuses are right."""

    NO_TOKEN = frozenset({401})
    NO_RIGHT = frozenset({403})
    NOT_THERE = frozenset({404})
    NOTHING = frozenset({400, 401, 403, 404, 415, 422, 429})
    """Refused in some way; what it says of the words alone is said to everybody."""
    TAKEN = frozenset({200, 201, 204, 409, 412, 422})
    TAKEN_OR_NOT_THERE = TAKEN | {404}
    TAKEN_OR_GONE_UP = TAKEN | {403}
    """Once nobody has decided in time, the supervisors alone do."""
    OF_ONESELF = TAKEN_OR_NOT_THERE | {401, 429}
    """The own account, where there is one: also a wrong password, and too many of them."""
    NOTHING_OF_HERE = frozenset({200, 403, 404, 422})
    """A list of another place, in which nothing of this one stands."""
    PUBLIC = frozenset({200})

    @property
    def refuses(self) -> bool:
        """Whether nothing may have come of it."""
        return not self.value & {200, 201, 204}


class NotInTheTable(Exception):
    """An operation of which nobody has said here who may ask it."""


def roles_of(operation: Operation) -> str:
    """The letters of whoever may ask it. Raises NotInTheTable."""
    for pattern, letters in MAY:
        if re.fullmatch(pattern, operation.name):
            return letters
    raise NotInTheTable(f"{operation.name}: say in MAY who may ask it")


def is_blind(who: Principal, kind: Kind) -> bool:
    """Whether nothing at all of cases of this kind is for them, whatever their role."""
    if who.role is None or who.standing is Standing.ENDED or not VILLAGE.startswith(_inside(who.area)):
        return True
    if kind is Kind.ABOUT_A_UNIT:
        return who.unit in (ACCUSED, BELOW_THE_ACCUSED, VILLAGE_UNIT, "D-CIVIL")
    return kind is Kind.ABOUT_A_PERSON and who.standing is Standing.COMPLAINED_ABOUT


def expected(who: Principal, operation: Operation, known: Known | None) -> Verdict:
    """What may come of it; ``known`` is the case that the operation names, if it names one."""
    if BY_OTHER_PROOF.fullmatch(operation.name):
        return Verdict.PUBLIC if PUBLIC.fullmatch(operation.name) else Verdict.NOTHING
    if who.role is None:
        return Verdict.NO_TOKEN
    if not _has_the_right(who, roles_of(operation), operation):
        return Verdict.NO_RIGHT
    return _about_no_case(who, operation) if known is None else _about_a_case(who, operation, known)


def _about_no_case(who: Principal, operation: Operation) -> Verdict:
    if WHOLE_PLACE.fullmatch(operation.name) and who.area != COUNTY:
        return Verdict.NO_RIGHT
    if operation.name == "POST /dispatch/v1/staff/{staff_id}/contact" and who.area != COUNTY:
        return Verdict.NO_RIGHT  # Somebody of the hotline of the whole county.
    if "/accounts/me" in operation.path:
        return Verdict.OF_ONESELF
    if not VILLAGE.startswith(_inside(who.area)):
        return _elsewhere(who, operation)
    return Verdict.TAKEN_OR_NOT_THERE if MAY_BE_ABSENT.fullmatch(operation.name) else Verdict.TAKEN


def _elsewhere(who: Principal, operation: Operation) -> Verdict:
    """Of another place, or of another part of this one: a list has nothing of the case's area, a batch only faults."""
    if operation.method == "GET" or operation.name.endswith(("/cases/batch", "/households/export")):
        return Verdict.NOTHING_OF_HERE
    if operation.name == "POST /dispatch/v1/staff" and who.area.startswith("999001"):
        return Verdict.TAKEN
    return Verdict.NOTHING


def _has_the_right(who: Principal, letters: str, operation: Operation) -> bool:
    assert who.role is not None
    if who.standing is Standing.ENDED:
        return False
    if who.role is Role.HANDLER and who.unit is None:
        return False
    if operation.name == ONES_OWN_FIGURE and who.staff_id is None:
        return False
    if FIGURES_OF_NOW.fullmatch(operation.name) and len(_inside(who.area)) > len("999001101"):
        return False
    return LETTERS[who.role] in letters


def _about_a_case(who: Principal, operation: Operation, known: Known) -> Verdict:
    if OF_NO_WHISTLE.fullmatch(operation.name):
        return Verdict.NOTHING
    if OF_A_CALL.fullmatch(operation.name) or is_blind(who, known.kind) or not _reaches(who, operation, known):
        return Verdict.NOT_THERE
    if FIGURES_OF_NOW.fullmatch(operation.name) and who.area != COUNTY and known.kind is not Kind.ORDINARY:
        return Verdict.NOT_THERE  # No row below the place shows it.
    if OF_AN_OBJECTION.fullmatch(operation.name) and known.confidential and who.unit in known.units:
        return Verdict.NOT_THERE
    if operation.method == "POST" and _may_not_do_it_here(who, operation, known):
        return Verdict.NO_RIGHT
    return _where_it_may(who, operation)


def _where_it_may(who: Principal, operation: Operation) -> Verdict:
    if operation.name.endswith("/termination/decision") and who.role is not Role.SUPERVISOR:
        return Verdict.TAKEN_OR_GONE_UP
    return Verdict.TAKEN_OR_NOT_THERE if MAY_BE_ABSENT.fullmatch(operation.name) else Verdict.TAKEN


def _may_not_do_it_here(who: Principal, operation: Operation, known: Known) -> bool:
    """What a rule about people and units keeps from somebody who sees the case."""
    of_the_unit = who.unit in known.units
    if who.role is Role.HANDLER and not of_the_unit:
        return not (
            operation.name.endswith(("/cases/{case_id}/aids", "/cases/{case_id}/risks")) and who.unit in known.supports
        )
    return (
        (JUDGES.fullmatch(operation.name) is not None and _had_it_in_hand(who, known))
        or (UNITS_JUDGE_NOT.fullmatch(operation.name) is not None and of_the_unit)
        or OF_A_PART.fullmatch(operation.name) is not None
        or (operation.name.endswith(("/tasks", "/lists/{list_code}", "/mediations")) and who.unit in known.supports)
        or (operation.name.endswith("/whistles") and (who.unit != known.lead or known.lead.startswith("V-")))
        or (operation.name.endswith("/raising") and who.unit == known.lead)
        or (operation.name.endswith("/termination/decision") and who.unit not in OFFICES)
        or (operation.name.endswith("/arbitration/ruling") and who.unit == RULED_FOR)
        or (operation.name.endswith("/suspension/lifting") and who.unit in known.supports - known.units)
        or (operation.name.endswith("/reveal") and known.confidential and of_the_unit)
        or ("exclusion" in operation.name and who.role is Role.LEADER and who.unit not in _above(known))
    )


def _reaches(who: Principal, operation: Operation, known: Known) -> bool:
    """A handler reaches what its unit has in hand, an outside system what it sent: none of these."""
    if who.role is Role.INTEGRATOR:
        return False
    if who.role is not Role.HANDLER:
        return True
    if "{supervision_id}" in operation.path:
        return who.unit == known.ordered
    if operation.path.startswith("/dispatch/"):
        return who.unit in known.units | known.supports
    return who.unit in known.units


def _had_it_in_hand(who: Principal, known: Known) -> bool:
    return who.standing is Standing.HAD_A_HAND or who.unit in known.units | known.supports


def _above(known: Known) -> Iterable[str | None]:
    """Who stands above the units that have it in hand."""
    return ("S-GOV", TOWN_UNIT) if VILLAGE_UNIT in known.units else ("S-GOV",) if "S-GOV" not in known.units else ()


def _inside(area: str) -> str:
    """The digits that every area inside it begins with."""
    return re.sub(r"(000){1,2}$", "", area) if len(area) == 12 else area
