"""What we sign opens with the reference library of Standard Webhooks, and nothing else does."""

import base64
import time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from mesofaq.errors import Code, Problem
from mesofaq.notify.signing import Signer, new_secret, parse_secrets

BODIES = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.binary(min_size=24, max_size=64)


def _secret(key: bytes) -> str:
    return f"whsec_{base64.b64encode(key).decode()}"


def _signed(body: str, *keys: bytes, at: float | None = None) -> dict[str, str]:
    moment = int(time.time() if at is None else at)
    return Signer(keys).headers(str(uuid4()), moment, body.encode())


@given(body=BODIES, key=KEYS)
def test_any_body_opens_with_its_secret(body: str, key: bytes) -> None:
    assert parse_secrets(_secret(key)) == (key,)
    Webhook(_secret(key)).verify(body, _signed(body, key), json_parse=False)


@given(body=BODIES, other=BODIES, key=KEYS)
def test_another_body_does_not_open(body: str, other: str, key: bytes) -> None:
    if body == other:
        other += "x"
    with pytest.raises(WebhookVerificationError):
        Webhook(_secret(key)).verify(other, _signed(body, key), json_parse=False)


@given(key=KEYS, other=KEYS)
def test_another_secret_does_not_open_it(key: bytes, other: bytes) -> None:
    if key == other:
        other += b"x"
    with pytest.raises(WebhookVerificationError):
        Webhook(_secret(other)).verify("{}", _signed("{}", key), json_parse=False)


def test_every_secret_signs_so_that_each_alone_opens_it() -> None:
    secrets = [new_secret(), new_secret()]
    headers = _signed("{}", *parse_secrets(" ".join(secrets)))
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in secrets:
        Webhook(secret).verify("{}", headers)


@pytest.mark.parametrize("change", [{"webhook-id": "other"}, {"webhook-timestamp": str(int(time.time()) - 1)}])
def test_id_and_timestamp_are_signed_too(change: dict[str, str]) -> None:
    key = b"k" * 24
    with pytest.raises(WebhookVerificationError):
        Webhook(_secret(key)).verify("{}", _signed("{}", key) | change)


def test_what_is_old_does_not_open() -> None:
    key = b"k" * 24
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(_secret(key)).verify("{}", _signed("{}", key, at=time.time() - 3600))


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "   ",
        "geheim",
        "whsec_",
        "whsec_not base64!",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        f"whsec_{base64.b64encode(b'k' * 23).decode()}",
        f"whsec_{base64.b64encode(b'k' * 25).decode().rstrip('=')}",
        f"whsec_{base64.b64encode(b'k' * 24).decode()} geheim",
    ],
)
def test_a_bad_secret_is_refused_and_not_repeated(setting: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_secrets(setting)
    assert caught.value.code is Code.SETTING_INVALID
    assert "geheim" not in caught.value.detail


def test_a_new_secret_is_one_and_never_the_same() -> None:
    assert len(parse_secrets(new_secret())[0]) == 32
    assert new_secret() != new_secret()
