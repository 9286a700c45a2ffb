"""What the launcher of the broker works out by itself."""

import base64
import uuid

import pytest

from libs.programs.kafka import server


def test_no_cluster_id_looks_like_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    dash = uuid.UUID(bytes=b"\xf8" + bytes(15))
    assert base64.urlsafe_b64encode(dash.bytes).startswith(b"-")
    monkeypatch.setattr(uuid, "uuid4", lambda: dash)
    cluster_id = server._cluster_id()
    assert not cluster_id.startswith("-")
    assert len(base64.urlsafe_b64decode(f"{cluster_id}==")) == 16
