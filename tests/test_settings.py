import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings, load_settings, offline_environment


def test_no_setting_of_this_machine_reaches_a_test() -> None:
    assert [name for name in os.environ if name.startswith("MESOFAQ_") and not name.startswith("MESOFAQ_TEST_")] == []


def test_without_a_variable_the_defaults_hold_and_nothing_faces_the_network() -> None:
    settings = load_settings()
    assert (settings.home, settings.env, settings.host, settings.port) == (Path.cwd(), "development", "127.0.0.1", 8000)
    assert (settings.text_max_chars, settings.bundle) == (2000, None)


def test_a_variable_is_read_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOFAQ_PORT", "8123")
    monkeypatch.setenv("MESOFAQ_ENV", "production")
    monkeypatch.setenv("MESOFAQ_BUNDLE", "/bundles/one")
    settings = load_settings()
    assert (settings.port, settings.env, settings.bundle) == (8123, "production", Path("/bundles/one"))


@pytest.mark.parametrize("name", [f"MESOFAQ_{name.upper()}" for name in Settings.model_fields])
def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Compose files set them so; an empty path would otherwise be the current folder."""
    monkeypatch.setenv(name, "")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MESOFAQ_PORT", "none"),
        ("MESOFAQ_PORT", "0"),
        ("MESOFAQ_PORT", "65536"),
        ("MESOFAQ_ENV", "staging"),
        ("MESOFAQ_RATE_LIMIT", "-1"),
        ("MESOFAQ_RASA_TIMEOUT_S", "0"),
        ("MESOFAQ_RASA_TIMEOUT_S", "51"),
        ("MESOFAQ_TEXT_MAX_CHARS", "0"),
        ("MESOFAQ_BODY_MAX_BYTES", "1"),
    ],
)
def test_a_wrong_value_is_one_plain_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Problem) as caught:
        load_settings()
    assert caught.value.code is Code.SETTING_INVALID
    assert caught.value.detail.startswith(f"A setting is wrong: {name}: ")
    assert "\n" not in caught.value.detail


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOFAQ_PORT", "none")
    monkeypatch.setenv("MESOFAQ_ENV", "staging")
    with pytest.raises(Problem, match=r"MESOFAQ_ENV: .*; MESOFAQ_PORT: "):
        load_settings()


def test_the_value_of_a_secret_is_not_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOFAQ_RASA_TOKEN", "a-secret")
    monkeypatch.setenv("MESOFAQ_PORT", "none")
    with pytest.raises(Problem) as caught:
        load_settings()
    assert "a-secret" not in caught.value.detail


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ({}, "var", Path("/clinic/var")),
        ({"var_dir": "/data"}, "var", Path("/data")),
        ({}, "content", Path("/clinic/content")),
        ({}, "store_url", "sqlite:////clinic/var/mesofaq.db"),
        ({"database_url": "postgresql+psycopg://db/m"}, "store_url", "postgresql+psycopg://db/m"),
        ({}, "tracker_url", "sqlite:////clinic/var/rasa/tracker.db"),
        ({"rasa_tracker_url": "sqlite:///t.db"}, "tracker_url", "sqlite:///t.db"),
        ({"rasa_port": 5006}, "rasa_base_url", "http://127.0.0.1:5006"),
        ({"rasa_url": "http://rasa:5005"}, "rasa_base_url", "http://rasa:5005"),
    ],
)
def test_what_is_not_set_is_worked_out(given: dict[str, Any], name: str, expected: object) -> None:
    assert getattr(Settings(home=Path("/clinic"), **given), name) == expected


def test_settings_do_not_change_while_a_process_runs() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


def test_programs_are_started_with_model_hubs_switched_off() -> None:
    environment = offline_environment()
    assert (environment["HF_HUB_OFFLINE"], environment["RASA_TELEMETRY_ENABLED"]) == ("1", "false")
    assert environment["PATH"] == os.environ["PATH"]
