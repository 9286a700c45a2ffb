"""Which role may do what: the one table of rights (权限)."""

from collections.abc import Mapping
from types import MappingProxyType

from libs.common.roles import Role
from libs.common.security.right import Right

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
