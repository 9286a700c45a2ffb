"""Print a token of the local issuer: for a trial cluster that has no OIDC provider.

``python deploy/issue_token.py ROLE AREA [UNIT]`` in a container that has the volume of the issuer's key. Whoever can
read that volume can be anybody: with real complaints, use an OIDC provider.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role


def issue(arguments: Sequence[str], data_dir: Path) -> str:
    """A token for eight hours, a working day, that says what the arguments say."""
    parser = argparse.ArgumentParser(prog="issue_token.py", description="Print a token of the local issuer.")
    parser.add_argument("role", type=Role, choices=list(Role), help="what the bearer may do")
    parser.add_argument("area", help="area code of 12 or 15 digits: how far the bearer's rights reach")
    parser.add_argument("unit", nargs="?", help="unit code, for roles that are bound to a unit")
    asked = parser.parse_args(arguments)
    issuer = LocalIssuer.load_or_create(data_dir, lambda: datetime.now(UTC))
    return issuer.issue(f"trial-{asked.role}", [asked.role], asked.area, asked.unit, timedelta(hours=8))


if __name__ == "__main__":
    sys.stdout.write(issue(sys.argv[1:], Path(os.environ.get("HUIYIN_DATA_DIR", ".huiyin"))) + "\n")
