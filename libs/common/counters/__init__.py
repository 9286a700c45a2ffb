"""What is counted (计数项), each counter declared here and nowhere else.

What the pack's formulas may name, the columns of the roll-ups, the bits of a fact, the words of the pages and the lists
in the documents derive from it. What a thing adds to a counter is said beside its facts in analytics.

Each subject that is counted has a list, and roll-ups of its own whose columns they are. A new counter stands at the
end of its list: its place is its bit in the facts that are kept. The README of analytics says what else it takes.
"""

from libs.common.counters.among import AMONG
from libs.common.counters.declared import Declared, Trait
from libs.common.counters.of_cases import Counter, Entry, Span
from libs.common.counters.of_visits import CoverageCounter, ThingCounter, VisitCounter

__all__ = ["AMONG", "Counter", "CoverageCounter", "Declared", "Entry", "Span", "ThingCounter", "Trait", "VisitCounter"]
