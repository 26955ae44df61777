"""The same security headers on every response, whatever it says."""

from collections.abc import Callable

import pytest
from web_helpers import Site

PATHS = [
    ("GET", "/", 200),
    ("GET", "/widget.js", 200),
    ("GET", "/static/chat.js", 200),
    ("GET", "/health", 200),
    ("GET", "/health/ready", 200),
    ("GET", "/v1/clinic", 200),
    ("GET", "/v1/openapi.json", 200),
    ("POST", "/v1/conversations", 201),
    ("GET", "/nothing", 404),
    ("GET", "/static/nothing", 404),
    ("PUT", "/v1/conversations", 405),
    ("GET", "/v1/conversations/none/messages", 404),
    ("POST", "/model/parse", 422),
    ("POST", "/webhook", 422),
]


@pytest.mark.parametrize(("method", "path", "status"), PATHS)
def test_every_response_has_the_security_headers(site: Site, method: str, path: str, status: int) -> None:
    answer = site.ask(method, path)
    assert answer.status_code == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "access-control-allow-origin" not in answer.headers
    if path.startswith("/v1"):
        assert answer.headers["cache-control"] == "no-store"


def test_a_refused_body_and_an_open_stream_have_them_too(site: Site) -> None:
    chat = site.chat()
    refused = chat.ask("POST", "/messages", content=b"x" * 70_000)
    assert refused.status_code == 413
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert chat.ask("DELETE").headers["x-content-type-options"] == "nosniff"


def test_only_named_websites_may_frame_the_page(other_site: Callable[..., Site]) -> None:
    site = other_site(allowed_origins="https://clinic.example, https://www.clinic.example")
    policy = site.ask("GET", "/").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://clinic.example https://www.clinic.example")
