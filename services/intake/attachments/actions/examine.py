"""Looking at a file before it is kept: what it is, and whether it holds malware."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from libs.common.blobs.contents import JPEG, MEDIA_TYPES, PNG, WEBP, MediaType, media_type_of_file
from libs.common.blobs.port import Spool
from libs.common.blobs.scanning import ScanVerdict
from libs.common.blobs.uploads import Uploads
from libs.common.errors import Invalid
from libs.common.logs import get_logger
from libs.common.web.problems import UnsupportedMedia
from services.intake.attachments.domain import clean_name

log = get_logger(__name__)
PICTURES = (JPEG, PNG, WEBP)
"""What a photo of a visit can be."""


class Infected(Invalid):
    """The malware scanner found something in a file. It was not kept."""

    type = "infected-file"
    title, title_zh = "The file holds malware", "文件含有恶意程序"


@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """A file that may be kept."""

    digest: str
    size: int
    media_type: MediaType
    name: str
    scan: ScanVerdict


async def examine(uploads: Uploads, spool: Spool, name: str) -> ExaminedFile:
    """What the file is. Raises as `look_into`."""
    media_type, scan = await look_into(uploads, spool, MEDIA_TYPES)
    return ExaminedFile(spool.digest, spool.size, media_type, clean_name(name, media_type.suffixes), scan)


async def examine_picture(uploads: Uploads, spool: Spool) -> ExaminedFile:
    """The same of a photo of a visit, which has no name of its own: its digest stands for it. Raises as `look_into`."""
    media_type, scan = await look_into(uploads, spool, PICTURES)
    return ExaminedFile(spool.digest, spool.size, media_type, spool.digest, scan)


async def look_into(uploads: Uploads, spool: Spool, taken: Sequence[MediaType]) -> tuple[MediaType, ScanVerdict]:
    """Which of the kinds that are ``taken`` the file is, and what the scanner says of it.

    Raises:
        UnsupportedMedia: none of them.
        Infected: it holds malware.
        ScannerAway: it has to be looked at, and nobody can.
    """
    media_type = await asyncio.to_thread(media_type_of_file, spool.path)
    if media_type is None or media_type not in taken:
        kinds = ", ".join(kind.suffixes[0].removeprefix(".") for kind in taken)
        raise UnsupportedMedia(f"By its content it is none of {kinds}", f"文件内容不属于可接收的类型：{kinds}")
    scan = await uploads.scanner.scan(spool.path)
    if scan is ScanVerdict.INFECTED:
        log.warning("infected file refused")
        raise Infected("It was not kept", "文件未保存")
    return media_type, scan
