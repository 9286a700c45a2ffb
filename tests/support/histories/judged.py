"""How a case is judged by people, beside what becomes of it."""

from datetime import timedelta

from libs.common.events import judging
from libs.common.events.terms import Merit, Petition
from tests.support.histories.ways import Life


def judge(case: Life) -> None:
    """Somebody decides how the case counts, now and then after all else; and it came again, or did not after all."""
    rng, excluded, number = case.own, False, 0
    wish: dict[str, str] = {}
    while rng.random() < case.ways.judged:
        case.now += timedelta(hours=rng.randrange(400))
        match rng.randrange(5):
            case 0:
                case.say(judging.PetitionClassified, petition=rng.choice([*Petition, None]))
            case 1:
                merit = rng.choice(list(Merit))
                plan = None if merit is Merit.UNREASONABLE else rng.choice((None, "村组先行修补，镇水利站十日内到场"))
                case.say(judging.DemandJudged, merit=merit, plan=plan, together=rng.choice(((), ("D-WATER",))))
            case 2 if excluded:
                case.say(judging.ExclusionRevoked, **wish, by="leader-1", by_unit="S-GOV")
                excluded = False
            case 2:
                number += 1
                wish = {"exclusion_id": f"{case.case_id}-{number}"}
                case.say(judging.ExclusionRequested, **wish, by="unit-1")
                excluded = rng.random() < 0.8
                case.say(judging.ExclusionDecided, granted=excluded, **wish, by="leader-1", by_unit="S-GOV")
            case 3:
                case.say(judging.RepeatNamed, repeat_of=rng.choice(("case-a", "case-b", None)))
            case _:
                came_at = case.now - timedelta(hours=rng.randrange(1000))
                again = {"repeated_by": rng.choice(("case-y", "case-z")), "stands": rng.random() < 0.7}
                case.say(judging.CaseRepeated, came_at=came_at, **again)
