"""The words of the county page: Chinese first, English beside it."""

from libs.common.events.terms import LABELS_ZH, Channel, Kind
from services.analytics.counters.domain import Basis
from services.analytics.facts.domain.status import Status

Words = tuple[str, str]

PAGE: dict[str, Words] = {
    "title": ("民情看板", "County board"),
    "tagline": ("事事有回音、件件有着落", "Every matter gets an answer"),
    "skip": ("跳到正文", "Skip to content"),
    "other_language": ("English", "中文"),
    "today": ("今日动态", "Today"),
    "now": ("当前在办", "Now"),
    "open": ("在办", "Open"),
    "overdue": ("超期", "Overdue"),
    "rates": ("本月指标", "Rates this month"),
    "target": ("目标", "Target"),
    "last_month": ("上月", "Last month"),
    "more_rates": ("其他指标", "More rates"),
    "rate": ("指标", "Rate"),
    "value": ("数值", "Value"),
    "cases_of": ("分子 / 分母", "Numerator / denominator"),
    "trend": ("近14日登记与销号", "Registered and closed, last 14 days"),
    "day": ("考核日", "Day"),
    "standing": ("各单位在办与超期", "Open and overdue by unit"),
    "unit": ("单位", "Unit"),
    "area": ("区域", "Area"),
    "speed": ("办理最慢的单位（本月）", "Slowest units this month"),
    "handled": ("办结反馈", "Results"),
    "mean_hours": ("平均用时（小时）", "Mean hours"),
    "median": ("用时中位数", "Median time"),
    "p90": ("九成不超过", "Nine tenths within"),
    "on_time": ("按时办结率", "On time"),
    "by_area": ("各区域指标（本月登记）", "Rates by area this month"),
    "micro": ("合计（微观·汇总）", "Pooled (micro)"),
    "macro": ("平均（宏观·各区域）", "Mean of areas (macro)"),
    "macro_units": ("各单位平均", "mean of units"),
    "population": ("统计口径", "Population"),
    "as_of": ("数据截至", "Figures as of"),
    "lag": ("入账延迟", "counted after"),
    "seconds": ("秒", "s"),
    "no_events": ("尚无数据", "Nothing has been counted yet"),
    "pack": ("配置包版本", "Pack version"),
    "none_open": ("没有在办件", "No open cases"),
    "none_handled": ("本月尚无办结反馈", "No results yet this month"),
    "no_data": ("“—”表示没有数据，不是零。", "“—” means no data, not zero."),
    "exactly": (
        "达标与否按精确分数判断，不按显示的数字。",
        "Whether a target is met is told by the exact fraction, not by what is printed.",
    ),
    "why": ("查看构成", "See the cases"),
    "cases": ("诉求件明细", "Cases behind the number"),
    "case": ("诉求件", "Case"),
    "case_no": ("编号", "Number"),
    "status": ("状态", "Status"),
    "category": ("类别", "Category"),
    "channel": ("渠道", "Channel"),
    "kind": ("类型", "Kind"),
    "registered_at": ("登记时间", "Registered"),
    "due_at": ("办理时限", "Due"),
    "amount": ("计入", "Adds"),
    "next": ("下一页", "Next page"),
    "back": ("返回看板", "Back to the board"),
    "empty": ("没有诉求件", "No cases"),
    "counts_in": ("计入的指标", "Rates it counts in"),
    "cells": ("计入的汇总项", "Counters it feeds"),
    "basis": ("口径", "Basis"),
    "counters": ("计数", "Counters"),
    "numerator": ("分子", "Numerator"),
    "denominator": ("分母", "Denominator"),
    "sign_in": ("进入看板", "Sign in"),
    "sign_in_how": ("请粘贴您的访问令牌。", "Paste your access token."),
    "token": ("访问令牌", "Access token"),
    "enter": ("进入", "Enter"),
    "refused": ("令牌无效或已过期。", "The token is not valid, or has expired."),
    "of_100": ("满分100", "of 100"),
    "share_overdue": ("超期占比", "Share overdue"),
}

STATUSES: dict[Status, Words] = {
    Status.REGISTERED: ("已登记", "Registered"),
    Status.TRIAGE: ("待派", "In triage"),
    Status.ASSIGNED: ("已派单", "Assigned"),
    Status.SIGNED: ("办理中", "In hand"),
    Status.HANDLED: ("待回访", "Handled"),
    Status.ANSWERED: ("已直接答复", "Answered"),
    Status.SENT_BACK: ("发回重办", "Sent back"),
    Status.CLOSED: ("已销号", "Closed"),
    Status.WITHDRAWN: ("已撤单", "Withdrawn"),
}

BASES: dict[Basis, Words] = {
    Basis.REGISTERED: ("按登记日", "by day of registration"),
    Basis.CLOSED: ("按销号日", "by day of closing"),
    Basis.HAPPENED: ("按发生日", "by day of happening"),
}


def term(word: Channel | Kind) -> Words:
    """The label of a code list's entry."""
    return LABELS_ZH[word], word.value.capitalize()
