import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from supervise_helpers import take_free_port

from mesofaq.supervise import processes
from mesofaq.supervise.processes import http_probe, open_log


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/health"
        self.send_response(200 if found else 503)
        self.end_headers()
        self.wfile.write(b"Hello from Rasa: 3.6.21")

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_probe_wants_status_200_and_the_words(server: str) -> None:
    assert http_probe(f"{server}/health")()
    assert http_probe(f"{server}/health", b"Hello from Rasa")()
    assert not http_probe(f"{server}/health", b"Hello from another")()
    assert not http_probe(f"{server}/elsewhere")()


def test_a_probe_passes_by_the_machines_proxies(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{take_free_port()}")
    assert http_probe(f"{server}/health")()


def test_a_probe_of_nothing_is_no() -> None:
    assert not http_probe(f"http://127.0.0.1:{take_free_port()}/health")()


def test_a_log_that_grew_is_moved_on_and_few_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_MAX_BYTES", 10)
    path = tmp_path / "log" / "rasa.log"
    for number in range(6):
        with open_log(path) as log:
            log.write(f"start {number} is long enough".encode())
    with open_log(path) as log:
        log.write(b"short")
    with open_log(path) as log:
        log.write(b"-")
    assert path.read_text() == "short-"
    kept = {file.name: file.read_text()[:7] for file in path.parent.iterdir()}
    assert kept == {
        "rasa.log": "short-",
        "rasa.log.1": "start 5",
        "rasa.log.2": "start 4",
        "rasa.log.3": "start 3",
    }
