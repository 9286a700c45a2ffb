"""Checks of risks: each kind once, and the post of whoever is told."""

from collections.abc import Iterator

from libs.common.pack.check.promises import double_codes
from libs.common.pack.problems import Finding
from libs.common.pack.schema import Pack
from libs.common.roles import Role


def risks(pack: Pack) -> Iterator[Finding]:
    """The kinds, and who is told (值班领导)."""
    rules = pack.risks
    yield from double_codes(("risks", "kinds"), rules.kinds)
    post = next((one for one in pack.posts if one.code == rules.post), None)
    if rules.post is not None and post is None:
        yield Finding(("risks", "post"), f"no post of this pack is '{rules.post}'", "name one of posts")
    elif post is not None and Role.LEADER not in post.roles:
        message = f"whoever holds '{rules.post}' could not acknowledge what they are told"
        yield Finding(("risks", "post"), message, "give the post the role leader")
