"""Where in a fact each kind of atom is kept."""

from typing import Any

from services.analytics.facts.domain import atoms, lettered, objected, ordered, requested, summoned

PLACES: dict[type[Any], str] = {
    atoms.Accusation: "accusations",
    atoms.CitizenWord: "supplements",
    atoms.Withdrawal: "withdrawals",
    atoms.DirectAnswer: "answers",
    atoms.Stint: "stints",
    atoms.Passing: "passings",
    atoms.Signature: "signatures",
    atoms.Progress: "progress",
    atoms.Outcome: "outcomes",
    summoned.PartGiven: "parts_given",
    summoned.PartDone: "parts_done",
    summoned.PartCancelled: "parts_cancelled",
    atoms.ReturnRequest: "returns",
    atoms.ReturnRuling: "rulings",
    atoms.LimitSet: "limits",
    atoms.Warned: "warnings",
    atoms.Missed: "misses",
    atoms.CallbackOpened: "callbacks",
    atoms.Try: "tries",
    atoms.SentBack: "sent_back",
    atoms.Closure: "closures",
    atoms.SupervisionAtom: "supervisions",
    atoms.SupervisionReply: "replies",
    atoms.Filing: "filings",
    atoms.RepeatName: "repeat_names",
    atoms.CameAgain: "repeats",
    atoms.Judgement: "judgements",
    objected.Reopening: "reopenings",
    objected.ObjectionAtom: "objections",
    objected.ObjectionRuling: "objection_rulings",
    ordered.OrderedFromAbove: "orders",
    ordered.AnsweredAbove: "answered_above",
    summoned.WhistleAtom: "whistles",
    summoned.Arrival: "arrivals",
    summoned.CallEnd: "call_ends",
    summoned.TaskLimit: "task_limits",
    summoned.TaskMissed: "task_misses",
    requested.UnitWish: "wishes",
    requested.RequestAnswer: "answered_wishes",
    requested.AcceptanceRuling: "acceptance_rulings",
    lettered.LetterAtom: "letters",
    lettered.ScoreAtom: "scores",
    lettered.ScoreChange: "score_changes",
}
"""Which field of a fact keeps which kind of atom."""

SEVERAL_AT_ONCE = (atoms.LimitSet, summoned.TaskLimit)
"""One event may tell more than one of these."""
