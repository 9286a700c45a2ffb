"""Checks the meaning of a pack (县包校验): dangling codes, holes, overlaps, rules that cannot be followed."""

from itertools import chain

from libs.common.pack.check.aid import aid
from libs.common.pack.check.asking import asking
from libs.common.pack.check.clocks import calendar, limits, objections, returns, upper_orders
from libs.common.pack.check.duties import answering, categories, duties
from libs.common.pack.check.figures import formulas, scores
from libs.common.pack.check.households import households
from libs.common.pack.check.letters import letters
from libs.common.pack.check.lists import lists
from libs.common.pack.check.mediation import mediation
from libs.common.pack.check.passing import handovers, raising
from libs.common.pack.check.people import people
from libs.common.pack.check.places import areas, merged, place, units
from libs.common.pack.check.posts import posts
from libs.common.pack.check.promises import callback, ladder
from libs.common.pack.check.risks import risks
from libs.common.pack.check.visits import visits
from libs.common.pack.check.whistles import whistles
from libs.common.pack.problems import PackProblem, Sources
from libs.common.pack.schema import Pack

CHECKS = (
    *(
        place,
        areas,
        people,
        units,
        merged,
        posts,
        categories,
        duties,
        answering,
        limits,
        calendar,
        returns,
        objections,
        asking,
        upper_orders,
        raising,
        handovers,
        lists,
        households,
        visits,
        whistles,
        letters,
        mediation,
        aid,
        risks,
    ),
    *(callback, ladder, formulas, scores),
)


def check_pack(pack: Pack, sources: Sources | None = None) -> list[PackProblem]:
    """Every mistake of meaning, in the order of files and lines; empty when the pack can be put to work.

    Without ``sources`` the problems name the place in the document instead of a file and line.
    """
    origin = sources or Sources()
    findings = chain.from_iterable(check(pack) for check in CHECKS)
    return sorted({origin.problem(finding) for finding in findings})
