"""The client of Rasa's REST channel against a server that answers as Rasa might, and worse."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mesofaq.chat.models import Kind, ReplyDraft
from mesofaq.dialogue.client import RasaClient
from mesofaq.errors import Code, Problem

TIMEOUT_S = 0.3
PATH = "/webhooks/rest/webhook"
REPLY = ReplyDraft(kind=Kind.SMALLTALK, text="Hello!")

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Answers every call with `answer`, and keeps what it was sent."""

    daemon_threads = True
    block_on_close = False
    answer: Answer
    received: list[tuple[str, Any]]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        self.server.answer(self)

    def do_GET(self) -> None:
        self.server.answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), _Handler)
    running.received = []
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


def _says(body: bytes | object, status: int = 200, content_type: str = "application/json") -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def _breaks_off(handler: BaseHTTPRequestHandler) -> None:
    """Half of the body that was promised."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"custom": {"kind"')
    handler.close_connection = True


def _hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(4 * TIMEOUT_S)


def _trickles(handler: BaseHTTPRequestHandler) -> None:
    """A byte at a time, each well within the limit, all of them far beyond it."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b"[")
        time.sleep(TIMEOUT_S / 3)


def _hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def _send(url: str) -> list[ReplyDraft]:
    async def send() -> list[ReplyDraft]:
        client = RasaClient(url, TIMEOUT_S)
        try:
            return await client.send("conversation:0", "message:1")
        finally:
            await client.close()

    return asyncio.run(send())


def _url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def _custom(*drafts: ReplyDraft) -> list[dict[str, Any]]:
    return [{"recipient_id": "conversation:0", "custom": draft.model_dump(mode="json")} for draft in drafts]


def test_replies_come_back_in_order_and_rasa_is_told_who_and_what(server: Server) -> None:
    other = ReplyDraft(kind=Kind.CLARIFY, text="Which one?")
    server.answer = _says(_custom(REPLY, other))
    assert _send(_url(server)) == [REPLY, other]
    assert server.received == [(PATH, {"sender": "conversation:0", "message": "message:1"})]


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        pytest.param(_says([]), "Rasa answered with nothing.", id="an-exception-inside-rasa"),
        pytest.param(_says(b"<html>Bad gateway</html>"), "Rasa did not answer", id="html"),
        pytest.param(_says(b"\xff\xfe\x00"), "Rasa did not answer", id="no-text"),
        pytest.param(_says(b""), "Rasa did not answer", id="empty"),
        pytest.param(_says({"version": "3.6.21"}), "Rasa answered with something that is no reply.", id="object"),
        pytest.param(_says(None), "Rasa answered with something that is no reply.", id="null"),
        pytest.param(_says([{"text": "Hi"}]), "Rasa answered with something that is no reply.", id="plain-text"),
        pytest.param(_says([{"custom": {"kind": "song"}}]), "Rasa answered with something", id="another-kind"),
        pytest.param(_says([*_custom(REPLY), "and"]), "Rasa answered with something", id="one-of-two"),
        pytest.param(_says(_custom(REPLY), status=500), "Rasa did not answer", id="500"),
        pytest.param(_says(b"", status=302), "Rasa did not answer", id="redirect"),
        pytest.param(_breaks_off, "Rasa did not answer", id="half-a-body"),
        pytest.param(_hangs_up, "Rasa did not answer", id="hangs-up"),
        pytest.param(_hangs, "Rasa did not answer", id="hangs"),
        pytest.param(_trickles, "Rasa did not answer", id="trickles"),
    ],
)
def test_whatever_is_no_reply_is_a_failure(server: Server, answer: Answer, detail: str) -> None:
    server.answer = answer
    started = time.monotonic()
    with pytest.raises(Problem) as caught:
        _send(_url(server))
    assert time.monotonic() - started < 3 * TIMEOUT_S
    assert caught.value.code is Code.DIALOGUE_FAILED
    assert caught.value.detail.startswith(detail)


def test_a_port_on_which_nothing_listens_is_a_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        with pytest.raises(Problem, match=r"Rasa did not answer \(ConnectError\)") as caught:
            _send(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert caught.value.code is Code.DIALOGUE_FAILED


def test_a_proxy_of_the_environment_is_not_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answer = _says(_custom(REPLY))
    assert _send(_url(server)) == [REPLY]


def _healthy(url: str) -> bool:
    async def healthy() -> bool:
        client = RasaClient(url, TIMEOUT_S)
        try:
            return await client.healthy()
        finally:
            await client.close()

    return asyncio.run(healthy())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(_says(b"Hello from Rasa: 3.6.21", content_type="text/html"), True, id="up"),
        pytest.param(_says(b"", status=503), False, id="503"),
        pytest.param(_hangs, False, id="hangs"),
    ],
)
def test_health_is_an_answer_in_time(server: Server, answer: Answer, expected: bool) -> None:
    server.answer = answer
    assert _healthy(_url(server)) is expected
