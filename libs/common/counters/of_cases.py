"""What is counted of cases: whole numbers, and times that something took."""

from libs.common.counters.declared import Declared, Trait

_RARE, _WIDE, _NOT_IN_FORMULAS = Trait.RARE, Trait.WIDE, Trait.NOT_IN_FORMULAS


class Counter(Declared):
    """One integer of every roll-up row of cases (计数项).

    A counter with a unit counts for the unit that it happened to, not for whoever leads the case now: a return counts
    for the unit that gave back, a missed limit for the unit that held the case when it passed.
    """

    REGISTERED = "registered", "登记 Registered", "the case itself, for the unit that leads it now"
    ANSWERED_DIRECTLY = "answered_directly", "直接答复 Answered directly", "a case that was", _RARE
    WITHDRAWN = "withdrawn", "撤单 Withdrawn", "taken back by the citizen; not among the closed", _RARE
    ASSIGNED = (
        "assigned",
        "派单 Assigned",
        "each time that a unit is given a case to work on: assigned, reassigned, delegated or raised",
    )
    SIGNED = "signed", "签收 Signed", "each assignment that its unit signed"
    SIGN_DUE = (
        "sign_due",
        "签收时限已定 Sign limits decided",
        "sign limits that are decided, by a signature or by being missed; running ones are not counted",
    )
    SIGNED_ON_TIME = "signed_on_time", "按时签收 Signed on time", "of the decided, signed before the limit"
    HANDLED = "handled", "办结反馈 Handled", "the first result of each round"
    HANDLE_DUE = (
        "handle_due",
        "办理时限已定 Handling limits decided",
        "handling limits that are decided, one a round; running ones are not counted",
    )
    HANDLED_ON_TIME = "handled_on_time", "按时办结 Handled on time", "of the decided, with the first result before it"
    CLOSED = "closed", "销号 Closed", "closed and not reopened, withdrawals and cases not accepted apart"
    CLOSED_SUBSTANTIVE = (
        "closed_substantive",
        "实质性办结 Closed, substantive",
        "of the closed, as the citizen confirmed",
    )
    CLOSED_UNVERIFIED = (
        "closed_unverified",
        "未核实办结 Closed, unverified",
        "of the closed, never reached; in no satisfaction rate",
        _RARE,
    )
    CLOSED_IN_ONE_ROUND = (
        "closed_in_one_round",
        "一次办结 Closed in one round",
        "of the closed, in the first round, but for those of whom nobody was asked",
    )
    CALLBACKS_DUE = "callbacks_due", "应回访 Callbacks due", "one a case that has ever been due for a callback"
    VALID_CALLBACKS = (
        "valid_callbacks",
        "有效回访 Valid callbacks",
        "one a case, its latest valid one, so the final word (最终); the next five speak of that one",
    )
    CONTACTED = "contacted", "已联系 Contacted", "the unit had spoken with the citizen"
    SOLVED = "solved", "已解决 Solved", "no longer so once the case was sent back or reopened after it"
    SATISFIED = "satisfied", "满意 Satisfied", "no longer so once the case was sent back or reopened after it"
    BASICALLY_SATISFIED = "basically_satisfied", "基本满意 Basically satisfied", "the same"
    NOT_SATISFIED = "not_satisfied", "不满意 Not satisfied", "the citizen said so; nothing else makes it", _RARE
    SENT_BACK = "sent_back", "发回重办 Sent back", "each time", _RARE
    RETURNS_REQUESTED = "returns_requested", "退单申请 Returns requested", "each time, for the unit that asked", _RARE
    RETURNS_REFUSED = "returns_refused", "退单不予通过 Returns refused", "each time, for the unit that asked", _RARE
    REMINDERS = "reminders", "催办 Reminders", "each order of this level", _RARE
    SUPERVISIONS = "supervisions", "督办 Supervisions", "each order of this level", _RARE
    TRIAGED = "triaged", "待派 Triaged", "each time no rule named a unit", _RARE, _NOT_IN_FORMULAS
    HANDLE_MINUTES = (
        "handle_minutes",
        "办理用时（分钟） Handling minutes",
        "whole minutes from the unit's assignment to its result, summed over the handled",
        _WIDE,
        _NOT_IN_FORMULAS,
    )
    SUPPORT_GIVEN = (
        "support_given",
        "协办派出 Support given",
        "each time a support unit is given a part, for that unit",
        _NOT_IN_FORMULAS,
    )
    SUPPORT_DONE = "support_done", "协办办结 Support done", "each part done, for that unit", _NOT_IN_FORMULAS
    SUPPORT_CANCELLED = (
        "support_cancelled",
        "协办撤销 Support cancelled",
        "each part that its unit was let off, for that unit",
        _NOT_IN_FORMULAS,
    )
    URGED = "urged", "催办来电 Urging calls", "each call, for the unit that led the case then"
    FIRST_CALLBACKS = (
        "first_callbacks",
        "首次有效回访 First valid callbacks",
        "one a case, its first valid one ever; the next four speak of that one, and no later round undoes it",
    )
    FIRST_SOLVED = "first_solved", "首次已解决 Solved when first asked", "the citizen said so when first asked"
    FIRST_SATISFIED = "first_satisfied", "首次满意 Satisfied when first asked", "the same"
    FIRST_BASICALLY_SATISFIED = (
        "first_basically_satisfied",
        "首次基本满意 Basically satisfied when first asked",
        "the same",
    )
    FIRST_NOT_SATISFIED = "first_not_satisfied", "首次不满意 Not satisfied when first asked", "the same", _RARE
    DELEGATED = "delegated", "下派 Delegated", "each time, for the unit that gave the work to one below it"
    RAISED = "raised", "上报 Raised", "each time, for the unit that raised it to one above"
    SOLVED_IN_GRID = "solved_in_grid", "网格办结 Solved in the grid", "of the closed as substantive, by a grid's result"
    SOLVED_IN_VILLAGE = "solved_in_village", "村级办结 Solved in the village", "of the same, by a village's"
    SOLVED_IN_TOWN = "solved_in_town", "镇级办结 Solved in the town", "of the same, by a town's or one of its offices'"
    SOLVED_IN_COUNTY = (
        "solved_in_county",
        "县级办结 Solved in the county",
        "of the same, by that of the hotline or a supervisor",
    )
    SOLVED_IN_DEPARTMENT = (
        "solved_in_department",
        "部门办结 Solved in a department",
        "of the same, by a department's",
    )
    SETTLED_AT_ONCE = (
        "settled_at_once",
        "一次化解 Settled at once",
        "closed as substantive in the first round, and not repeated within the pack's days after it",
    )
    REPEATS = "repeats", "重复诉求 Repeats", "a case that repeats an earlier one, as a person said", _RARE
    FIRST_VISITS = "first_visits", "初访 First petitions", "petitions of this kind, as last classified"
    FIRST_VISITS_SETTLED = (
        "first_visits_settled",
        "初访一次化解 First petitions settled at once",
        "of the first petitions, settled at once",
    )
    REPEAT_VISITS = "repeat_visits", "重访 Repeated petitions", "the same as of first petitions"
    BACKLOG_CASES = "backlog_cases", "信访积案 Backlog petitions", "the same", _RARE
    BACKLOG_SETTLED = (
        "backlog_settled",
        "积案化解 Backlog settled",
        "of these, closed as substantive, in whatever round",
    )
    LEADER_VISITS = "leader_visits", "领导下访 Leaders' visits", "petitions that a leader went down to take in"
    APPOINTMENTS = "appointments", "领导约访 Petitions by appointment", "petitions taken in by appointment"
    REASONABLE = "reasonable", "诉求合理 Reasonable demands", "as somebody judged who did not handle it"
    PARTLY_REASONABLE = "partly_reasonable", "诉求部分合理 Partly reasonable demands", "the same"
    UNREASONABLE = "unreasonable", "诉求不合理 Unreasonable demands", "the same", _RARE
    NOT_COUNTED = (
        "not_counted",
        "不计入考核 Not counted",
        "a case that is left out of both sides of every rate, since its latest decision",
        _RARE,
        _NOT_IN_FORMULAS,
    )
    CLOSED_UNASKED = (
        "closed_unasked",
        "未回访办结 Closed, unasked",
        "of the closed, whose citizen wanted no callback; in no satisfaction rate",
    )
    NOT_ACCEPTED = (
        "not_accepted",
        "不予受理 Not accepted",
        "ended as not accepted and not reopened; not among the closed, and so in no rate of response, resolution,"
        " satisfaction or one-go",
    )
    OBJECTIONS = "objections", "异议 Objections", "each against a closing, for the unit that led the case then"
    OBJECTIONS_GRANTED = "objections_granted", "异议成立 Objections granted", "of these, those that were granted"
    REOPENED = (
        "reopened",
        "重新办理 Reopened",
        "each time that a closing fell, for the unit that had handled it; not among what was sent back",
    )
    CLOSED_PROCEDURAL = (
        "closed_procedural",
        "程序性办结 Closed, procedural",
        "of the closed, whose handling was ended with evidence; in no satisfaction rate and not in one-go",
    )
    UPPER_ORDERS = (
        "upper_orders",
        "上级交办 Orders from above",
        "a case that came by one, for the unit that leads it now",
        _RARE,
    )
    UPPER_ORDERS_DUE = (
        "upper_orders_due",
        "上级交办到期 Orders from above decided",
        "of these, those whose deadline is decided, by the answer or by being missed, for who led the case then",
    )
    UPPER_ORDERS_ON_TIME = (
        "upper_orders_on_time",
        "上级交办按时回复 Orders from above on time",
        "of the decided, answered before the deadline that was in force",
    )
    HANDLED_LATE = (
        "handled_late",
        "逾期办结 Handled late",
        "of the decided handling limits, those that were not kept, whether there is a result by now or not",
    )
    SUPPORT_DUE = (
        "support_due",
        "协办时限已定 Support limits decided",
        "limits of support units' tasks that are decided, by being done or by being missed, for that unit",
    )
    SUPPORT_ON_TIME = "support_on_time", "按时协办 Support on time", "of the decided, done before the limit"
    SUPPORT_LATE = "support_late", "逾期协办 Support late", "of the decided, done later or not at all"
    SUPPORT_OPEN = (
        "support_open",
        "协办在办 Support open",
        "tasks that a support unit has and has not done by now, on the day on which each was given",
        _NOT_IN_FORMULAS,
    )
    WHISTLES = "whistles", "吹哨 Whistles", "each, for the street that whistled"
    CALLS = "calls", "吹哨召集 Units summoned", "each unit by each whistle, for the unit that was summoned", _RARE
    REPORTS_DUE = (
        "reports_due",
        "报到时限已定 Report-in limits decided",
        "of the summoned, those whose limit to be there is decided: the next three add up to it",
    )
    REPORTED_ON_TIME = "reported_on_time", "按时报到 Reported in on time", "of the decided, there before the limit"
    REPORTED_LATE = "reported_late", "迟到报到 Reported in late", "of the decided, there at the limit or after it"
    NEVER_REPORTED = (
        "never_reported",
        "未报到 Never reported in",
        "of the decided, not there by now, let off after the limit or not",
    )
    CALLS_DONE = "calls_done", "吹哨任务办结 Summoned units done", "of the summoned, those that did their part"
    CALLS_CANCELLED = (
        "calls_cancelled",
        "撤销召集 Summoned units let off",
        "of the summoned, those that were let off",
        _NOT_IN_FORMULAS,
    )
    CALLS_OPEN = (
        "calls_open",
        "吹哨任务在办 Summoned units at work",
        "of the summoned, neither done nor let off while the case is open, on the day of the whistle",
        _NOT_IN_FORMULAS,
    )
    CALLS_DUE = (
        "calls_due",
        "吹哨任务时限已定 Limits of summoned units decided",
        "limits of summoned units' tasks that are decided, by being done or by being missed",
    )
    CALLS_ON_TIME = "calls_on_time", "吹哨任务按时办结 Summoned units on time", "of the decided, done before the limit"
    CALLS_LATE = "calls_late", "吹哨任务逾期 Summoned units late", "of the decided, done later or not at all"
    RETURNS_GRANTED = "returns_granted", "退单同意 Returns granted", "each time, for the unit that asked"
    RETURNS_LAPSED = (
        "returns_lapsed",
        "退单申请失效 Returns lapsed",
        "asked for, and the case went on without it before anybody decided",
    )
    EXTENSIONS_REQUESTED = (
        "extensions_requested",
        "延期申请 Extensions requested",
        "each time, for the unit that asked",
        _RARE,
    )
    EXTENSIONS_GRANTED = "extensions_granted", "延期同意 Extensions granted", "the same"
    EXTENSIONS_REFUSED = "extensions_refused", "延期不予同意 Extensions refused", "the same"
    EXTENSIONS_LAPSED = (
        "extensions_lapsed",
        "延期申请失效 Extensions lapsed",
        "not decided in time, or the case went on without it",
    )
    SUSPENSIONS_REQUESTED = (
        "suspensions_requested",
        "挂账申请 Suspensions requested",
        "each time, for the unit that asked",
        _RARE,
    )
    SUSPENSIONS_GRANTED = "suspensions_granted", "挂账同意 Suspensions granted", "the same"
    SUSPENSIONS_REFUSED = "suspensions_refused", "挂账不予同意 Suspensions refused", "the same"
    SUSPENSIONS_LAPSED = "suspensions_lapsed", "挂账申请失效 Suspensions lapsed", "the same as of extensions"
    TERMINATIONS_REQUESTED = (
        "terminations_requested",
        "终止办理申请 Terminations requested",
        "each time, for the unit that asked",
        _RARE,
    )
    TERMINATIONS_GRANTED = "terminations_granted", "终止办理同意 Terminations granted", "the same"
    TERMINATIONS_REFUSED = "terminations_refused", "终止办理不予同意 Terminations refused", "the same"
    TERMINATIONS_LAPSED = "terminations_lapsed", "终止办理申请失效 Terminations lapsed", "the same as of extensions"
    STAGED_REQUESTED = (
        "staged_requested",
        "阶段性答复申请 Staged answers requested",
        "each time, for the unit that asked",
    )
    STAGED_GRANTED = "staged_granted", "阶段性答复同意 Staged answers granted", "the same"
    STAGED_REFUSED = "staged_refused", "阶段性答复不予同意 Staged answers refused", "the same"
    STAGED_LAPSED = "staged_lapsed", "阶段性答复申请失效 Staged answers lapsed", "the same as of extensions"
    NONACCEPTANCES_REQUESTED = (
        "nonacceptances_requested",
        "不予受理申请 Non-acceptances requested",
        "each time, for the unit of who asked, if any",
    )
    NONACCEPTANCES_GRANTED = "nonacceptances_granted", "不予受理同意 Non-acceptances granted", "the same"
    NONACCEPTANCES_REFUSED = "nonacceptances_refused", "不予受理不予同意 Non-acceptances refused", "the same"
    NONACCEPTANCES_LAPSED = (
        "nonacceptances_lapsed",
        "不予受理申请失效 Non-acceptances lapsed",
        "a unit got the case, or it ended, before anybody decided",
    )
    LETTERS = "letters", "函件 Letters", "each that was sent about a case, for the unit that it went to"
    LETTERS_ON_TIME = (
        "letters_on_time",
        "按时复函 Letters answered on time",
        "of these, answered, and no reply to it came after its deadline",
    )
    LETTERS_LATE = "letters_late", "逾期复函 Letters answered late", "of these, answered, but late this time or before"
    LETTERS_OPEN = (
        "letters_open",
        "待复函件 Letters open",
        "of these, neither answered nor withdrawn, or sent back, while the case is open, on the day it was sent",
        _NOT_IN_FORMULAS,
    )
    SCORES_GIVEN = "scores_given", "评分次数 Scores given", "each, for the street that gave it"
    SCORES_RECEIVED = "scores_received", "被评分次数 Scores received", "each, for the summoned unit that was scored"
    SCORE_POINTS = (
        "score_points",
        "评分得分 Points of scores",
        "the points that it has by now, an objection that was granted included, summed over the scores received",
    )
    SCORE_MOST = "score_most", "评分满分 Most points of scores", "the points that it could have had, summed likewise"


class Span(Declared):
    """A time that something took (用时), of which figures give the median and the ninth decile.

    It counts for the unit that it happened to, on the assessment day on which it ended.
    """

    TO_SIGN = "hours_to_sign", "签收用时 Time to sign", "from each assignment to its signature"
    TO_HANDLE = (
        "hours_to_handle",
        "办理用时 Time to handle",
        "from the unit's assignment to the first result of the round",
    )
    TO_CLOSE = "hours_to_close", "全程用时 Time to close", "from the registration to the closing, while that holds"


class Entry(Declared):
    """The one integer of a row of a histogram."""

    ENTRIES = "entries", "次数 Entries", "times that fell into the bucket"
