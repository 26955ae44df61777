"""Which service messages are sent to, and the one that is started for dialogues."""

import os
import sys
from pathlib import Path

import httpx
import pytest

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.own_service import own_settings, start
from mesofaq.evaluate.service import find_service, service_at
from mesofaq.settings import Settings
from mesofaq.supervise.children import Child, Program, State
from mesofaq.supervise.runfile import run_file, write_run_file


def answering(status: int = 200, bundle: str = "b1") -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(status, json={"status": "ok", "bundle": bundle}))


def test_the_service_is_found_where_the_settings_say(tmp_path: Path) -> None:
    service = find_service(Settings(home=tmp_path, port=8123), answering())
    assert (service.url, service.bundle) == ("http://127.0.0.1:8123", "b1")


def test_a_running_service_is_found_on_the_port_it_was_given(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    run_file(settings).parent.mkdir(parents=True)
    log = tmp_path / "log" / "service.log"
    command = [sys.executable, "-c", "input()"]
    child = Child(Program("service", command, tmp_path, dict(os.environ), log, 8456, lambda: True))
    child.start()
    try:
        write_run_file(settings, [child])
        service = find_service(settings, answering())
    finally:
        child.stop(grace_s=0)
    assert service.url == "http://127.0.0.1:8456"


def test_where_nothing_answers_it_says_how_to_start_it(tmp_path: Path) -> None:
    for status in (500, 404):
        with pytest.raises(Problem, match="start 'MESOFAQ_RATE_LIMIT=0 mesofaq up'") as caught:
            find_service(Settings(home=tmp_path), answering(status))
        assert caught.value.code is Code.NOT_READY


@pytest.mark.parametrize("change", [{"env": "production"}, {"host": "192.0.2.7"}, {"host": "clinic.example"}])
def test_nothing_is_sent_to_a_service_in_production_or_elsewhere(tmp_path: Path, change: dict[str, str]) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError("something was sent")

    with pytest.raises(Problem) as caught:
        find_service(Settings(home=tmp_path).model_copy(update=change), httpx.MockTransport(refuse))
    assert caught.value.code is Code.INVALID_REQUEST


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "localhost", "127.0.0.2"])
def test_every_name_of_this_machine_will_do(tmp_path: Path, host: str) -> None:
    assert find_service(Settings(home=tmp_path, host=host), answering()).bundle == "b1"


def test_a_service_is_found_by_its_address(tmp_path: Path) -> None:
    service = service_at("http://localhost:8123/", Settings(home=tmp_path), answering())
    assert (service.url, service.bundle) == ("http://localhost:8123", "b1")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("127.0.0.1:8000", "is no address"),
        ("ftp://127.0.0.1", "is no address"),
        ("http://[", "is no address"),
        ("http://clinic.example", "only sent within this machine"),
    ],
)
def test_what_is_no_address_of_this_machine_is_refused(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(Problem, match=message) as caught:
        service_at(url, Settings(home=tmp_path), answering())
    assert caught.value.code is Code.INVALID_REQUEST


def _program(folder: Path, name: str, code: str, *, ready: bool = True) -> Program:
    command = [sys.executable, "-c", code]
    return Program(name, command, folder, dict(os.environ), folder / f"{name}.log", 1, lambda: ready)


def test_it_is_waited_for_until_both_are_ready(tmp_path: Path) -> None:
    children = [Child(_program(tmp_path, name, "import time; time.sleep(60)")) for name in "ab"]
    try:
        start(children)
        assert [child.state for child in children] == [State.READY, State.READY]
    finally:
        for child in children:
            child.stop(grace_s=0)


def test_a_program_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    child = Child(_program(tmp_path, "rasa", "print('one'); print('no such model'); print()", ready=False))
    with pytest.raises(Problem, match=r"rasa was started and ended: no such model$") as caught:
        start([child])
    child.stop(grace_s=0)
    assert caught.value.code is Code.NOT_READY


def test_a_program_that_is_never_ready_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    child = Child(_program(tmp_path, "rasa", "import time; time.sleep(60)", ready=False))
    now = [0.0]

    def sleep(_: float) -> None:
        now[0] += 50

    try:
        with pytest.raises(Problem, match="was not ready after 180 s: it said nothing"):
            start([child], clock=lambda: now[0], sleep=sleep)
    finally:
        child.stop(grace_s=0)


def test_what_is_started_for_dialogues_shares_no_record_with_anything_else(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home",
        host="0.0.0.0",
        database_url="postgresql://clinic",
        rasa_url="http://rasa.example",
        rasa_tracker_url="postgresql://tracker",
        redis_url="redis://throttles",
        rasa_timeout_s=2,
    )
    own = own_settings(settings, tmp_path / "b1", tmp_path / "own")
    assert own.home == settings.home
    assert own.var == tmp_path / "own"
    assert own.bundle == tmp_path / "b1"
    assert own.store_url == f"sqlite:///{tmp_path / 'own' / 'mesofaq.db'}"
    assert own.tracker_url == f"sqlite:///{tmp_path / 'own' / 'rasa' / 'tracker.db'}"
    assert own.rasa_base_url == f"http://127.0.0.1:{own.rasa_port}"
    assert (own.redis_url, own.host, own.rate_limit) == ("", "127.0.0.1", 0)
    assert len({own.port, own.rasa_port, settings.port, settings.rasa_port}) == 4
    assert own.rasa_timeout_s == 30
    assert own.rasa_token
