"""Words of dispatching: where a case stands, what can be done with it, and who does it; each with its Chinese label."""

from enum import StrEnum


class Status(StrEnum):
    """Where a case stands with the units (办理状态)."""

    TRIAGE = "triage"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    HANDLED = "handled"
    ANSWERED = "answered"
    NOT_ACCEPTED = "not_accepted"
    TERMINATED = "terminated"
    CLOSED = "closed"


OPEN = (Status.ASSIGNED, Status.SIGNED)
"""A unit has work to do: its list (待办)."""
DONE = (Status.HANDLED, Status.ANSWERED, Status.CLOSED)
"""No unit has work to do."""
ENDS = (Status.CLOSED,)
"""Nothing more can happen, unless it is reopened."""


class Action(StrEnum):
    """One step that a case can take (操作)."""

    ROUTE = "route"
    QUEUE = "queue"
    NOTE_ANSWER = "note_answer"
    HOLD = "hold"
    RELEASE = "release"
    ASSIGN = "assign"
    SIGN = "sign"
    REPORT = "report"
    HAND_IN = "hand_in"
    WHISTLE = "whistle"
    CALL_ACKNOWLEDGE = "call_acknowledge"
    CALL_ARRIVE = "call_arrive"
    CALL_REPORT = "call_report"
    CALL_DONE = "call_done"
    CALL_CANCEL = "call_cancel"
    CONSULT = "consult"
    WHISTLE_DONE = "whistle_done"
    SCORE = "score"
    CLAIM = "claim"
    CLAIM_GRANT = "claim_grant"
    CLAIM_REFUSE = "claim_refuse"
    FILL_LIST = "fill_list"
    LETTER_DRAFT = "letter_draft"
    LETTER_SEND = "letter_send"
    LETTER_ACKNOWLEDGE = "letter_acknowledge"
    LETTER_REPLY = "letter_reply"
    LETTER_ACCEPT = "letter_accept"
    LETTER_SEND_BACK = "letter_send_back"
    LETTER_REMIND = "letter_remind"
    LETTER_WITHDRAW = "letter_withdraw"
    LETTER_HAND_ON = "letter_hand_on"
    MEDIATION_GIVE = "mediation_give"
    MEDIATION_MEET = "mediation_meet"
    MEDIATION_AGREE = "mediation_agree"
    MEDIATION_FAIL = "mediation_fail"
    MEDIATION_KEEP = "mediation_keep"
    MEDIATION_BREAK = "mediation_break"
    MEDIATION_WITHDRAW = "mediation_withdraw"
    AID_FIND = "aid_find"
    AID_APPLY = "aid_apply"
    AID_GRANT = "aid_grant"
    AID_REFUSE = "aid_refuse"
    AID_DROP = "aid_drop"
    RISK_REPORT = "risk_report"
    RISK_ACKNOWLEDGE = "risk_acknowledge"
    SUPPORT_GIVE = "support_give"
    SUPPORT_SIGN = "support_sign"
    SUPPORT_REPORT = "support_report"
    SUPPORT_DONE = "support_done"
    SUPPORT_CANCEL = "support_cancel"
    SUPPORT_HAND_ON = "support_hand_on"
    ASK_RETURN = "ask_return"
    REFUSE_RETURN = "refuse_return"
    HAND_ON = "hand_on"
    TAKE_BACK = "take_back"
    REASSIGN = "reassign"
    ARBITRATE = "arbitrate"
    CALL_ARBITRATION = "call_arbitration"
    HEAR_UNIT = "hear_unit"
    RULE = "rule"
    RECUSE = "recuse"
    RECUSE_TO_TRIAGE = "recuse_to_triage"
    DELEGATE = "delegate"
    RECALL = "recall"
    RAISE = "raise"
    SUCCEED = "succeed"
    ASK_NONACCEPTANCE = "ask_nonacceptance"
    REFUSE_NONACCEPTANCE = "refuse_nonacceptance"
    NOT_ACCEPT = "not_accept"
    ASK = "ask"
    GRANT = "grant"
    TERMINATE = "terminate"
    REFUSE = "refuse"
    LAPSE = "lapse"
    RAISE_REQUEST = "raise_request"
    LIFT = "lift"
    SUPPLEMENT = "supplement"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    SEND_BACK_TO_TRIAGE = "send_back_to_triage"
    CLOSE = "close"
    REOPEN = "reopen"
    REOPEN_TO_TRIAGE = "reopen_to_triage"


