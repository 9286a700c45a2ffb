"""``huiyin token``: an access token of the local issuer."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from huiyin.cli.common import AsJson, DataDir, fail, load_settings, say, say_json
from libs.common.security.principal import Role

TRIAL_ROLES = (
    Role.OPERATOR,
    Role.VISITOR,
    Role.DISPATCHER,
    Role.CALLER,
    Role.SUPERVISOR,
    Role.LEADER,
    Role.AUDITOR,
    Role.ADMIN,
)
"""One person who may do everything but handle: a unit's work needs a token of that unit."""

LONGEST_LIFETIME = 9_999
"""Of the unit named."""
_LIFETIME = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse_lifetime(text: str) -> timedelta:
    """``90m``, ``12h``, ``7d``; ValueError otherwise."""
    match = _LIFETIME.fullmatch(text)
    if match is None or not 0 < int(match[1]) <= LONGEST_LIFETIME:
        raise ValueError(text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def token(
    role: Annotated[
        list[Role] | None, typer.Option(help="May be given several times. Default: all but handler.")
    ] = None,
    area: Annotated[str, typer.Option(help="Area code: the subtree the person may see.")] = "999001000000",
    unit: Annotated[str | None, typer.Option(help="Unit code; a handler needs one, e.g. D-WATER.")] = None,
    subject: Annotated[str, typer.Option(help="The account's name; it is written into every history.")] = "trial",
    staff: Annotated[str | None, typer.Option(help="Whose account it is: the staff id, e.g. S-1001.")] = None,
    lifetime: Annotated[str, typer.Option(help="How long it is valid: 90m, 12h, 7d.")] = "12h",
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Print an access token (访问令牌) of the local issuer, for the embedded mode.

    Example: huiyin token --role handler --unit D-WATER
    """
    settings = load_settings(data_dir=data_dir)
    issuer = settings.own_issuer()
    if issuer is None:
        fail("HUIYIN_JWKS_URL or HUIYIN_JWKS_FILE is set: tokens come from there, not from here")
    roles = role or list(TRIAL_ROLES)
    if Role.HANDLER in roles and unit is None:
        fail("a handler acts for a unit: say which one with --unit, e.g. --unit D-WATER")
    try:
        valid_for = parse_lifetime(lifetime)
    except ValueError:
        fail(f"--lifetime {lifetime!r} is not understood; say for example 90m, 12h or 7d")
    try:
        text = issuer.issue(subject, roles, area, unit, valid_for, staff)
    except ValueError as error:
        fail(f"no such token can be made: {error}")
    if as_json:
        say_json(
            {"token": text, "roles": [str(one) for one in roles], "area": area, "unit": unit, "lifetime": lifetime}
        )
    else:
        say(text)
