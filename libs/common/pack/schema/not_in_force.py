"""Settings that earlier packs could hold and that nothing reads: the check refuses them; documents that have them stay.

Whoever makes one decide something takes it off this list and puts it into the models, with a default.
"""

from libs.common.pack.problems import DocPath

ANY_STEP = "*"

NOT_IN_FORCE: tuple[DocPath, ...] = (
    ("callback", "mode"),
    ("callback", "sample_percent"),
    ("callback", "always"),
    ("callback", "always_channels"),
    ("extensions",),
    ("notices",),
    ("reasons",),
    ("returns", "decide_within"),
    ("returns", "units_before_raise"),
    ("returns", "reasons", ANY_STEP, "advice"),
    ("supervision",),
)
"""Where they stand; a part names all that is inside it."""


def is_in_force(place: DocPath) -> bool:
    """Whether what stands there is read."""
    return not any(_covers(listed, place) for listed in NOT_IN_FORCE)


def _covers(listed: DocPath, place: DocPath) -> bool:
    steps = zip(listed, place, strict=False)
    return len(place) >= len(listed) and all(ANY_STEP in (one, other) or one == other for one, other in steps)
