"""Every bad input gets a problem document with the right status, and nothing of the inside."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import ANY

import pytest
from web_helpers import EMERGENCY, PLANTED, Site, StandIn, assert_problem

from fixtures_live import Chat

JSON = {"Content-Type": "application/json"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text-empty"),
        ("   \n\t ", "text-empty"),
        ("\u200b\u200d\ufeff", "text-empty"),
        (" \u200b \u2060 \u00a0", "text-empty"),
        (f"{PLANTED} ".ljust(2001, "x"), "text-too-long"),
        ("/restart", "command-refused"),
        ('/restart{"a":1}', "command-refused"),
        ("  /restart  ", "command-refused"),
        ('/inform{"item":\n"zebrafinch42"}', "command-refused"),
        ("/session_start", "command-refused"),
    ],
)
def test_a_text_that_is_none_is_refused(site: Site, rasa: StandIn, chat: Chat, text: str, code: str) -> None:
    assert_problem(chat.post(text), 422, code)
    assert chat.transcript() == []
    assert rasa.heard == []


@pytest.mark.parametrize(
    "text", ["x" * 2000, "/", "/help i cant wash my hair today", "5/10", "and/or", "/restart now please"]
)
def test_a_text_at_the_edge_is_taken(chat: Chat, text: str) -> None:
    assert chat.say(text)
    assert chat.transcript()[0]["text"] == text


@pytest.mark.parametrize(
    "text",
    [
        "/help i cant breathe",
        "/i_cant_breathe",
        "/emergency i cant breathe",
        f"{EMERGENCY}. {'I need to tell you more. ' * 90}",
        f"{'I need to tell you this. ' * 90}{EMERGENCY}",
    ],
)
def test_a_text_that_would_be_refused_is_answered_in_an_emergency(chat: Chat, text: str) -> None:
    (reply,) = chat.say(text)
    assert reply["kind"] == "emergency"
    assert chat.transcript()[0]["text"] == text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid-request"),
        (b'{"text": "zebrafinch42', 400, "malformed-body"),
        (b'{"text": "\xff\xfe zebrafinch42"}', 400, "malformed-body"),
        (b"zebrafinch42", 400, "malformed-body"),
        (b'["zebrafinch42"]', 422, "invalid-request"),
        (b"42", 422, "invalid-request"),
        (b"null", 422, "invalid-request"),
        (b"{}", 422, "invalid-request"),
        (b'{"text": null, "zebrafinch42": 1}', 422, "invalid-request"),
        (b'{"text": ["zebrafinch42"]}', 422, "invalid-request"),
        (b'{"text": {"a": "zebrafinch42"}}', 422, "invalid-request"),
        (b'{"text": 42}', 422, "invalid-request"),
        (b'{"text": "hello", "client_message_id": ""}', 422, "invalid-request"),
        (b'{"text": "hello", "client_message_id": "' + b"x" * 65 + b'"}', 422, "invalid-request"),
        (b'{"text": "hello", "client_message_id": 7}', 422, "invalid-request"),
        (b"[" * 30_000, 400, "malformed-body"),
        (b'{"text": NaN}', 422, "invalid-request"),
    ],
)
def test_a_body_that_is_none_is_refused(chat: Chat, body: bytes, status: int, code: str) -> None:
    assert_problem(chat.ask("POST", "/messages", content=body, headers=chat.headers | JSON), status, code)
    assert chat.transcript() == []


@pytest.mark.parametrize(
    "header", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_is_not_called_json_is_refused(chat: Chat, header: str) -> None:
    body = json.dumps({"text": PLANTED}).encode()
    assert_problem(
        chat.ask("POST", "/messages", content=body, headers=chat.headers | {"Content-Type": header}),
        422,
        "invalid-request",
    )


def test_half_a_surrogate_pair_is_a_character_like_any_other(chat: Chat) -> None:
    assert chat.say("when can i wash \ud83d my hair")
    assert chat.transcript()[0]["text"] == "when can i wash \ufffd my hair"


@pytest.mark.parametrize("path", ["", "/messages", "/events"])
@pytest.mark.parametrize("identifier", [UNKNOWN, "zebrafinch42", "..%2f..%2fetc", "%00", "1 or 1=1", "é"])
def test_an_unknown_conversation_is_not_found(site: Site, chat: Chat, path: str, identifier: str) -> None:
    method = "GET" if path else "DELETE"
    answer = site.ask(method, f"/v1/conversations/{identifier}{path}", headers=chat.headers)
    assert_problem(answer, 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/messages"), ("GET", "/messages"), ("GET", "/events"), ("DELETE", "")]
)
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer zebrafinch42", "Basic {token}", "{token}", "Bearer {token}x", "Bearer é"],
)
def test_only_the_token_opens_a_conversation(chat: Chat, method: str, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.format(token=chat.opened["token"])}
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    request: dict[str, Any] = {"json": {"text": "hello"}} if method == "POST" else {}
    answer = chat.ask(method, path, headers=raw, **request)
    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert chat.transcript() == []


def test_the_token_of_another_conversation_opens_nothing(site: Site, chat: Chat) -> None:
    assert_problem(chat.ask("GET", "/messages", headers=site.chat().headers), 401, "unauthorized")


def test_a_body_that_is_declared_too_large_is_refused_unread(site: Site, chat: Chat) -> None:
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = [f"POST {chat.path}/messages HTTP/1.1", f"Host: {host}", "Content-Length: 65537", "Connection: close"]
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        answer = b""
        while part := connection.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"body-too-large"' in answer


def test_a_chunked_body_that_grows_too_large_is_refused(chat: Chat) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(70):
            yield b"x" * 1000
        yield b'"}'

    assert_problem(chat.ask("POST", "/messages", content=chunks(), headers=chat.headers | JSON), 413, "body-too-large")


def test_the_largest_body_is_read(chat: Chat) -> None:
    body = json.dumps({"text": "hello", "more": ""}).encode()
    padded = body[:-2] + b"x" * (65536 - len(body)) + body[-2:]
    assert len(padded) == 65536
    assert chat.ask("POST", "/messages", content=padded, headers=chat.headers | JSON).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/v1",
        "/v1/",
        "/v2/conversations",
        "/static/none.js",
        "/docs",
        "/static/../app.py",
        "/.env",
    ],
)
def test_an_unknown_path_is_not_found(site: Site, path: str) -> None:
    assert_problem(site.ask("GET", path), 404, "not-found")


def test_every_path_refuses_a_method_that_it_does_not_take(site: Site, chat: Chat) -> None:
    # The console's gate refuses a change without a session before any route is looked for: see test_web_access.
    paths = [path.replace("{conversation_id}", chat.id) for path in site.paths if not path.startswith("/staff")]
    assert len(paths) > 10
    for path in paths:
        asked = f"{path}/index.html" if path == "/static" else path
        answer = site.ask("PATCH", asked, headers=chat.headers)
        document = assert_problem(answer, 405, "method-not-allowed")
        assert document == {
            "type": "urn:mesofaq:problem:method-not-allowed",
            "title": "Method not allowed",
            "status": 405,
            "detail": ANY,
            "code": "method-not-allowed",
        }


def test_a_fault_that_nobody_foresaw_shows_nothing(site: Site, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise ValueError(f"cannot read {PLANTED}")

    monkeypatch.setattr(site.services.turns, "handle", fail)
    assert_problem(chat.post(PLANTED), 500, "internal")


def test_a_record_that_cannot_be_written_is_not_ready(other_site: Callable[..., Site]) -> None:
    site = other_site()
    chat = site.chat()
    site.sql("CREATE TRIGGER broken BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'zebrafinch42'); END")
    assert_problem(chat.post(f"hello {PLANTED}"), 503, "not-ready")
    site.sql("DROP TRIGGER broken")
    assert chat.say("hello")
