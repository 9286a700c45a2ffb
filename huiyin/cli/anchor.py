"""``huiyin anchor``: what the ledgers say, signed and kept out of the reach of whoever owns the database."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from huiyin.audit.anchored import Anchors, hold
from huiyin.audit.anchors import leaves
from huiyin.audit.anchors.chain import check
from huiyin.audit.anchors.comparing import SCRATCH
from huiyin.audit.anchors.document import AnchorFile, NotAnAnchor, name_of, number_of, parse, shown
from huiyin.audit.anchors.kept import KeptAnchors, look
from huiyin.audit.anchors.outcomes import keep_anchoring
from huiyin.audit.anchors.setting_up import anchoring_of, anchors_of
from huiyin.audit.anchors.stores import FolderStore
from huiyin.audit.anchors.taking import Anchoring, NoKnownKey, NotKept, Taken, take
from huiyin.audit.report import Findings
from huiyin.audit.snapshot import NotThere, open_cut
from huiyin.cli.common import AsJson, DataDir, fail, load_settings, run_async, say, say_json
from huiyin.cli.database import existing_database
from libs.common.errors import Unavailable
from libs.common.logs import configure_logs
from libs.common.security.anchor_keys import AnchorPublicKeys
from libs.common.service.settings import CommonSettings, WrongSetting
from libs.common.time.clock import system_now

NO_KNOWN_KEY = (
    "there are anchors, and none is signed by a key that is known here: name theirs in HUIYIN_ANCHOR_PUBLIC_KEYS, "
    "or give the anchors of this key a place of their own"
)

app = typer.Typer(help="Sign what the ledgers say, and check what was signed (锚定).", no_args_is_help=True)


@app.command("now")
def now(
    keep: Annotated[  # noqa: FBT002 - an option of a command
        bool,
        typer.Option("--keep", help="Keep in the database what came of it, where every process tells it as metrics."),
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,  # noqa: FBT002 - an option of a command
) -> None:
    """Take an anchor and give it to every store; what a store lacks of before is given to it, too.

    The status is 1 when a store did not take it. The others have it then, and the next anchor brings it there.
    """
    settings = load_settings(data_dir=data_dir)
    configure_logs(settings.log_level, stream=sys.stderr.buffer)
    run_async(_now(settings, _anchoring(settings), keep=keep, as_json=as_json))


@app.command("list")
def list_(data_dir: DataDir = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - an option of a command
    """List the anchors of all stores, the newest last, with what is wrong with them. Needs no database."""
    anchors = _anchors(load_settings(data_dir=data_dir))
    run_async(_list(anchors, as_json=as_json))


@app.command("key")
def key(
    pem: Annotated[bool, typer.Option("--pem", help="In PEM, as openssl reads it.")] = False,  # noqa: FBT002
    data_dir: DataDir = None,
) -> None:
    """Print the public key (公钥) of the anchors: for HUIYIN_ANCHOR_PUBLIC_KEYS, and for whoever is to check them."""
    signer = _anchoring(load_settings(data_dir=data_dir)).signer
    say(signer.public_pem.rstrip() if pem else signer.public_key)


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An anchor; others may lie beside it.")],
    public_key: Annotated[
        str, typer.Option("--public-key", help="What `huiyin anchor key` printed; several by comma.")
    ],
    content: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--content", help="Hold the ledgers of the database against it, too.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Check an anchor: its signature, those before it that lie beside it, its leaves; with --content, the database.

    The status is 1 when something is wrong. Without --content nothing is needed but the files and the public key.
    """
    try:
        keys = AnchorPublicKeys.from_base64(public_key)
    except ValueError as error:
        fail(str(error))
    number = number_of(file.name)
    if number is None:
        fail(f"{file.name} is no name of an anchor, such as {name_of(1)}")
    faults = _faults(file, number, keys)
    for fault in faults:
        say(fault)
    if content and not faults:
        run_async(_content(load_settings(data_dir=data_dir), file.parent, parse(file.read_bytes())))
    if faults:
        raise typer.Exit(1)


def _faults(file: Path, number: int, keys: AnchorPublicKeys) -> list[str]:
    beside = {n: path for path in file.parent.iterdir() if (n := number_of(path.name)) is not None and n <= number}
    first = number
    while first - 1 in beside:
        first -= 1
    contents = {n: [beside[n].read_bytes()] for n in range(first, number + 1)}
    chain = check(contents, keys, system_now(), first=first)
    faults = [f"anchor {fault.number} {fault.message}" for fault in chain.faults]
    found = chain.files.get(number)
    if found is None:
        return faults
    anchor, poured = found.anchor, file.parent / found.anchor.leaves.file
    if poured.is_file():
        try:
            leaves.check(anchor, poured)
        except leaves.BrokenLeaves as error:
            faults.append(f"anchor {number} has leaves that {error}")
    if not faults:
        say(f"Anchor {number} of {shown(anchor.taken_at)}, place {anchor.place}: signed by {anchor.key_id}.")
        say(f"  root    {anchor.root}")
        for ledger in anchor.ledgers:
            say(f"  {ledger.service:<10}{ledger.keys:>12,} keys {ledger.events:>14,} events  {ledger.root}")
        say(f"  chain   {first} to {number} follow each other" if first < number else "  chain   it stands alone")
        say("  leaves  give this root" if poured.is_file() else "  leaves  not beside it")
    return faults


