"""The S3 server."""

from tests.support.blob_stores import s3_server

__all__ = ["s3_server"]
