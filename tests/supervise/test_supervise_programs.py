from pathlib import Path

import pytest
import yaml

from mesofaq.settings import Settings, load_settings
from mesofaq.supervise.programs import (
    environment,
    rasa_environment,
    rasa_program,
    service_program,
    service_url,
    write_endpoints,
)

ROOT_ENDPOINTS = {
    "action_endpoint": {"url": "${MESOFAQ_SERVICE_URL}/webhook?token=${MESOFAQ_RASA_TOKEN}"},
    "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "${MESOFAQ_TRACKER_DB}"},
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "endpoints.yml").write_text(yaml.safe_dump(ROOT_ENDPOINTS))
    return tmp_path


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),
        ("::", "http://[::1]:8123"),
        ("192.168.1.5", "http://192.168.1.5:8123"),
    ],
)
def test_the_service_is_reached_where_it_listens(tmp_path: Path, host: str, url: str) -> None:
    assert service_url(Settings(home=tmp_path, host=host, port=8123)) == url


def test_another_process_reads_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        home=tmp_path, env="production", rasa_token="s", rate_limit=0, rasa_timeout_s=2.5, bundle=tmp_path / "b"
    )
    monkeypatch.setenv("MESOFAQ_PORT", "9")  # the process's own, which must not come through
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_models_are_not_fetched_at_run_time(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for env in (environment(settings), rasa_environment(settings)):
        assert env["HF_HUB_OFFLINE"] == "1"
        assert env["RASA_TELEMETRY_ENABLED"] == "false"


def test_rasa_learns_what_its_endpoints_name_and_no_other_secret(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOFAQ_DATABASE_URL", "postgresql://someone:hidden@db/mesofaq")
    settings = Settings(home=home, rasa_token="the-token", port=8123, database_url="postgresql://x:hidden@db/m")
    ours = {name: value for name, value in rasa_environment(settings).items() if name.startswith("MESOFAQ_")}
    assert ours == {
        "MESOFAQ_SERVICE_URL": "http://127.0.0.1:8123",
        "MESOFAQ_RASA_TOKEN": "the-token",
        "MESOFAQ_TRACKER_DB": str(home.resolve() / "var" / "rasa" / "tracker.db"),
    }


def test_rasa_listens_on_loopback_without_its_api(home: Path) -> None:
    settings = Settings(home=home, host="0.0.0.0", rasa_port=5123)
    command = list(rasa_program(settings, home / "model.tar.gz").command)
    assert command[command.index("--interface") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "5123"
    assert "--enable-api" not in command
    assert "--cors" not in command


def test_the_service_writes_no_access_log(tmp_path: Path) -> None:
    command = list(service_program(Settings(home=tmp_path, host="0.0.0.0", port=8123)).command)
    assert "--no-access-log" in command
    assert command[command.index("--host") + 1 :][:3] == ["0.0.0.0", "--port", "8123"]


def test_the_stores_are_the_root_files_unless_settings_name_others(home: Path) -> None:
    assert yaml.safe_load(write_endpoints(Settings(home=home)).read_text()) == ROOT_ENDPOINTS


def test_postgresql_is_reached_by_the_driver_that_rasa_has(home: Path) -> None:
    settings = Settings(home=home, rasa_tracker_url="postgresql+psycopg://rasa:p%40ss@db:5432/tracker")
    written = write_endpoints(settings).read_text()
    assert yaml.safe_load(written)["tracker_store"] == {"type": "SQL", "url": "${MESOFAQ_TRACKER_URL}"}
    assert "p%40ss" not in written
    assert rasa_environment(settings)["MESOFAQ_TRACKER_URL"] == "postgresql+psycopg2://rasa:p%40ss@db:5432/tracker"


def test_redis_becomes_the_lock_store_without_its_password_in_the_file(home: Path) -> None:
    settings = Settings(home=home, redis_url="rediss://user:p%40ss@cache:6380/2")
    written = write_endpoints(settings).read_text()
    assert yaml.safe_load(written)["lock_store"] == {
        "type": "redis",
        "url": "cache",
        "port": 6380,
        "db": 2,
        "username": "user",
        "password": "${MESOFAQ_REDIS_PASSWORD}",
        "use_ssl": True,
    }
    assert rasa_environment(settings)["MESOFAQ_REDIS_PASSWORD"] == "p@ss"


def test_what_rasa_is_to_fill_in_is_never_quoted(home: Path) -> None:
    settings = Settings(home=home, rasa_tracker_url="postgresql://db/t", redis_url="redis://:p@cache")
    for line in write_endpoints(settings).read_text().splitlines():
        if "${" in line:
            assert line.partition(": ")[2].startswith(("$", "http")), line
