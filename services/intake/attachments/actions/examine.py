"""Looking at a file before it is kept: what it is, and whether it holds malware."""

import asyncio
from dataclasses import dataclass

from libs.common.blobs.contents import MEDIA_TYPES, MediaType, media_type_of_file
from libs.common.blobs.port import Spool
from libs.common.blobs.scanning import ScanVerdict
from libs.common.blobs.uploads import Uploads
from libs.common.errors import Invalid
from libs.common.logs import get_logger
from libs.common.web.problems import UnsupportedMedia
from services.intake.attachments.domain import clean_name

log = get_logger(__name__)


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
    """What the file is.

    Raises:
        UnsupportedMedia: nothing that is taken.
        Infected: it holds malware.
        ScannerAway: it has to be looked at, and nobody can.
    """
    media_type = await asyncio.to_thread(media_type_of_file, spool.path)
    if media_type is None:
        taken = ", ".join(kind.suffixes[0].removeprefix(".") for kind in MEDIA_TYPES)
        raise UnsupportedMedia(f"By its content it is none of {taken}", f"文件内容不属于可接收的类型：{taken}")
    scan = await uploads.scanner.scan(spool.path)
    if scan is ScanVerdict.INFECTED:
        log.warning("infected file refused")
        raise Infected("It was not kept", "文件未保存")
    return ExaminedFile(spool.digest, spool.size, media_type, clean_name(name, media_type.suffixes), scan)
