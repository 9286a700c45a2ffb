"""Answers figures: the rates and scores of the pack in force over the roll-ups, and the plain counters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import sub
from types import MappingProxyType

from libs.common.counters import Counter, Span
from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.pack.directory import Directory
from libs.common.pack.schema import Formula, Score
from libs.common.security.policy import Scope
from services.analytics.counters.domain import COUNTERS, LEFT_OUT, NOTHING, Basis, Counts
from services.analytics.figures import domain as rates
from services.analytics.figures.actions.cuts import Cut, cut_asked_for, present_cut
from services.analytics.figures.actions.durations import read_duration
from services.analytics.figures.actions.past import Past, among, read_past
from services.analytics.figures.actions.question import FigureQuestion, grouping, make_definite, names, stamp
from services.analytics.figures.actions.shown import Shown, target_out
from services.analytics.figures.actions.sums import sums
from services.analytics.figures.domain import Ratio
from services.analytics.figures.schemas import (
    CountsOut,
    CountsQuery,
    CountsRow,
    FigurePart,
    FiguresOut,
    FiguresQuery,
    GroupBy,
    Labelled,
    PeriodName,
    RateMeasure,
    ScoreMeasure,
)

Rows = dict[str, Counts]
NONE = Ratio(0, 0)

RULES: Mapping[Basis, tuple[str, str]] = {
    Basis.REGISTERED: (
        "Cases registered in the period, with all that has become of them by now",
        "统计期内登记的诉求件及其截至目前的办理情况",
    ),
    Basis.CLOSED: (
        "Cases closed in the period and not reopened since, with all that happened to them",
        "统计期内销号且未重新打开的诉求件及其全过程",
    ),
    Basis.HAPPENED: (
        "What happened in the period, whenever the case was registered; limits on the day they fall due",
        "统计期内发生的各事项（不论何时登记）；时限按到期日统计",
    ),
}


async def read_figures(session: Session, scope: Scope, query: FiguresQuery) -> FiguresOut:
    """Rates and scores with numerators, denominators, formulas and freshness."""
    asked = await cut_asked_for(session, query.cut, query.known_on)
    question = make_definite(session, scope, query, asked)
    spans, measure = _spans(query.measure)
    formulas, scores = ((), ()) if spans and not measure else _chosen(question, measure)
    needed = _needed(question, formulas, scores)
    async with session.snapshot():
        bases = {basis_of(formula) for formula in needed} | ({Basis.HAPPENED} if spans else set())
        past = await _past(session, question, asked, bases)
        cut = asked or await present_cut(session, question.pack.version)
        await session.by_pages()
        board = await read_board(session, question, query.by, needed, past)
        durations = [await read_duration(session, question, query.by, span, past) for span in spans]
    stamped = stamp(question, query, query.by, cut)
    return FiguresOut(
        **stamped,
        rates=[board.rate(formula) for formula in formulas],
        scores=[board.score(score) for score in scores],
        durations=durations,
    )


async def read_counts(session: Session, scope: Scope, query: CountsQuery) -> CountsOut:
    """Plain counters on one basis."""
    asked = await cut_asked_for(session, query.cut, query.known_on)
    question = make_definite(session, scope, query, asked)
    by = grouping(query.by, question.area_code)
    async with session.snapshot():
        past = await _past(session, question, asked, {query.basis})
        cut = asked or await present_cut(session, question.pack.version)
        await session.by_pages()
        rows = await sums(session, scope, query.basis, question.selection, by, past=past)
    stamped = stamp(question, query, query.by, cut)
    total = tuple(map(sum, zip(*rows.values(), strict=True))) if rows else NOTHING
    rule, rule_zh = RULES[query.basis]
    return CountsOut(
        **stamped,
        basis=query.basis,
        basis_rule=rule,
        basis_rule_zh=rule_zh,
        total=counts_out(total),
        rows=[
            CountsRow(key=key, name=name, name_en=name_en, counts=counts_out(counts))
            for key, counts in (rows.items() if by else ())
            for name, name_en in [names(question.pack, query.by, key)]
        ],
    )


async def _past(session: Session, question: FigureQuestion, cut: Cut | None, bases: Collection[Basis]) -> Past | None:
    return None if cut is None else await read_past(session, cut, among(question.selection, bases))


def counts_out(counts: Counts) -> dict[Counter, int]:
    """By name."""
    return dict(zip(COUNTERS, counts, strict=True))


def basis_of(formula: Formula) -> Basis:
    """The day on which a rate counts its cases."""
    return Basis(formula.population.value)


def ratio_of(formula: Formula, counts: Counts) -> Ratio:
    """A rate of the pack over counts."""
    return rates.ratio(counts, formula.numerator, formula.denominator)


def terms_of(formula: Formula) -> set[Counter]:
    """The counters that a rate of the pack is made of."""
    return {*formula.numerator, *formula.denominator}


def find_formula(question: FigureQuestion, code: str) -> Formula:
    """A rate of the pack in force; Invalid naming ``measure`` when there is none."""
    for formula in question.pack.directory.formulas:
        if formula.code == code:
            return formula
    raise _unknown(question, code)


def _spans(measure: str | None) -> tuple[list[Span], str | None]:
    """The durations that are named, and what else is."""
    codes = dict.fromkeys(measure.split(",")) if measure else {}
    spans = [span for code in codes for span in Span if span == code]
    return spans, ",".join(code for code in codes if code not in set(Span)) or None if spans else measure


def _chosen(question: FigureQuestion, measure: str | None) -> tuple[Sequence[Formula], Sequence[Score]]:
    directory = question.pack.directory
    if measure is None:
        return directory.formulas, directory.scores
    codes = list(dict.fromkeys(measure.split(",")))
    scores = {score.code: score for score in directory.scores}
    chosen = [scores[code] for code in codes if code in scores]
    return [find_formula(question, code) for code in codes if code not in scores], chosen


def _unknown(question: FigureQuestion, code: str) -> Exception:
    known = ", ".join(formula.code for formula in question.pack.directory.formulas)
    return invalid("measure", f"{code} is not a rate of the pack; there are {known}", f"配置包中没有指标 {code}")


def _needed(question: FigureQuestion, formulas: Sequence[Formula], scores: Sequence[Score]) -> list[Formula]:
    """The rates shown and those that the scores are made of."""
    inside = {code for score in scores for code in score.weights}
    shown = {formula.code for formula in formulas}
    return [formula for formula in question.pack.directory.formulas if formula.code in shown | inside]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the rates of one answer are made of: each rate's total, its rows by key, and the keys' names."""

    period: PeriodName
    by: GroupBy
    totals: Mapping[str, Ratio]
    rows: Mapping[str, Mapping[str, Ratio]]
    named: Mapping[str, Labelled]
    directory: Directory
    unweighted: Mapping[str, Mapping[str, Ratio]]
    """Of rates that have a target, and of whose cases some count for less: with every case counted whole."""
    left_out: Mapping[str, Mapping[str, Ratio]]
    """Of each rate what the cases would have added that are not counted (不计入考核), by key."""

    def rate(self, formula: Formula) -> RateMeasure:
        """One rate, complete."""
        basis = basis_of(formula)
        rows = self.rows.get(formula.code, {})
        mean, count = rates.macro_mean(rows.values())
        left_out = self.left_out.get(formula.code, {})
        decimals = self.directory.decimals_of(formula)
        shown = Shown.of(formula, decimals, self.period, rates.scale_of(formula.denominator))
        whole = self.unweighted.get(formula.code, {})
        return RateMeasure(
            code=formula.code,
            version=formula.version,
            name=formula.name,
            name_en=formula.name_en,
            basis_text=formula.basis,
            decimals=decimals,
            target=target_out(shown.target, "{} %"),
            formula={
                FigurePart.NUMERATOR: {counter.value: weight for counter, weight in formula.numerator.items()},
                FigurePart.DENOMINATOR: {counter.value: weight for counter, weight in formula.denominator.items()},
            },
            population=basis,
            population_rule=RULES[basis][0],
            population_rule_zh=RULES[basis][1],
            micro=shown.rate(
                self.totals[formula.code],
                rates.pooled(left_out.values()),
                rates.pooled(whole.values()) if whole else None,
            ),
            macro=None if self.by is GroupBy.NONE else shown.macro(mean, count),
            rows=[
                {**shown.rate(one, left_out.get(key, NONE), whole.get(key)), **self.named[key]}
                for key, one in rows.items()
            ],
        )

    def score(self, score: Score) -> ScoreMeasure:
        """One score, complete."""
        total = rates.score(score.weights, self.totals)
        of_all = {code: rates.pooled([one, *self.left_out.get(code, {}).values()]) for code, one in self.totals.items()}
        keys = dict.fromkeys(key for code in score.weights for key in self.rows.get(code, {}))
        by_key = {key: self._score_of(score, key) for key in sorted(keys)}
        having = [value for value in by_key.values() if value is not None]
        added = rates.added((value.numerator, value.denominator) for value in having)
        mean = added / len(having) if having else None
        decimals = self.directory.decimals_of(score)
        shown = Shown.of(score, decimals, self.period)
        return ScoreMeasure(
            code=score.code,
            version=score.version,
            name=score.name,
            name_en=score.name_en,
            basis_text=score.basis,
            decimals=decimals,
            target=target_out(shown.target, "{}"),
            weights=dict(score.weights),
            micro=shown.score(total, rates.score(score.weights, of_all)),
            macro=None if self.by is GroupBy.NONE else shown.macro_score(mean, len(having)),
            rows=[
                {**shown.score(value, self._score_of(score, key, self.left_out)), **self.named[key]}
                for key, value in by_key.items()
            ],
        )

    def _score_of(
        self, score: Score, key: str, beside: Mapping[str, Mapping[str, Ratio]] = MappingProxyType({})
    ) -> Fraction | None:
        """That of one row; with what stands ``beside`` it pooled in."""
        having = {code: self.rows[code][key] for code in score.weights if key in self.rows.get(code, {})}
        return rates.score(
            score.weights,
            {code: rates.pooled([one, beside.get(code, {}).get(key, NONE)]) for code, one in having.items()},
        )


