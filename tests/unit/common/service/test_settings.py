"""A setting that is wrong is told in a sentence by its name; no secret stands in what is told or shown."""

import base64
import os
from collections.abc import Mapping

import pytest

from libs.common.service.settings import CommonSettings, WrongSetting, load_settings

SECRET = base64.b64encode(b"0123456789abcdefghijklmnopqrstuv").decode()
OTHER = base64.b64encode(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345").decode()
ZERO = base64.b64encode(bytes(32)).decode()
URL = "postgresql://intake:Pass-Word-77@db.example.org:5432/huiyin"
THIRD = base64.b64encode(b"zyxwvutsrqponmlkjihgfedcba543210").decode()
KEYS = {"HUIYIN_VAULT_KEY": SECRET, "HUIYIN_VAULT_INDEX_KEY": OTHER}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without what this machine happens to say."""
    for name in list(os.environ):
        if name.startswith("HUIYIN_"):
            monkeypatch.delenv(name)
    return monkeypatch


def _loaded(environment: pytest.MonkeyPatch, values: Mapping[str, str]) -> CommonSettings:
    for name, value in values.items():
        environment.setenv(name, value)
    return load_settings(CommonSettings)


@pytest.mark.parametrize(
    ("values", "named", "said"),
    [
        ({"HUIYIN_VAULT_KEY": SECRET}, "HUIYIN_VAULT_INDEX_KEY", "go together"),
        ({"HUIYIN_VAULT_KEY": SECRET, "HUIYIN_DATABASE_URL": URL}, "HUIYIN_VAULT_INDEX_KEY", "go together"),
        ({"HUIYIN_VAULT_INDEX_KEY": SECRET}, "HUIYIN_VAULT_KEY", "go together"),
        (KEYS | {"HUIYIN_VAULT_KEY": SECRET + "%"}, "HUIYIN_VAULT_KEY", "base64"),
        (KEYS | {"HUIYIN_VAULT_KEY": SECRET[:20]}, "HUIYIN_VAULT_KEY", "32 bytes"),
        (KEYS | {"HUIYIN_VAULT_INDEX_KEY": "c2hvcnQ="}, "HUIYIN_VAULT_INDEX_KEY", "32 bytes"),
        (KEYS | {"HUIYIN_VAULT_KEY": ZERO}, "HUIYIN_VAULT_KEY", "zero"),
        (KEYS | {"HUIYIN_VAULT_INDEX_KEY": ZERO}, "HUIYIN_VAULT_INDEX_KEY", "zero"),
        (KEYS | {"HUIYIN_VAULT_INDEX_KEY": SECRET}, "HUIYIN_VAULT_INDEX_KEY", "two different keys"),
        ({"HUIYIN_ANSWER_KEY": SECRET[:20]}, "HUIYIN_ANSWER_KEY", "32 bytes; make one: openssl rand -base64 32"),
        ({"HUIYIN_ANSWER_KEY": SECRET + "%"}, "HUIYIN_ANSWER_KEY", "base64"),
        ({"HUIYIN_ANSWER_KEY": ZERO}, "HUIYIN_ANSWER_KEY", "zeros"),
        ({"HUIYIN_SIGNING_KEY": ZERO}, "HUIYIN_SIGNING_KEY", "make one: openssl rand -base64 32"),
        ({"HUIYIN_SIGNING_KEY": f"{SECRET},{SECRET[:20]}"}, "HUIYIN_SIGNING_KEY", "base64 of 32 bytes"),
        ({"HUIYIN_TOTP_ROLES": "admin,Pass-Word-77"}, "HUIYIN_TOTP_ROLES", "must be roles by comma"),
        ({"HUIYIN_ANSWER_KEY": f"{THIRD},{SECRET[:20]}"}, "HUIYIN_ANSWER_KEY", "32 bytes"),
        (KEYS | {"HUIYIN_ANSWER_KEY": OTHER}, "HUIYIN_ANSWER_KEY", "must not be a key of the vault"),
        ({"HUIYIN_DATABASE_URL": "Pass-Word-77"}, "HUIYIN_DATABASE_URL", "postgresql://user:password@host:port/name"),
        (
            {"HUIYIN_DATABASE_URL": URL.replace("5432", "Pass")},
            "HUIYIN_DATABASE_URL",
            "postgresql://user:password@host:port/name",
        ),
        ({"HUIYIN_DATABASE_URL": "mysql://a:Pass-Word-77@b/c"}, "HUIYIN_DATABASE_URL", "postgresql://"),
        ({"HUIYIN_PORT": "Pass-Word-77"}, "HUIYIN_PORT", "integer"),
        ({"HUIYIN_BUS": "Pass-Word-77"}, "HUIYIN_BUS", "'embedded' or 'kafka'"),
        ({"HUIYIN_BUS": "kafka"}, "HUIYIN_KAFKA_BOOTSTRAP", "host:port"),
        ({"HUIYIN_JWKS_URL": "https://id.example.org/keys"}, "HUIYIN_JWT_ISSUER", "iss"),
        ({"HUIYIN_WEBHOOKS": "Pass-Word-77"}, "HUIYIN_WEBHOOKS", "Invalid JSON"),
        (
            {"HUIYIN_WEBHOOKS": '{"a": {"area": "999001000000", "keys": ["whsec_Pass-Word-77"]}}'},
            "HUIYIN_WEBHOOKS",
            "a/keys/0",
        ),
        ({"HUIYIN_OUTBOUND_ALLOW": "10.0.0.0/33"}, "HUIYIN_OUTBOUND_ALLOW", "10.0.0.0/33"),
        (
            {"HUIYIN_ATTACHMENTS_BUCKET": "https://s3.example.org/files"},
            "HUIYIN_ATTACHMENTS_BUCKET",
            "HUIYIN_BUCKET_SECRET_KEY",
        ),
        (
            {
                "HUIYIN_ATTACHMENTS_BUCKET": "https://s3/",
                "HUIYIN_BUCKET_ACCESS_KEY": "a",
                "HUIYIN_BUCKET_SECRET_KEY": "Pass-Word-77",
            },
            "HUIYIN_ATTACHMENTS_BUCKET",
            "https://host/bucket",
        ),
        ({"HUIYIN_STALL_SECONDS": "1"}, "HUIYIN_STALL_SECONDS", "greater than or equal to 2"),
        ({"HUIYIN_ANSWER_SECONDS": "301"}, "HUIYIN_ANSWER_SECONDS", "less than or equal to 300"),
        ({"HUIYIN_LOG_LEVEL": "Pass-Word-77"}, "HUIYIN_LOG_LEVEL", "DEBUG, INFO"),
    ],
)
def test_what_is_wrong_is_one_sentence_without_a_secret(
    environment: pytest.MonkeyPatch, values: dict[str, str], named: str, said: str
) -> None:
    with pytest.raises(WrongSetting) as wrong:
        _loaded(environment, values)
    sentence = str(wrong.value)
    assert named in sentence
    assert said in sentence
    assert "\n" not in sentence
    for secret in (SECRET[:8], OTHER[:8], THIRD[:8], "Pass-Word-77", "input_value"):
        assert secret not in sentence
    # What Python prints of an error that nobody catches shows the one before it, too.
    assert wrong.value.__suppress_context__


def test_no_secret_is_shown(environment: pytest.MonkeyPatch) -> None:
    settings = _loaded(environment, KEYS | {"HUIYIN_DATABASE_URL": URL, "HUIYIN_ANSWER_KEY": THIRD})
    for shown in (repr(settings), str(settings), f"{settings.model_dump()}", settings.model_dump_json()):
        for secret in (SECRET, OTHER, THIRD, "Pass-Word-77"):
            assert secret not in shown
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == URL


@pytest.mark.parametrize("url", [URL, URL.replace("postgresql", "postgres"), "postgresql:///huiyin?host=/run/pg"])
def test_a_database_is_named_in_any_of_its_ways(environment: pytest.MonkeyPatch, url: str) -> None:
    settings = _loaded(environment, {"HUIYIN_DATABASE_URL": url})
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == url


def test_an_answer_key_may_stand_beside_the_one_it_replaces(environment: pytest.MonkeyPatch) -> None:
    keys = _loaded(environment, {"HUIYIN_ANSWER_KEY": f"{THIRD}, {OTHER}"}).answer_keys()
    assert keys is not None
    assert keys.keys == (base64.b64decode(THIRD), base64.b64decode(OTHER))


def test_an_empty_value_is_absent(environment: pytest.MonkeyPatch) -> None:
    settings = _loaded(environment, dict.fromkeys([*KEYS, "HUIYIN_DATABASE_URL", "HUIYIN_PORT"], ""))
    assert (settings.vault_key, settings.database_url, settings.port) == (None, None, 8600)