AFTER_THE_END = (Action.REOPEN, Action.REOPEN_TO_TRIAGE)
"""By these a case that is closed goes on."""
OF_CALLS = (Action.CALL_ACKNOWLEDGE, Action.CALL_ARRIVE, Action.CALL_REPORT, Action.CALL_DONE, Action.CALL_CANCEL)
"""What becomes of a summoned unit's task, whatever became of the case: nothing but a person ends it."""
OF_WHISTLES = (
    *(Action.CONSULT, Action.WHISTLE_DONE, Action.SCORE),
    *(Action.CLAIM, Action.CLAIM_GRANT, Action.CLAIM_REFUSE),
)
"""What becomes of a whistle as a whole, and of how it and its units are appraised; whatever became of the case, too."""
BY_RECEIVER = (Action.LETTER_ACKNOWLEDGE, Action.LETTER_REPLY)
"""What the receiver of a letter does."""
OF_LETTERS = (
    *(*BY_RECEIVER, Action.LETTER_ACCEPT, Action.LETTER_SEND_BACK),
    *(Action.LETTER_REMIND, Action.LETTER_WITHDRAW, Action.LETTER_HAND_ON),
)
"""What becomes of a letter that was sent, likewise."""
OF_MEDIATIONS = (
    *(Action.MEDIATION_MEET, Action.MEDIATION_AGREE, Action.MEDIATION_FAIL),
    *(Action.MEDIATION_KEEP, Action.MEDIATION_BREAK, Action.MEDIATION_WITHDRAW),
)
"""What becomes of a mediation that was given, likewise."""
OF_AIDS = (Action.AID_APPLY, Action.AID_GRANT, Action.AID_REFUSE, Action.AID_DROP)
"""What becomes of aid that was found, likewise."""
OF_RISKS = (Action.RISK_REPORT, Action.RISK_ACKNOWLEDGE)
"""What is a risk is told at once, wherever the case stands."""


class Party(StrEnum):
    """Who may take a step. That the caller's role carries the right was asked at the door."""

    SYSTEM = "system"
    DISPATCHER = "dispatcher"
    LEAD_UNIT = "lead_unit"
    WORKING_UNIT = "working_unit"
    DELEGATOR = "delegator"
    SUPPORT_UNIT = "support_unit"
    COORDINATOR = "coordinator"
    GIVER = "giver"
    KEEPER = "keeper"
    WRITER = "writer"
    OFFICE = "office"
    RECEIVER = "receiver"
    ENTRUSTER = "entruster"
    MEDIATOR = "mediator"
    HELPER = "helper"
    REPORTER = "reporter"
    WHISTLER = "whistler"
    CALLED_UNIT = "called_unit"
    RELEASER = "releaser"
    CALLING_STREET = "calling_street"
    CLAIMANT = "claimant"
    CLAIM_JUDGE = "claim_judge"
    JUDGE = "judge"
    APPROVER = "approver"
    DECIDER = "decider"
    LIFTER = "lifter"
    CONVENER = "convener"
    ARBITER = "arbiter"