async def read_board(
    session: Session, question: FigureQuestion, by: GroupBy, formulas: Sequence[Formula], past: Past | None = None
) -> Board:
    """Two queries for each basis that the formulas count on; with a ``past``, as they were known then."""
    found: dict[str, Rows] = {}
    for basis in {basis_of(formula) for formula in formulas}:
        only = {counter for formula in formulas if basis_of(formula) is basis for counter in terms_of(formula)}
        rows_by, chosen = grouping(by, question.area_code), question.selection
        everything, left_out = [
            await sums(session, question.scope, name, chosen, rows_by, only=only, past=past)
            for name in (basis.value, LEFT_OUT[basis])
        ]
        found |= {basis.value: less(everything, left_out), LEFT_OUT[basis]: left_out}
    rows = {formula.code: _ratios(formula, found[basis_of(formula)]) for formula in formulas}
    beside = {formula.code: _ratios(formula, found[LEFT_OUT[basis_of(formula)]]) for formula in formulas}
    totals = {code: rates.pooled(ratios.values()) for code, ratios in rows.items()}
    unweighted = {
        formula.code: rates.ratios(found[basis_of(formula)], whole, formula.denominator)
        for formula in formulas
        if formula.target is not None
        and (whole := rates.unweighted(formula.numerator, formula.denominator)) is not None
    }
    directory = question.pack.directory
    if by is GroupBy.NONE:
        return Board(question.period.kind, by, totals, {}, {}, directory, unweighted, beside)
    keys = {key for counted in found.values() for key in counted}
    named = {key: _named(question, by, key) for key in keys}
    return Board(question.period.kind, by, totals, rows, named, directory, unweighted, beside)


def _ratios(formula: Formula, rows: Rows) -> dict[str, Ratio]:
    return rates.ratios(rows, formula.numerator, formula.denominator)


def less(rows: Rows, left_out: Rows) -> Rows:
    """What counts in rates: all but the cases that are not counted (不计入考核)."""
    return rows | {
        key: tuple(map(sub, rows.get(key, NOTHING), counts)) for key, counts in left_out.items() if any(counts)
    }


def _named(question: FigureQuestion, by: GroupBy, key: str) -> Labelled:
    name, name_en = names(question.pack, by, key)
    return {"key": key, "name": name, "name_en": name_en}
