"""The store under test."""

from tests.support.blob_stores import bucket, s3_server, store

__all__ = ["bucket", "s3_server", "store"]