STATUS_LABELS: dict[Status, tuple[str, str]] = {
    Status.TRIAGE: ("待派", "waiting for a unit to be chosen"),
    Status.ASSIGNED: ("已派待签", "assigned, not signed yet"),
    Status.SIGNED: ("办理中", "signed, being handled"),
    Status.HANDLED: ("已办结反馈", "handled, waiting for the citizen's word"),
    Status.ANSWERED: ("已直接答复", "answered at the door, waiting for the citizen's word"),
    Status.NOT_ACCEPTED: ("不予受理，待销号", "not accepted, about to be closed"),
    Status.TERMINATED: ("终止办理，待销号", "its handling was ended, about to be closed"),
    Status.CLOSED: ("已销号", "closed"),
}
"""Chinese and English."""

ACTION_LABELS: dict[Action, tuple[str, str]] = {
    Action.ROUTE: ("自动派单", "routed by rule"),
    Action.QUEUE: ("转人工派单", "queued for a dispatcher"),
    Action.NOTE_ANSWER: ("登记即答复", "answered at registration"),
    Action.HOLD: ("待审定转办文本", "waits for a person's wording"),
    Action.RELEASE: ("转办文本已审定", "its wording was released"),
    Action.ASSIGN: ("人工派单", "assign"),
    Action.SIGN: ("签收", "sign"),
    Action.REPORT: ("报告进展", "report progress"),
    Action.HAND_IN: ("办结反馈", "hand in the result"),
    Action.WHISTLE: ("吹哨", "summon units"),
    Action.CALL_ACKNOWLEDGE: ("接哨", "a summoned unit is on its way"),
    Action.CALL_ARRIVE: ("报到", "a summoned unit is there"),
    Action.CALL_REPORT: ("到场进展", "report progress of a summoned unit"),
    Action.CALL_DONE: ("吹哨任务办结", "a summoned unit's part is done"),
    Action.CALL_CANCEL: ("撤销召集", "let a summoned unit off"),
    Action.CONSULT: ("会商", "a joint consultation of summoned units"),
    Action.WHISTLE_DONE: ("吹哨事项办结", "mark a whistle as done"),
    Action.SCORE: ("评分", "score a summoned unit"),
    Action.CLAIM: ("被召集单位申请", "a summoned unit gives its task back, objects to its score or to the whistle"),
    Action.CLAIM_GRANT: ("同意被召集单位申请", "grant what a summoned unit claims"),
    Action.CLAIM_REFUSE: ("不予同意被召集单位申请", "refuse what a summoned unit claims"),
    Action.FILL_LIST: ("填报清单", "fill one of its lists"),
    Action.LETTER_DRAFT: ("函件拟稿", "draft a letter about it"),
    Action.LETTER_SEND: ("签发函件", "sign a letter off and send it"),
    Action.LETTER_ACKNOWLEDGE: ("签收函件", "the receiver of a letter has it"),
    Action.LETTER_REPLY: ("复函", "reply to a letter"),
    Action.LETTER_ACCEPT: ("复函认可", "accept the reply to a letter"),
    Action.LETTER_SEND_BACK: ("复函退回", "send the reply to a letter back"),
    Action.LETTER_REMIND: ("催复", "remind the receiver of a letter"),
    Action.LETTER_WITHDRAW: ("撤回函件", "withdraw a letter"),
    Action.LETTER_HAND_ON: ("收函单位承接", "a letter goes along to the successor of its receiver"),
    Action.MEDIATION_GIVE: ("委托调解", "give it to somebody to mediate"),
    Action.MEDIATION_MEET: ("调解会", "hold a session of a mediation"),
    Action.MEDIATION_AGREE: ("达成调解协议", "the parties of a mediation agree"),
    Action.MEDIATION_FAIL: ("调解不成", "the parties of a mediation do not agree"),
    Action.MEDIATION_KEEP: ("协议已履行", "the agreement of a mediation is kept"),
    Action.MEDIATION_BREAK: ("协议未履行", "the agreement of a mediation is not kept"),
    Action.MEDIATION_WITHDRAW: ("终止调解", "end a mediation"),
    Action.AID_FIND: ("发现救助对象", "find that somebody may be owed aid"),
    Action.AID_APPLY: ("申请救助", "apply for aid"),
    Action.AID_GRANT: ("批准救助", "grant aid"),
    Action.AID_REFUSE: ("不予批准救助", "refuse aid"),
    Action.AID_DROP: ("不再办理救助", "drop aid"),
    Action.RISK_REPORT: ("风险上报", "report a risk to the leaders on duty"),
    Action.RISK_ACKNOWLEDGE: ("风险签收", "a leader on duty has a risk"),
    Action.SUPPORT_GIVE: ("增派协办", "give one more unit a part"),
    Action.SUPPORT_SIGN: ("协办签收", "sign a support unit's part"),
    Action.SUPPORT_REPORT: ("协办进展", "report progress of a support unit"),
    Action.SUPPORT_DONE: ("协办办结", "a support unit's part is done"),
    Action.SUPPORT_CANCEL: ("撤销协办", "let a support unit off its part"),
    Action.SUPPORT_HAND_ON: ("协办移交", "give a support unit's part to the one that it was merged into"),
    Action.ASK_RETURN: ("申请退单", "ask to return it"),
    Action.REFUSE_RETURN: ("退单不予同意", "refuse the return"),
    Action.HAND_ON: ("同意退单并改派", "approve the return, to another unit"),
    Action.TAKE_BACK: ("同意退单待派", "approve the return, back to triage"),
    Action.REASSIGN: ("改派", "reassign"),
    Action.ARBITRATE: ("自动提请裁定", "it goes up for arbitration"),
    Action.CALL_ARBITRATION: ("提请裁定", "call for arbitration"),
    Action.HEAR_UNIT: ("听取意见", "note what a unit in dispute says"),
    Action.RULE: ("裁定", "rule who leads"),
    Action.RECUSE: ("回避改派", "taken from a unit that is complained about"),
    Action.RECUSE_TO_TRIAGE: ("回避转人工派单", "taken from a unit that is complained about, for a dispatcher"),
    Action.DELEGATE: ("下派", "delegate it to a unit below"),
    Action.RECALL: ("收回下派", "take back what was delegated"),
    Action.RAISE: ("上报", "raise it to a unit above"),
    Action.SUCCEED: ("撤并承接", "the successor of a unit that it was delegated to"),
    Action.ASK_NONACCEPTANCE: ("申请不予受理", "ask that it be not accepted"),
    Action.REFUSE_NONACCEPTANCE: ("不予受理申请不予同意", "refuse that it be not accepted"),
    Action.NOT_ACCEPT: ("同意不予受理", "approve that it is not accepted"),
    Action.ASK: ("提出申请", "ask for more time or a suspension"),
    Action.GRANT: ("同意申请", "grant what the unit asked for"),
    Action.TERMINATE: ("同意终止办理", "approve that its handling ends"),
    Action.REFUSE: ("不予同意申请", "refuse what the unit asked for"),
    Action.LAPSE: ("申请失效", "what the unit asked for lapsed"),
    Action.RAISE_REQUEST: ("逾期未审，提级审核", "what was asked for was not decided in time, and goes up"),
    Action.LIFT: ("提前恢复办理", "lift the suspension"),
    Action.SUPPLEMENT: ("补充诉求", "the citizen added something"),
    Action.ANSWER: ("直接答复", "answered at the door"),
    Action.WITHDRAW: ("撤单", "withdrawn by the citizen"),
    Action.SEND_BACK: ("发回重办", "sent back to the same unit"),
    Action.SEND_BACK_TO_TRIAGE: ("发回待派", "sent back, a unit to be chosen"),
    Action.CLOSE: ("销号", "closed"),
    Action.REOPEN: ("异议成立，重新办理", "reopened, to the same unit"),
    Action.REOPEN_TO_TRIAGE: ("异议成立，重新待派", "reopened, a unit to be chosen"),
}
"""Chinese and English."""
