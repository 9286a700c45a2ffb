"""Which bucket of an S3-compatible store files are kept in."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where it is, and the keys to it."""

    endpoint: str
    name: str
    prefix: str
    region: str
    access_key: SecretStr
    secret_key: SecretStr

    @classmethod
    def at(cls, url: str, region: str, access_key: SecretStr, secret_key: SecretStr) -> Self:
        """The one at ``https://host/bucket`` or ``https://host/bucket/prefix``. ValueError when that is no address."""
        parts = urlsplit(url)
        name, _, prefix = parts.path.strip("/").partition("/")
        if parts.scheme not in ("https", "http") or not parts.hostname or not name or parts.query or parts.username:
            raise ValueError("must be https://host/bucket, such as https://s3.example.org/huiyin")
        return cls(f"{parts.scheme}://{parts.netloc}", name, prefix, region, access_key, secret_key)
