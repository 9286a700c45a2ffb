"""YAML that is written out in full: what it holds is as long as what stands in the file.

An alias (``*name``) repeats what an anchor holds, nine times nine times nine, or itself: a few hundred bytes that no
memory is large enough for. Neither packs nor mappings need one, so it is refused, and so is nesting without an end.
"""

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

DEEPEST = 64
"""Levels."""


class NotPlain(yaml.YAMLError):
    """Something without an end, or nearly so: what it is, on which line, and how to mend it."""

    def __init__(self, event: yaml.Event, problem: str, mend: str) -> None:
        self.line = event.start_mark.line + 1 if event.start_mark else 0
        self.problem = problem
        self.mend = mend
        super().__init__(f"{problem} in line {self.line}: {mend}")


def check_plain(text: str) -> None:
    """Look through a document before anything is made of it, event by event.

    Raises:
        NotPlain: it holds an alias, or nests more than 64 levels deep.
        YAMLError: it is not YAML.
    """
    level = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, AliasEvent):
            raise NotPlain(event, f"an alias, *{event.anchor}, stands here", "write out what it stands for")
        if isinstance(event, CollectionStartEvent):
            level += 1
        elif isinstance(event, CollectionEndEvent):
            level -= 1
        if level > DEEPEST:
            raise NotPlain(event, f"it nests more than {DEEPEST} levels deep here", "close what was opened before")
