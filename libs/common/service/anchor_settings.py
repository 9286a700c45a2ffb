"""The environment of anchors: who signs what the ledgers said, and where it is kept out of the database's reach."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from libs.common.blobs.bucket import Bucket
from libs.common.security.anchor_keys import AnchorPublicKeys, AnchorSigner

_MOST_DAYS = 36_500


class AnchorSettings(BaseSettings):
    """``HUIYIN_ANCHOR_*`` variables, a part of the common ones."""

    anchor_key: SecretStr | None = None
    """Base64 of 32 bytes, several by comma, the one that signs first: of whoever takes anchors alone."""
    anchor_public_keys: str = ""
    """What ``huiyin anchor key`` prints, several by comma: for whoever checks anchors and takes none."""
    anchor_dir: Path | None = None
    """A folder that keeps anchors, out of the reach of whoever owns the database."""
    anchor_bucket: str | None = None
    """A bucket of an S3-compatible store that keeps them, too: ``https://host/bucket``, perhaps with a prefix."""
    anchor_bucket_region: str = "us-east-1"
    anchor_bucket_access_key: SecretStr | None = None
    anchor_bucket_secret_key: SecretStr | None = None
    anchor_lock_days: Annotated[int, Field(ge=0, le=_MOST_DAYS)] = 0
    """Days for which the bucket is asked to let nobody remove an anchor, its owner neither; 0: it is not asked."""

    @field_validator("anchor_key")
    @classmethod
    def _are_anchor_keys(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            AnchorSigner.from_base64(given.get_secret_value())
        return given

    @field_validator("anchor_public_keys")
    @classmethod
    def _are_public_keys(cls, given: str) -> str:
        if given:
            AnchorPublicKeys.from_base64(given)
        return given

    @model_validator(mode="after")
    def _anchor_bucket_is_whole(self) -> Self:
        try:
            bucket = self.bucket_of_anchors()
        except ValueError as error:
            raise ValueError(f"HUIYIN_ANCHOR_BUCKET: {error}") from None
        if bucket is None and self.anchor_bucket is not None:
            needed = "HUIYIN_ANCHOR_BUCKET_ACCESS_KEY and HUIYIN_ANCHOR_BUCKET_SECRET_KEY"
            raise ValueError(f"HUIYIN_ANCHOR_BUCKET needs {needed}, which may put and read there, and not delete")
        return self

    def bucket_of_anchors(self) -> Bucket | None:
        """The bucket that keeps anchors; None where there is none."""
        access, secret = self.anchor_bucket_access_key, self.anchor_bucket_secret_key
        if self.anchor_bucket is None or access is None or secret is None:
            return None
        return Bucket.at(self.anchor_bucket, self.anchor_bucket_region, access, secret)
