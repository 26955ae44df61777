import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest
from supervise_helpers import take_free_port

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise import preflight


def write_rasa_python(home: Path, exit_code: int) -> None:
    python = home / "bot" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    python.chmod(0o755)


@pytest.fixture
def ready_home(tmp_path: Path) -> Path:
    """A home folder in which nothing is missing."""
    for name in preflight.HOME_HOLDS:
        (tmp_path / name).touch()
    write_rasa_python(tmp_path, exit_code=0)
    return tmp_path


@pytest.fixture
def ready(ready_home: Path) -> Settings:
    return Settings(home=ready_home, port=take_free_port(), rasa_port=take_free_port())


def test_a_machine_that_has_everything_passes(ready: Settings) -> None:
    preflight.check(ready)


@pytest.mark.parametrize(("taken", "variable"), [("port", "MESOFAQ_PORT"), ("rasa_port", "MESOFAQ_RASA_PORT")])
def test_a_port_in_use_is_named_with_its_setting(ready: Settings, taken: str, variable: str) -> None:
    port = getattr(ready, taken)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(Problem) as caught:
        preflight.check(ready)
    assert caught.value.code is Code.PORT_IN_USE
    assert str(port) in caught.value.detail
    assert f"set {variable}" in caught.value.detail


def test_a_port_whose_last_connection_is_still_closing_is_free(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)) as listener:
        client = socket.create_connection(("127.0.0.1", free_port))
        server, _ = listener.accept()
        server.close()  # the side that closes first keeps the port in TIME_WAIT
        client.close()
    preflight.check_port("127.0.0.1", free_port, "MESOFAQ_PORT")


def test_an_address_that_is_not_this_machines_is_a_wrong_setting(free_port: int) -> None:
    with pytest.raises(Problem, match="MESOFAQ_HOST") as caught:
        preflight.check_port("192.0.2.1", free_port, "MESOFAQ_PORT")
    assert caught.value.code is Code.SETTING_INVALID


def test_one_port_for_both_is_refused(ready: Settings) -> None:
    with pytest.raises(Problem, match="give each its own") as caught:
        preflight.check(ready.model_copy(update={"rasa_port": ready.port}))
    assert caught.value.code is Code.SETTING_INVALID


def test_a_rasa_elsewhere_needs_a_token_and_nothing_here(ready: Settings) -> None:
    elsewhere = ready.model_copy(update={"rasa_url": "http://rasa:5005"})
    shutil.rmtree(ready.home / "bot")
    with pytest.raises(Problem, match="MESOFAQ_RASA_TOKEN") as caught:
        preflight.check(elsewhere)
    assert caught.value.code is Code.SETTING_INVALID
    preflight.check(elsewhere.model_copy(update={"rasa_token": "a shared secret"}))


@pytest.mark.parametrize("there", [False, True])
def test_an_environment_without_rasa_says_what_to_run(ready: Settings, there: bool) -> None:
    shutil.rmtree(ready.home / "bot")
    if there:
        write_rasa_python(ready.home, exit_code=1)
    with pytest.raises(Problem, match="run 'make setup'") as caught:
        preflight.check(ready)
    assert caught.value.code is Code.PYTHON_MISSING


def test_a_full_disk_is_said_in_numbers(ready: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 5 * 10**8, 5 * 10**8))
    with pytest.raises(Problem, match=r"Only 0\.5 GB are free") as caught:
        preflight.check(ready)
    assert caught.value.code is Code.DISK_FULL


def test_a_var_that_cannot_be_made_is_said(ready: Settings) -> None:
    (ready.home / "var").write_text("a file in the way")
    with pytest.raises(Problem, match="cannot be made") as caught:
        preflight.check(ready)
    assert caught.value.code is Code.STORE_FAILED


def test_another_folder_is_no_home(ready: Settings) -> None:
    (ready.home / "config.yml").unlink()
    with pytest.raises(Problem, match=r"has no config\.yml: start MesoFAQ in its own folder") as caught:
        preflight.check(ready)
    assert caught.value.code is Code.SETTING_INVALID
