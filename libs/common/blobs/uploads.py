"""What a service needs to take files: where they are kept, who looks at them, how large one may be."""

from dataclasses import dataclass

from libs.common.blobs.port import Blobs
from libs.common.blobs.scanning import Scanner

LARGEST_UPLOAD = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Uploads:
    """``largest`` in bytes."""

    blobs: Blobs
    scanner: Scanner
    largest: int = LARGEST_UPLOAD
