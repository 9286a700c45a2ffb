"""``huiyin jwks``: the public keys of the local issuer, for processes that only check tokens."""

import json
from pathlib import Path
from typing import Annotated

import typer

from huiyin.cli.common import DataDir, fail, load_settings, say


def jwks(
    file: Annotated[Path | None, typer.Argument(help="Where to write them. Default: standard output.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Print or write the public keys (公钥) of the local issuer as a JWK set, for HUIYIN_JWKS_FILE.

    The issuer's own key is made when there is none; it stays in the data directory, and who checks tokens needs no more
    than this file.
    """
    settings = load_settings(data_dir=data_dir)
    issuer = settings.own_issuer()
    if issuer is None:
        fail("HUIYIN_JWKS_URL or HUIYIN_JWKS_FILE is set: keys come from there, not from here")
    keys = json.dumps(issuer.jwks(), indent=2)
    if file is None:
        say(keys)
        return
    try:
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(f"{keys}\n", encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
