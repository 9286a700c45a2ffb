"""From settings to who takes anchors, and to what an audit holds the ledgers against."""

from huiyin.audit.anchored import Anchors
from huiyin.audit.anchors.stores import stores_of
from huiyin.audit.anchors.taking import Anchoring
from libs.common.security.anchor_keys import KEY_FILE, AnchorPublicKeys, AnchorSigner
from libs.common.service.settings import CommonSettings, WrongSetting
from libs.common.time.clock import system_now

FOLDER = "anchors"
"""In the data directory, where no store is set."""


def anchoring_of(settings: CommonSettings, *, make_key: bool) -> Anchoring:
    """Who takes anchors. WrongSetting when no key or no store is set and none can be had from the data directory.

    ``make_key``: whether a key is made in the data directory when there is none.
    """
    signer = _signer(settings, make_key=make_key)
    if signer is None:
        raise WrongSetting("HUIYIN_ANCHOR_KEY is not set: anchors are signed with it (openssl rand -base64 32)")
    own = settings.anchor_key is None
    stores = stores_of(settings, settings.data_dir / FOLDER if own else None)
    if not stores:
        raise WrongSetting("no store of anchors is set: HUIYIN_ANCHOR_DIR or HUIYIN_ANCHOR_BUCKET")
    return Anchoring(stores, signer, _known(settings, signer))


def anchors_of(settings: CommonSettings, chosen: tuple[int, ...] = ()) -> Anchors | None:
    """What an audit holds the ledgers against; None where no anchors are taken."""
    signer = _signer(settings, make_key=False)
    own = settings.anchor_key is None and signer is not None
    stores = stores_of(settings, settings.data_dir / FOLDER if own else None)
    if not stores:
        return None
    if signer is None and not settings.anchor_public_keys:
        raise WrongSetting("HUIYIN_ANCHOR_PUBLIC_KEYS is not set: what `huiyin anchor key` prints, to check anchors by")
    return Anchors(stores, _known(settings, signer), system_now(), chosen)


def _signer(settings: CommonSettings, *, make_key: bool) -> AnchorSigner | None:
    if settings.anchor_key is not None:
        return AnchorSigner.from_base64(settings.anchor_key.get_secret_value())
    if make_key or (settings.data_dir / KEY_FILE).exists():
        return AnchorSigner.load_or_create(settings.data_dir)
    return None


def _known(settings: CommonSettings, signer: AnchorSigner | None) -> AnchorPublicKeys:
    given = settings.anchor_public_keys
    keys = AnchorPublicKeys.from_base64(given) if given else AnchorPublicKeys([])
    return keys if signer is None else keys.and_those(signer.public_keys())