def _anchoring(settings: CommonSettings) -> Anchoring:
    try:
        return anchoring_of(settings, make_key=settings.database_url is None)
    except WrongSetting as error:
        fail(str(error))


def _anchors(settings: CommonSettings) -> Anchors:
    try:
        anchors = anchors_of(settings)
    except WrongSetting as error:
        fail(str(error))
    if anchors is None:
        fail("there are no anchors here: say where with HUIYIN_ANCHOR_DIR or HUIYIN_ANCHOR_BUCKET")
    return anchors


async def _now(settings: CommonSettings, anchoring: Anchoring, *, keep: bool, as_json: bool) -> int:
    async with existing_database(settings) as url:
        try:
            taken = await take(url, anchoring, system_now())
        except NotThere as error:
            fail(f"this database cannot be anchored: {error}. Has Huiyin ever run on it, and may this role read it?")
        except NoKnownKey:
            fail(NO_KNOWN_KEY)
        except (NotKept, Unavailable):
            if keep:
                await keep_anchoring(url, None, len(anchoring.stores))
            fail("no store took the anchor; what was signed is in the log alone", 1)
        if keep:
            await keep_anchoring(url, taken.file.anchor, len(taken.failed))
    _tell(taken, as_json=as_json)
    return 1 if taken.failed else 0


def _tell(taken: Taken, *, as_json: bool) -> None:
    anchor = taken.file.anchor
    if as_json:
        say_json({**anchor.model_dump(mode="json"), "sha256": taken.file.digest, "failed": list(taken.failed)})
        return
    say(f"Anchor {anchor.number} of {shown(anchor.taken_at)}: {anchor.keys:,} keys, root {anchor.root}")
    if anchor.previous is not None and anchor.previous.differences != 0:
        count = anchor.previous.differences
        what = "its leaves cannot be read" if count is None else f"{count:,} keys differ from it"
        say(f"Number {anchor.previous.number} does not hold: {what}. See: huiyin audit")
    for store in taken.failed:
        print(f"huiyin: the {store} did not take it; the next anchor brings it there", file=sys.stderr)  # noqa: T201


async def _list(anchors: Anchors, *, as_json: bool) -> int:
    kept = await look(anchors.stores)
    chain = check({number: kept.contents(number) for number in kept.numbers()}, anchors.keys, anchors.now)
    faults = {number: [one.message for one in chain.faults if one.number == number] for number in kept.numbers()}
    rows = [_row(kept, number, messages) for number, messages in faults.items()]
    if as_json:
        say_json(rows)
    else:
        for row in rows:
            say(f"{row['number']:>6}  {row['taken_at']}  {row['keys']:>12}  {str(row['root'])[:16]}  {row['says']}")
    for store in kept.away:
        print(f"huiyin: the {store} does not answer", file=sys.stderr)  # noqa: T201 - this is a command
    return 1 if chain.faults else 0


def _row(kept: KeptAnchors, number: int, faults: Sequence[str]) -> dict[str, object]:
    contents = kept.contents(number)
    file = _parsed(contents[0])
    anchor = None if file is None else file.anchor
    stores = ", ".join(one.store.name for one in kept.stored if number in one.anchors)
    return {
        "number": number,
        "taken_at": None if anchor is None else shown(anchor.taken_at),
        "keys": None if anchor is None else anchor.keys,
        "root": None if anchor is None else anchor.root,
        "sha256": None if file is None else file.digest,
        "stores": stores,
        "says": "; ".join(faults) or stores,
    }


def _parsed(content: bytes) -> AnchorFile | None:
    try:
        return parse(content)
    except NotAnAnchor:
        return None


async def _content(settings: CommonSettings, folder_of: Path, anchor: AnchorFile) -> int:
    findings = Findings()
    kept = await look([FolderStore(folder_of)])
    async with existing_database(settings) as url:
        try:
            with TemporaryDirectory(prefix="huiyin-anchor-") as folder:
                async with open_cut(url, "anchor", scratch=[SCRATCH]) as cut:
                    await hold(cut, findings, kept, anchor, Path(folder) / "leaves.gz")
        except NotThere as error:
            fail(f"this database cannot be read: {error}")
    for one in findings.violations:
        say(f"{one.service} {one.key}: {one.message}")
    found = sum(findings.found.values())
    say(f"  ledgers {found:,} keys say otherwise" if found else "  ledgers say the same")
    return 1 if found else 0
