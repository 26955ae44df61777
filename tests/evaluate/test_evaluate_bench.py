"""The measurements: with a clock and a service made by hand, and understanding with the real bundle."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import Result as Run

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import Kind
from mesofaq.errors import Problem
from mesofaq.evaluate.bench import EMERGENCIES, bench
from mesofaq.evaluate.memory import memory_of, peak_rss
from mesofaq.evaluate.timing import Latencies, time_understanding
from mesofaq.evaluate.traffic import MESSAGES_A_CONVERSATION, Load, measure
from mesofaq.settings import Settings

FAQ = Load("FAQ answers", ["one", "two", "three"], Kind.ANSWER)


class FakeService:
    """Answers like the service, and remembers what it was asked. Each message takes 0.1 s of its own clock."""

    def __init__(self, kinds: dict[str, str] | None = None) -> None:
        self.now = 0.0
        self.kinds = kinds or {}
        self.open: dict[str, list[str]] = {}
        self.erased: dict[str, list[str]] = {}
        self.status: Iterator[int] = iter(())
        self.hosts: set[str] = set()
        self.keeps = False

    def clock(self) -> float:
        return self.now

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url="http://127.0.0.1:8000", transport=httpx.MockTransport(self.answer))

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # lets the other users have their turn
        self.hosts.add(request.url.host)
        if request.url.path == "/v1/conversations":
            name = f"c{len(self.open) + len(self.erased)}"
            self.open[name] = []
            return httpx.Response(201, json={"conversation_id": name, "token": f"token of {name}"})
        name = request.url.path.split("/")[3]
        assert request.headers["Authorization"] == f"Bearer token of {name}"
        if request.method == "DELETE" and self.keeps:
            return httpx.Response(503)
        if request.method == "DELETE":
            self.erased[name] = self.open.pop(name)
            return httpx.Response(204)
        self.now += 0.1
        status = next(self.status, 200)
        if status != 200:
            return httpx.Response(status, json={"code": "x"})
        text = json.loads(request.content)["text"]
        self.open[name].append(text)
        return httpx.Response(
            200, json={"conversation_id": name, "messages": [{"kind": self.kinds.get(text, "answer")}]}
        )


def test_percentiles_are_times_that_were_measured() -> None:
    found = Latencies.of([number / 1000 for number in range(1, 101)])
    assert found is not None
    assert (found.count, found.p50_ms, found.p95_ms, found.p99_ms, found.most_ms) == (100, 50, 95, 99, 100)
    assert Latencies.of([]) is None


def test_understanding_is_timed_beside_its_encoder_after_a_warm_up() -> None:
    calls: list[tuple[str, str]] = []
    clock = 0.0

    def work(name: str, seconds: float) -> Callable[[str], None]:
        def run(text: str) -> None:
            nonlocal clock
            calls.append((name, text))
            clock += seconds

        return run

    times = time_understanding(["a", "b"], work("whole", 0.006), work("encoder", 0.002), rounds=2, clock=lambda: clock)
    assert len(calls) == 2 * 2 + 2 * 2 * 2
    assert (times.understanding.count, times.encoder.count) == (4, 4)
    assert times.understanding.p50_ms == pytest.approx(6)
    assert times.encoder.p99_ms == pytest.approx(2)
    assert times.ratio == pytest.approx(3)


def test_nothing_to_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no messages"):
        time_understanding([], print, print)


def test_one_user_sends_one_message_after_another_and_begins_anew_after_eight() -> None:
    service = FakeService()
    found = measure(service.client, FAQ, users=1, seconds=0.95, clock=service.clock)
    assert found.answered == 10
    assert found.per_second == pytest.approx(10)
    assert found.latencies is not None
    assert found.latencies.p50_ms == pytest.approx(100)
    assert (found.otherwise, found.errors, found.throttled) == ({}, {}, False)
    assert [len(texts) for texts in service.erased.values()] == [MESSAGES_A_CONVERSATION, 2]
    assert service.erased["c0"][:4] == ["one", "two", "three", "one"]


def test_each_user_has_a_conversation_and_everything_is_erased() -> None:
    service = FakeService()
    found = measure(service.client, FAQ, users=3, seconds=1.05, clock=service.clock)
    assert found.users == len(service.erased) == 3
    assert {texts[0] for texts in service.erased.values()} == {"one", "two", "three"}
    assert (service.open, found.left) == ({}, 0)
    assert service.hosts == {"127.0.0.1"}


def test_a_reply_of_another_kind_is_no_answer_and_is_not_timed() -> None:
    service = FakeService({"two": "handoff"})
    found = measure(service.client, FAQ, users=1, seconds=0.55, clock=service.clock)
    assert (found.answered, found.otherwise) == (4, {"handoff": 2})
    assert found.latencies is not None
    assert found.latencies.count == 4


def test_an_error_is_counted_and_the_user_goes_on() -> None:
    service = FakeService()
    service.status = iter([200, 503])
    found = measure(service.client, FAQ, users=1, seconds=0.45, clock=service.clock)
    assert (found.answered, found.errors) == (4, {"503": 1})


def test_a_throttled_measurement_ends_at_once_and_says_so() -> None:
    service = FakeService()
    service.status = iter([200, 200, 429])
    found = measure(service.client, FAQ, users=1, seconds=60, clock=service.clock)
    assert found.throttled
    assert (found.answered, found.errors) == (2, {"429": 1})


def test_a_service_that_is_gone_is_counted_not_raised() -> None:
    moments = iter(range(10))

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    found = measure(
        lambda: httpx.AsyncClient(base_url="http://127.0.0.1:9", transport=httpx.MockTransport(refuse)),
        FAQ,
        users=1,
        seconds=2,
        clock=lambda: float(next(moments)),
    )
    assert (found.answered, found.latencies) == (0, None)
    assert found.errors["ConnectError"] >= 1


def test_the_memory_of_a_process_and_its_children_is_added_up() -> None:
    code = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()']); print(); p.wait()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        own, both = memory_of({"own": os.getpid(), "service": child.pid})
        peak = peak_rss(child.pid)
        assert peak is not None
        assert own.name == "own"
        assert both.peak_mib is not None
        assert both.peak_mib > peak / 2**20
        assert 0 < both.now_mib <= both.peak_mib + 0.1
    finally:
        child.communicate(b"\n")
    assert memory_of({"service": child.pid}) == []


def test_the_high_water_mark_is_read_in_bytes(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text("Name:\tx\nVmPeak:\t  9999 kB\nVmHWM:\t  2048 kB\n", "utf-8")
    assert peak_rss(7, tmp_path) == 2048 * 1024
    assert peak_rss(8, tmp_path) is None
    (tmp_path / "7" / "status").write_text("Name:\tx\n", "utf-8")
    assert peak_rss(7, tmp_path) is None


def test_the_emergencies_are_such(assistant: Assistant) -> None:
    assert [assistant.triage.judge(text).triage_class for text in EMERGENCIES] == ["emergency"] * len(EMERGENCIES)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> FakeService:
    """Stands where `bench` looks for the service; it answers what the loads expect."""
    from mesofaq.evaluate import bench as module
    from mesofaq.evaluate.service import Service

    service = FakeService(dict.fromkeys(EMERGENCIES, "emergency"))
    monkeypatch.setattr(module, "find_service", lambda settings: Service("http://127.0.0.1:8000", "b1"))
    monkeypatch.setattr(module.httpx, "AsyncClient", lambda **given: _client(service, given))
    return service


_AsyncClient = httpx.AsyncClient


def _client(service: FakeService, given: dict[str, object]) -> httpx.AsyncClient:
    assert given["trust_env"] is False
    return _AsyncClient(base_url=str(given["base_url"]), transport=httpx.MockTransport(service.answer))


@pytest.fixture
def questions(tmp_path: Path, assistant: Assistant) -> Path:
    """One message that is answered and one that is handed off."""
    assert assistant.bundle is not None
    path = tmp_path / "set.jsonl"
    rows = [
        {"text": assistant.bundle.cards["pain"].question, "card": "pain"},
        {"text": "qwertz uiop", "field": "far"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_each_load_is_measured_with_each_number_of_users(
    run: Callable[..., Run], served: FakeService, questions: Path
) -> None:
    served.kinds["qwertz uiop"] = "handoff"
    done = run("bench", questions, "--users", "1,2", "--seconds", "0.1", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [(row["load"], row["users"]) for row in document["traffic"]] == [
        (load, users) for load in ("FAQ answers", "handoffs", "emergencies") for users in (1, 2)
    ]
    assert all(row["answered"] > 0 and not row["otherwise"] for row in document["traffic"])
    assert document["understanding"]["messages"] == 1
    assert document["understanding"]["ratio_at_p50"] > 1
    assert served.open == {}


def test_the_tables_of_the_bench(run: Callable[..., Run], served: FakeService, questions: Path) -> None:
    lines = run("bench", questions, "--users", "1", "--seconds", "0.1").stdout.splitlines()
    assert "Understanding 1 questions, one at a time (ms)" in " ".join(" ".join(lines).split())
    (handoffs,) = (line.split() for line in lines if line.strip().startswith("handoffs"))
    assert handoffs[1:3] == ["1", "0"]
    assert handoffs[-2] == "answer"
    assert any("The service answers from bundle b1" in line for line in lines)
    assert any("What was said has been erased." in line for line in lines)


def test_a_rate_limit_is_told_with_the_setting_that_lifts_it(
    run: Callable[..., Run], served: FakeService, questions: Path
) -> None:
    served.status = iter([429] * 10)
    done = run("bench", questions, "--users", "1", "--seconds", "0.1", "--json")
    assert done.exit_code == 1
    assert "MESOFAQ_RATE_LIMIT=0" in done.stderr
    assert json.loads(done.stdout)["traffic"][0]["throttled"]


def test_conversations_that_could_not_be_erased_are_told(
    run: Callable[..., Run], served: FakeService, questions: Path
) -> None:
    served.keeps = True
    done = run("bench", questions, "--users", "1", "--seconds", "0.1")
    assert f"{len(served.open)} of the made-up conversations could not be erased" in done.stdout
    assert "What was said has been erased." not in done.stdout


@pytest.mark.parametrize("users", ["", "0", "1,x", "-1", "201", "1,,2", "1.5"])
def test_what_is_no_list_of_users_is_refused(run: Callable[..., Run], users: str) -> None:
    done = run("bench", "--users", users)
    assert isinstance(done.exception, Problem)
    assert done.exception.detail.startswith(f"'{users}' is no list of users")


def test_a_set_without_a_question_cannot_be_timed(
    served: FakeService, bundle_settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "x", "field": "far"}\n', "utf-8")
    with pytest.raises(Problem, match="no question with a card"):
        bench(bundle_settings, [path], users=[1], seconds=1, progress=lambda step: None)
