"""Which right each route of dispatch demands: a route takes its door from here. What roles carry is the library's."""

from collections.abc import Mapping
from typing import Annotated

from libs.common.security.right import Right
from libs.common.web.door import Door, needs

ReadsWork = Annotated[Door, needs(Right.WORK_READ)]
ReadsTriage = Annotated[Door, needs(Right.TRIAGE_READ)]
Assigns = Annotated[Door, needs(Right.CASE_ASSIGN)]
Reassigns = Annotated[Door, needs(Right.CASE_REASSIGN)]
Signs = Annotated[Door, needs(Right.CASE_SIGN)]
Reports = Annotated[Door, needs(Right.PROGRESS_REPORT)]
Delegates = Annotated[Door, needs(Right.CASE_DELEGATE)]
Raises = Annotated[Door, needs(Right.CASE_RAISE)]
Whistles = Annotated[Door, needs(Right.WHISTLE_CALL)]
ReadsWhistles = Annotated[Door, needs(Right.WHISTLE_READ)]
AnswersCall = Annotated[Door, needs(Right.CALL_ANSWER)]
DecidesClaim = Annotated[Door, needs(Right.CALL_CLAIM_DECIDE)]
WritesLetters = Annotated[Door, needs(Right.LETTER_WRITE)]
ReadsLetters = Annotated[Door, needs(Right.LETTER_READ)]
AnswersLetters = Annotated[Door, needs(Right.LETTER_ANSWER)]
GivesMediations = Annotated[Door, needs(Right.MEDIATION_GIVE)]
ReadsMediations = Annotated[Door, needs(Right.MEDIATION_READ)]
FollowsMediations = Annotated[Door, needs(Right.MEDIATION_FOLLOW_UP)]
Mediates = Annotated[Door, needs(Right.MEDIATION_HOLD)]
KeepsAid = Annotated[Door, needs(Right.AID_KEEP)]
ReadsAid = Annotated[Door, needs(Right.AID_READ)]
DecidesAid = Annotated[Door, needs(Right.AID_DECIDE)]
ReportsRisks = Annotated[Door, needs(Right.RISK_REPORT)]
ReadsRisks = Annotated[Door, needs(Right.RISK_READ)]
AcknowledgesRisks = Annotated[Door, needs(Right.RISK_ACKNOWLEDGE)]
FillsList = Annotated[Door, needs(Right.LIST_FILL)]
GivesTask = Annotated[Door, needs(Right.TASK_GIVE)]
CancelsTask = Annotated[Door, needs(Right.TASK_CANCEL)]
HandsIn = Annotated[Door, needs(Right.RESULT_SUBMIT)]
AsksReturn = Annotated[Door, needs(Right.RETURN_REQUEST)]
DecidesReturn = Annotated[Door, needs(Right.RETURN_DECIDE)]
AsksNonacceptance = Annotated[Door, needs(Right.NONACCEPTANCE_REQUEST)]
DecidesNonacceptance = Annotated[Door, needs(Right.NONACCEPTANCE_DECIDE)]
MakesRequest = Annotated[Door, needs(Right.REQUEST_MAKE)]
DecidesRequest = Annotated[Door, needs(Right.REQUEST_DECIDE)]
ConvenesArbitration = Annotated[Door, needs(Right.ARBITRATION_CONVENE)]
RulesOnDispute = Annotated[Door, needs(Right.ARBITRATION_RULE)]
ProposesRule = Annotated[Door, needs(Right.DUTY_RULE_PROPOSE)]
DecidesRule = Annotated[Door, needs(Right.DUTY_RULE_DECIDE)]
DECIDES_RAISED = Right.RAISED_REQUEST_DECIDE
"""Asked beside the right to decide, of what went up."""
LiftsSuspension = Annotated[Door, needs(Right.SUSPENSION_LIFT)]
ReadsDirectory = Annotated[Door, needs(Right.DIRECTORY_READ)]
ReadsStaff = Annotated[Door, needs(Right.STAFF_READ)]
ManagesStaff = Annotated[Door, needs(Right.STAFF_MANAGE)]
LooksAtContacts = Annotated[Door, needs(Right.STAFF_CONTACT)]
ListsLooks = Annotated[Door, needs(Right.STAFF_LOOKS_LIST)]
PUBLISH_PACKS = Right.DIRECTORY_PUBLISH
"""Asked once more where the pack is known: of whoever loads it, over the whole place."""
PublishesPacks = Annotated[Door, needs(PUBLISH_PACKS)]
KeepsOwnAccount = Annotated[Door, needs(Right.ACCOUNT_OWN)]
ReadsAccounts = Annotated[Door, needs(Right.ACCOUNT_READ)]
ManagesAccounts = Annotated[Door, needs(Right.ACCOUNT_MANAGE)]

STEP_RIGHTS: Mapping[str, Right] = {
    "assign": Right.CASE_ASSIGN,
    "reassign": Right.CASE_REASSIGN,
    "sign": Right.CASE_SIGN,
    "report": Right.PROGRESS_REPORT,
    "hand_in": Right.RESULT_SUBMIT,
    "delegate": Right.CASE_DELEGATE,
    "recall": Right.CASE_DELEGATE,
    "raise": Right.CASE_RAISE,
    "whistle": Right.WHISTLE_CALL,
    "call_cancel": Right.TASK_CANCEL,
    "mediation_give": Right.MEDIATION_GIVE,
    "fill_list": Right.LIST_FILL,
    "support_give": Right.TASK_GIVE,
    "support_sign": Right.CASE_SIGN,
    "support_report": Right.PROGRESS_REPORT,
    "support_done": Right.RESULT_SUBMIT,
    "support_cancel": Right.TASK_CANCEL,
    "ask_return": Right.RETURN_REQUEST,
    "hand_on": Right.RETURN_DECIDE,
    "take_back": Right.RETURN_DECIDE,
    "refuse_return": Right.RETURN_DECIDE,
    "ask_nonacceptance": Right.NONACCEPTANCE_REQUEST,
    "not_accept": Right.NONACCEPTANCE_DECIDE,
    "refuse_nonacceptance": Right.NONACCEPTANCE_DECIDE,
    "ask": Right.REQUEST_MAKE,
    "grant": Right.REQUEST_DECIDE,
    "terminate": Right.REQUEST_DECIDE,
    "refuse": Right.REQUEST_DECIDE,
    "lift": Right.SUSPENSION_LIFT,
}
"""What each step of a case that a person takes demands, by its word: the right of its route."""
