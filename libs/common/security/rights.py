"""What can be done (权限), and which role may do it: the one table of rights."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from libs.common.roles import Role


class Right(StrEnum):
    """One thing that can be done (权限): `service.resource.verb`."""

    CASE_REGISTER = "intake.cases.register"
    CASE_REGISTER_BATCH = "intake.cases.register_batch"
    CASE_SUPPLEMENT = "intake.cases.supplement"
    ACCUSED_NAME = "intake.cases.name_accused"
    CASE_WITHDRAW = "intake.cases.withdraw"
    CASE_OBJECT = "intake.cases.object"
    CASE_ANSWER_DIRECTLY = "intake.cases.answer_directly"
    WORDING_RELEASE = "intake.wordings.release"
    CASE_READ = "intake.cases.read"
    CASE_LIST = "intake.cases.list"
    CASE_TIMELINE = "intake.cases.timeline"
    REPEAT_NAME = "intake.cases.name_repeat"
    REQUESTER_REVEAL = "intake.requesters.reveal"
    REVEAL_LIST = "intake.reveals.list"
    ATTACHMENT_ADD = "intake.attachments.add"
    ATTACHMENT_READ = "intake.attachments.read"
    ATTACHMENT_DELETE = "intake.attachments.delete"

    HOUSEHOLD_READ = "intake.households.read"
    HOUSEHOLD_KEEP = "intake.households.keep"
    HOUSEHOLD_IMPORT = "intake.households.import"
    HOUSEHOLD_EXPORT = "intake.households.export"
    HOUSEHOLD_REVEAL = "intake.households.reveal"
    HOUSEHOLD_CONFIRM = "intake.households.confirm"
    HOUSEHOLD_LOOKS_LIST = "intake.household_looks.list"
    CONTACT_READ = "intake.contacts.read"
    CONTACT_ASSIGN = "intake.contacts.assign"
    NOTE_WRITE = "intake.household_notes.write"
    NOTE_REVEAL = "intake.household_notes.reveal"
    MATCH_KEEP = "intake.household_matches.keep"
    POLICY_ANSWER = "intake.household_policies.answer"
    TEAM_READ = "intake.teams.read"
    TEAM_KEEP = "intake.teams.keep"
    ATTENDANCE_KEEP = "intake.attendance.keep"
    POINT_KEEP = "intake.points.keep"
    ROUND_READ = "intake.rounds.read"
    ROUND_KEEP = "intake.rounds.keep"
    VISIT_RECORD = "intake.visits.record"
    VISIT_READ = "intake.visits.read"
    VISIT_CORRECT = "intake.visits.correct"
    VISIT_VOID = "intake.visits.void"
    DEVICE_SYNC = "intake.devices.sync"
    DEVICE_REPORT = "intake.devices.report"
    DEVICE_OVERSEE = "intake.devices.oversee"

    WORK_READ = "dispatch.work.read"
    TRIAGE_READ = "dispatch.triage.read"
    CASE_ASSIGN = "dispatch.cases.assign"
    CASE_SIGN = "dispatch.cases.sign"
    PROGRESS_REPORT = "dispatch.progress.report"
    CASE_DELEGATE = "dispatch.cases.delegate"
    CASE_RAISE = "dispatch.cases.raise"
    RESULT_SUBMIT = "dispatch.results.submit"
    WHISTLE_CALL = "dispatch.whistles.call"
    WHISTLE_READ = "dispatch.whistles.read"
    CALL_ANSWER = "dispatch.calls.answer"
    CALL_CLAIM_DECIDE = "dispatch.call_claims.decide"
    LETTER_WRITE = "dispatch.letters.write"
    LETTER_READ = "dispatch.letters.read"
    LETTER_ANSWER = "dispatch.letters.answer"
    MEDIATION_GIVE = "dispatch.mediations.give"
    MEDIATION_READ = "dispatch.mediations.read"
    MEDIATION_FOLLOW_UP = "dispatch.mediations.follow_up"
    MEDIATION_HOLD = "dispatch.mediations.hold"
    AID_KEEP = "dispatch.aids.keep"
    AID_READ = "dispatch.aids.read"
    AID_DECIDE = "dispatch.aids.decide"
    RISK_REPORT = "dispatch.risks.report"
    RISK_READ = "dispatch.risks.read"
    RISK_ACKNOWLEDGE = "dispatch.risks.acknowledge"
    LIST_FILL = "dispatch.lists.fill"
    TASK_GIVE = "dispatch.tasks.give"
    TASK_CANCEL = "dispatch.tasks.cancel"
    RETURN_REQUEST = "dispatch.returns.request"
    RETURN_DECIDE = "dispatch.returns.decide"
    NONACCEPTANCE_REQUEST = "dispatch.nonacceptances.request"
    NONACCEPTANCE_DECIDE = "dispatch.nonacceptances.decide"
    REQUEST_MAKE = "dispatch.requests.make"
    REQUEST_DECIDE = "dispatch.requests.decide"
    RAISED_REQUEST_DECIDE = "dispatch.raised_requests.decide"
    ARBITRATION_CONVENE = "dispatch.arbitrations.convene"
    ARBITRATION_RULE = "dispatch.arbitrations.rule"
    DUTY_RULE_PROPOSE = "dispatch.duty_rules.propose"
    DUTY_RULE_DECIDE = "dispatch.duty_rules.decide"
    SUSPENSION_LIFT = "dispatch.suspensions.lift"
    CASE_REASSIGN = "dispatch.cases.reassign"
    DIRECTORY_READ = "dispatch.directory.read"
    DIRECTORY_PUBLISH = "dispatch.directory.publish"
    ACCOUNT_READ = "dispatch.accounts.read"
    ACCOUNT_MANAGE = "dispatch.accounts.manage"
    ACCOUNT_OWN = "dispatch.accounts.own"
    STAFF_READ = "dispatch.staff.read"
    STAFF_MANAGE = "dispatch.staff.manage"
    STAFF_CONTACT = "dispatch.staff.reach"
    STAFF_LOOKS_LIST = "dispatch.staff_looks.list"

    PROMISE_READ = "followup.cases.read"
    CALLBACK_READ = "followup.callbacks.read"
    CALLBACK_RECORD = "followup.callbacks.record"
    UNREACHABLE_REVIEW = "followup.callbacks.review_unreachable"
    TIMER_READ = "followup.timers.read"
    SUPERVISION_READ = "followup.supervisions.read"
    SUPERVISION_ISSUE = "followup.supervisions.issue"
    SUPERVISION_REPLY = "followup.supervisions.reply"
    PETITION_CLASSIFY = "followup.petitions.classify"
    DEMAND_JUDGE = "followup.demands.judge"
    EXCLUSION_READ = "followup.exclusions.read"
    EXCLUSION_REQUEST = "followup.exclusions.request"
    EXCLUSION_DECIDE = "followup.exclusions.decide"
    OBJECTION_READ = "followup.objections.read"
    OBJECTION_DECIDE = "followup.objections.decide"
    UPPER_ORDER_READ = "followup.upper_orders.read"
    UPPER_REPLY_WRITE = "followup.upper_orders.write_reply"
    UPPER_REPLY_DECIDE = "followup.upper_orders.decide_reply"
    UPPER_REPLY_SEND = "followup.upper_orders.send_reply"

    FIGURE_READ = "analytics.figures.read"
    FIGURE_CASES = "analytics.figures.cases"
    VISIT_FIGURE_OWN = "analytics.visits.own"
    PUBLISHED_READ = "analytics.publications.read"
    COUNTY_PAGE = "analytics.county_page.read"

    PARKED_READ = "ops.parked.read"
    PARKED_MANAGE = "ops.parked.manage"
    EVENTS_RESEND = "ops.events.resend"
    CLOCK_ADVANCE = "ops.clock.advance"


_LOOK_AT_CASES = frozenset(
    {Right.CASE_READ, Right.CASE_LIST, Right.CASE_TIMELINE, Right.ATTACHMENT_READ, Right.PROMISE_READ}
)
_WRITE_LETTERS = frozenset({Right.LETTER_WRITE, Right.LETTER_READ})
_SEE_TO_MEDIATIONS = frozenset({Right.MEDIATION_GIVE, Right.MEDIATION_READ, Right.MEDIATION_FOLLOW_UP})
_SEE_TO_AID = frozenset({Right.AID_KEEP, Right.AID_READ, Right.AID_DECIDE})
_SEE_TO_RISKS = frozenset({Right.RISK_REPORT, Right.RISK_READ})
_LOOK_AT_FIGURES = frozenset({Right.FIGURE_READ, Right.FIGURE_CASES})
_LOOK_AT_WORK = frozenset({Right.WORK_READ, Right.TRIAGE_READ})
_LOOK_AT_PROMISES = frozenset({Right.CALLBACK_READ, Right.TIMER_READ, Right.SUPERVISION_READ})
_JUDGE_CASES = frozenset({Right.REPEAT_NAME, Right.PETITION_CLASSIFY, Right.DEMAND_JUDGE})
_LOOK_AT_HOUSEHOLDS = frozenset({Right.HOUSEHOLD_READ, Right.CONTACT_READ, Right.TEAM_READ})
_KEEP_TEAMS = frozenset({Right.TEAM_KEEP, Right.ATTENDANCE_KEEP, Right.POINT_KEEP})
_KEEP_HOUSEHOLDS = _LOOK_AT_HOUSEHOLDS | {
    Right.HOUSEHOLD_KEEP,
    Right.HOUSEHOLD_REVEAL,
    Right.NOTE_WRITE,
    Right.NOTE_REVEAL,
    Right.MATCH_KEEP,
    Right.POLICY_ANSWER,
}
_LOOK_AT_VISITS = frozenset({Right.ROUND_READ, Right.VISIT_READ})
_MAKE_VISITS = _LOOK_AT_VISITS | {Right.VISIT_RECORD, Right.VISIT_CORRECT, Right.DEVICE_SYNC, Right.DEVICE_REPORT}
_OVERSEE_VISITS = (
    _LOOK_AT_VISITS
    | {Right.ROUND_KEEP, Right.VISIT_CORRECT, Right.VISIT_VOID}
    | {Right.DEVICE_OVERSEE, Right.DEVICE_REPORT}
)
_ALL_STAFF = frozenset({Right.PUBLISHED_READ, Right.COUNTY_PAGE})
_OF_THE_OFFICE = _ALL_STAFF | {Right.STAFF_READ, Right.ACCOUNT_OWN, Right.VISIT_FIGURE_OWN}

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.OPERATOR: _OF_THE_OFFICE
        | _LOOK_AT_CASES
        | {
            Right.CASE_REGISTER,
            Right.CASE_SUPPLEMENT,
            Right.ACCUSED_NAME,
            Right.CASE_WITHDRAW,
            Right.CASE_OBJECT,
            Right.CASE_ANSWER_DIRECTLY,
            Right.WORDING_RELEASE,
            Right.REPEAT_NAME,
            Right.PETITION_CLASSIFY,
            Right.REQUESTER_REVEAL,
            Right.ATTACHMENT_ADD,
            Right.ATTACHMENT_DELETE,
            Right.NONACCEPTANCE_REQUEST,
            Right.DIRECTORY_READ,
        }
        | _KEEP_HOUSEHOLDS
        | _KEEP_TEAMS
        | _MAKE_VISITS
        | _OVERSEE_VISITS
        | {Right.HOUSEHOLD_IMPORT, Right.HOUSEHOLD_EXPORT, Right.HOUSEHOLD_CONFIRM, Right.CONTACT_ASSIGN},
        Role.VISITOR: _OF_THE_OFFICE
        | _LOOK_AT_CASES
        | _KEEP_HOUSEHOLDS
        | _MAKE_VISITS
        | {
            Right.CASE_REGISTER,
            Right.CASE_REGISTER_BATCH,
            Right.CASE_SUPPLEMENT,
            Right.CASE_ANSWER_DIRECTLY,
            Right.ATTACHMENT_ADD,
        },
        Role.DISPATCHER: _OF_THE_OFFICE
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | _JUDGE_CASES
        | _WRITE_LETTERS
        | _SEE_TO_MEDIATIONS
        | _SEE_TO_AID
        | _SEE_TO_RISKS
        | {
            Right.ACCUSED_NAME,
            Right.CASE_ASSIGN,
            Right.CASE_REASSIGN,
            Right.RETURN_DECIDE,
            Right.NONACCEPTANCE_REQUEST,
            Right.NONACCEPTANCE_DECIDE,
            Right.REQUEST_DECIDE,
            Right.ARBITRATION_CONVENE,
            Right.DUTY_RULE_PROPOSE,
            Right.SUSPENSION_LIFT,
            Right.WHISTLE_READ,
            Right.CALL_CLAIM_DECIDE,
            Right.LIST_FILL,
            Right.TASK_GIVE,
            Right.TASK_CANCEL,
            Right.DIRECTORY_READ,
            Right.STAFF_CONTACT,
            Right.TIMER_READ,
            Right.UPPER_ORDER_READ,
            Right.UPPER_REPLY_WRITE,
            Right.UPPER_REPLY_SEND,
        },
        Role.HANDLER: _OF_THE_OFFICE
        | _LOOK_AT_CASES
        | _WRITE_LETTERS
        | _SEE_TO_MEDIATIONS
        | _SEE_TO_AID
        | _SEE_TO_RISKS
        | {
            Right.REQUESTER_REVEAL,
            Right.ATTACHMENT_ADD,
            Right.WORK_READ,
            Right.CASE_SIGN,
            Right.PROGRESS_REPORT,
            Right.CASE_DELEGATE,
            Right.CASE_RAISE,
            Right.RESULT_SUBMIT,
            Right.WHISTLE_CALL,
            Right.WHISTLE_READ,
            Right.CALL_ANSWER,
            Right.LETTER_ANSWER,
            Right.LIST_FILL,
            Right.TASK_GIVE,
            Right.TASK_CANCEL,
            Right.RETURN_REQUEST,
            Right.REQUEST_MAKE,
            Right.SUSPENSION_LIFT,
            Right.DIRECTORY_READ,
            Right.TIMER_READ,
            Right.SUPERVISION_READ,
            Right.SUPERVISION_REPLY,
            Right.EXCLUSION_READ,
            Right.EXCLUSION_REQUEST,
            Right.UPPER_ORDER_READ,
            Right.UPPER_REPLY_WRITE,
        },
        Role.CALLER: _OF_THE_OFFICE
        | _LOOK_AT_CASES
        | {Right.REQUESTER_REVEAL, Right.ATTACHMENT_ADD, Right.CALLBACK_READ, Right.CALLBACK_RECORD},
        Role.SUPERVISOR: _OF_THE_OFFICE
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | _LOOK_AT_PROMISES
        | _LOOK_AT_FIGURES
        | _JUDGE_CASES
        | _WRITE_LETTERS
        | _SEE_TO_MEDIATIONS
        | {Right.AID_READ, Right.AID_DECIDE}
        | _SEE_TO_RISKS
        | _LOOK_AT_HOUSEHOLDS
        | _KEEP_TEAMS
        | _OVERSEE_VISITS
        | {Right.HOUSEHOLD_EXPORT, Right.HOUSEHOLD_CONFIRM, Right.CONTACT_ASSIGN}
        | {Right.EXCLUSION_READ, Right.EXCLUSION_DECIDE, Right.OBJECTION_READ, Right.OBJECTION_DECIDE}
        | {Right.UPPER_ORDER_READ, Right.UPPER_REPLY_DECIDE, Right.UPPER_REPLY_SEND}
        | {
            Right.ATTACHMENT_DELETE,
            Right.UNREACHABLE_REVIEW,
            Right.RETURN_DECIDE,
            Right.NONACCEPTANCE_DECIDE,
            Right.REQUEST_DECIDE,
            Right.RAISED_REQUEST_DECIDE,
            Right.ARBITRATION_CONVENE,
            Right.ARBITRATION_RULE,
            Right.WHISTLE_READ,
            Right.CALL_CLAIM_DECIDE,
            Right.DUTY_RULE_PROPOSE,
            Right.DUTY_RULE_DECIDE,
            Right.SUSPENSION_LIFT,
            Right.SUPERVISION_ISSUE,
            Right.DIRECTORY_READ,
            Right.STAFF_CONTACT,
        },
        Role.LEADER: _OF_THE_OFFICE
        | _LOOK_AT_FIGURES
        | _WRITE_LETTERS
        | {Right.RISK_ACKNOWLEDGE, Right.DIRECTORY_READ}
        | {Right.SUPERVISION_READ, Right.EXCLUSION_READ, Right.EXCLUSION_DECIDE, Right.ROUND_READ, Right.TEAM_READ}
        | {
            Right.OBJECTION_READ,
            Right.OBJECTION_DECIDE,
            Right.REQUEST_DECIDE,
            Right.UPPER_ORDER_READ,
            Right.UPPER_REPLY_DECIDE,
        },
        Role.MEDIATOR: _OF_THE_OFFICE | {Right.MEDIATION_HOLD, Right.DIRECTORY_READ},
        Role.INTEGRATOR: frozenset(
            {
                Right.CASE_REGISTER,
                Right.CASE_REGISTER_BATCH,
                Right.CASE_SUPPLEMENT,
                Right.CASE_WITHDRAW,
                Right.CASE_OBJECT,
                Right.CASE_READ,
                Right.CASE_TIMELINE,
                Right.ATTACHMENT_ADD,
                Right.ATTACHMENT_READ,
            }
        ),
        Role.AUDITOR: _OF_THE_OFFICE
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | _LOOK_AT_PROMISES
        | _LOOK_AT_FIGURES
        | {Right.DIRECTORY_READ, Right.ACCOUNT_READ, Right.EXCLUSION_READ, Right.OBJECTION_READ, Right.PARKED_READ}
        | {Right.WHISTLE_READ, Right.MEDIATION_READ, Right.AID_READ, Right.RISK_READ}
        | {Right.UPPER_ORDER_READ}
        | _LOOK_AT_HOUSEHOLDS
        | _LOOK_AT_VISITS
        | {Right.REVEAL_LIST, Right.STAFF_LOOKS_LIST, Right.HOUSEHOLD_LOOKS_LIST},
        Role.ADMIN: _OF_THE_OFFICE
        | {
            Right.HOUSEHOLD_IMPORT,
            Right.ACCOUNT_READ,
            Right.ACCOUNT_MANAGE,
            Right.DIRECTORY_READ,
            Right.DIRECTORY_PUBLISH,
            Right.STAFF_MANAGE,
            Right.STAFF_CONTACT,
            Right.PARKED_READ,
            Right.PARKED_MANAGE,
            Right.EVENTS_RESEND,
            Right.CLOCK_ADVANCE,
        },
    }
)
"""Which role carries which rights. Everything that is not written here is refused."""

UNIT_BOUND: frozenset[Role] = frozenset({Role.HANDLER})
"""Roles that see only rows of their own unit, and that carry no right at all without one."""

SOURCE_BOUND: frozenset[Role] = frozenset({Role.INTEGRATOR})
"""Roles of outside systems: they see only the cases that they sent themselves, under their own name."""

ABOUT_NO_UNIT: frozenset[Right] = frozenset({Right.DIRECTORY_READ, *_OF_THE_OFFICE})
"""Rights over what belongs to no single unit: a unit argues a return with the whole directory in hand."""
