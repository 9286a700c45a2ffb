"""What is wrong with the Dockerfile."""

import re

from tests.architecture.deploy.files import is_pinned


def faults(dockerfile: str) -> list[str]:
    """Every fault as a sentence; an empty list when the file is sound."""
    lines = [line.strip() for line in dockerfile.splitlines() if not line.startswith("#")]
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    images = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", dockerfile, flags=re.MULTILINE)
    stages = [line for line in lines if line.startswith("FROM ")]
    rules = {
        "has not two stages on the one pinned image": len(stages) == 2
        and all(stage.startswith("FROM ${PYTHON_IMAGE}") for stage in stages)
        and len(images) == 1
        and is_pinned(images[0]),
        "runs as root": bool(users) and re.fullmatch(r"10001(:10001)?", users[-1]) is not None,
        "changes the user back": len(users) == 1,
        "installs packages without their hashes": "--require-hashes --requirement requirements.lock" in dockerfile,
        "copies the whole folder": not any(re.match(r"(COPY|ADD) \.\s", line) for line in lines),
        "fetches something from the network": not any(re.search(r"^ADD |curl |wget ", line) for line in lines),
        "has no health check": any(line.startswith("HEALTHCHECK ") for line in lines),
        "hides the process behind a shell": not any(
            line.startswith(("CMD", "ENTRYPOINT")) and '"sh"' in line and "exec " not in line for line in lines
        ),
    }
    return [complaint for complaint, kept in rules.items() if not kept]
