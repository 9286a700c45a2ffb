"""The rights that followup demands, each route's by its name. Who holds a right, the library's policy decides."""

from libs.common.security.policy import Right

READ_CASES = Right.PROMISE_READ
READ_TIMERS = Right.TIMER_READ
RETRY_TIMERS = Right.PARKED_MANAGE
READ_CALLBACKS = Right.CALLBACK_READ
RECORD_ATTEMPTS = Right.CALLBACK_RECORD
REVIEW_UNREACHABLE = Right.UNREACHABLE_REVIEW
READ_SUPERVISIONS = Right.SUPERVISION_READ
ISSUE_SUPERVISIONS = Right.SUPERVISION_ISSUE
REPLY_TO_SUPERVISIONS = Right.SUPERVISION_REPLY
