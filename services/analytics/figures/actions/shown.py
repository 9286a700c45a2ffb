"""How the numbers of a measure are shown: printed digits, whole cases, and what is asked of them."""

from dataclasses import dataclass
from fractions import Fraction

from libs.common.pack.schema import Formula, Score, Target
from libs.common.shares import COMPARISON_WORDS, NO_DATA, Comparison, Met, judged, missed_by, text_of
from services.analytics.figures import domain as rates
from services.analytics.figures.domain import Ratio
from services.analytics.figures.schemas import MacroOut, PeriodName, RateOut, ScoreOut, TargetOut


@dataclass(frozen=True, slots=True)
class Shown:
    """How the numbers of one measure are shown: what one case weighs, printed digits, and what is asked of them."""

    scale: int
    decimals: int
    target: Target | None
    rule: tuple[Comparison, Fraction] | None
    """That of the target, worked out once for thousands of rows."""

    @classmethod
    def of(cls, measure: Formula | Score, decimals: int, period: PeriodName, scale: int = 1) -> "Shown":
        """As the pack says; a target counts where it is asked of periods of this kind."""
        target = measure.target
        if target is not None and target.period not in (None, period.value):
            target = None
        return cls(scale, decimals, target, None if target is None else (target.comparison, target.share))

    def rate(self, one: Ratio, left_out: Ratio, unweighted: Ratio | None = None) -> RateOut:
        """A rate as a page and an answer show it: digits, target, what is behind it, and what was left out of it.

        ``unweighted``: the same with every case counted whole, where some count for less.
        """
        number = rates.percent(one, self.decimals)
        numerator, denominator = one
        met = None if self.rule is None else judged(numerator, denominator, *self.rule)
        missed = alone = None
        if self.rule is not None and met is Met.NOT_MET:
            missed = str(missed_by(numerator, denominator, self.rule[1]))
            alone = None if unweighted is None else judged(*unweighted, *self.rule) is Met.MET
        return {
            "numerator": numerator,
            "denominator": denominator,
            "cases_numerator": rates.plain(numerator, self.scale),
            "cases_denominator": rates.plain(denominator, self.scale),
            "rate": number,
            "text": text_of(number),
            "met": met,
            "missed_by": missed,
            "missed_by_weights_alone": alone,
            "not_counted_numerator": left_out.numerator,
            "not_counted_denominator": left_out.denominator,
            "cases_not_counted": rates.plain(left_out.denominator, self.scale),
        }

    def score(self, value: Fraction | None, all_counted: Fraction | None) -> ScoreOut:
        """A score, of 100, and what it would be with every case counted."""
        number = rates.percent(value, self.decimals)
        return {
            "score": number,
            "text": NO_DATA if number is None else number,
            "met": self._judged(value),
            "all_counted": rates.percent(all_counted, self.decimals),
        }

    def macro(self, mean: Fraction | None, count: int) -> MacroOut:
        """The mean of so many rates."""
        number = rates.percent(mean, self.decimals)
        return MacroOut(rate=number, text=text_of(number), met=self._judged(mean), rows_with_data=count)

    def macro_score(self, mean: Fraction | None, count: int) -> MacroOut:
        """The mean of so many scores."""
        number = rates.percent(mean, self.decimals)
        text = NO_DATA if number is None else number
        return MacroOut(rate=number, text=text, met=self._judged(mean), rows_with_data=count)

    def _judged(self, value: Fraction | None) -> Met | None:
        if self.rule is None:
            return None
        return Met.NO_DATA if value is None else judged(value.numerator, value.denominator, *self.rule)


def target_out(target: Target | None, form: str) -> TargetOut | None:
    """A target as it is answered, in words too; its value printed as the measure's own are."""
    if target is None:
        return None
    word, word_en = COMPARISON_WORDS[target.comparison]
    value = form.format(target.percent)
    return TargetOut(
        comparison=target.comparison,
        percent=target.percent,
        period=target.period,
        text=f"{word} {value}",
        text_en=f"{word_en} {value}",
    )
