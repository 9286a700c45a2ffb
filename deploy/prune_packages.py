"""Print the installed packages that a given package does not need, one a line: what the image can do without.

Used while the image is built, by the Python of the environment to be pruned. pip itself is kept: it does the removing.
"""

import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

KEPT = frozenset({"pip"})


def installed() -> dict[str, list[str]]:
    """The declared requirements of each installed package, by its normalised name."""
    return {canonicalize_name(found.metadata["Name"]): found.requires or [] for found in distributions()}


def needed(root: str, requirements: Mapping[str, Iterable[str]]) -> set[str]:
    """``root`` and everything it requires on this machine, extras that are asked for included.

    Raises KeyError when something required is not installed: then the environment is broken, not prunable.
    """
    seen: set[tuple[str, str]] = set()
    waiting = [(str(canonicalize_name(root)), "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in requirements[name]:
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            found = str(canonicalize_name(requirement.name))
            waiting += [(found, wanted) for wanted in ("", *requirement.extras)]
    return {name for name, _ in seen}


def unneeded(root: str, requirements: Mapping[str, Iterable[str]]) -> list[str]:
    """The packages to remove, in alphabetical order."""
    return sorted(set(requirements) - needed(root, requirements) - KEPT)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name}\n" for name in unneeded(sys.argv[1], installed())))
