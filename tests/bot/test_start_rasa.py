"""Rasa's log keeps what happened and where, and nothing that a patient wrote."""

import importlib.util
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

WORDS = "my chest hurts since the injection"


@pytest.fixture(scope="module")
def start_rasa() -> ModuleType:
    path = Path(__file__).parents[2] / "bot" / "start_rasa.py"
    spec = importlib.util.spec_from_file_location("start_rasa", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lines(start_rasa: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a logger writes once records are made private."""
    monkeypatch.setenv("FORCE_JSON_LOGGING", "0")
    written: list[str] = []

    class Collects(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler, logger, make = Collects(), logging.getLogger("rasa.test"), logging.getLogRecordFactory()
    logger.addHandler(handler)
    start_rasa.install()
    yield written
    logging.setLogRecordFactory(make)
    logger.removeHandler(handler)


def test_a_failed_message_leaves_its_kind_and_place_only(lines: list[str]) -> None:
    frame = {"filename": "rest.py", "lineno": 9, "name": "receive", "locals": {"text": WORDS}}
    event = {
        "event": "rest.message.received.failure",
        "level": "error",
        "text": WORDS,
        "exception": [{"exc_type": "ValueError", "exc_value": WORDS, "frames": [frame]}],
    }
    logging.getLogger("rasa.test").error(json.dumps(event))
    assert json.loads(lines[0]) == {
        "event": "rest.message.received.failure",
        "level": "error",
        "exception": [{"type": "ValueError", "at": ["rest.py:9 in receive"]}],
    }


@given(
    fields=st.dictionaries(
        st.text(min_size=1), st.recursive(st.just(WORDS), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
    ),
    exception=st.none() | st.just(WORDS) | st.just([{"exc_type": "E", "exc_value": WORDS, "frames": []}]),
)
def test_no_field_of_an_event_passes(start_rasa: ModuleType, fields: dict[str, object], exception: object) -> None:
    event = {**fields, "event": "http.parse.text", "level": "error", "event_key": "k", "exception": exception}
    record = logging.LogRecord("rasa", logging.ERROR, "p", 1, json.dumps(event), (), None)
    message = start_rasa.make_private(record).getMessage()
    assert WORDS not in message
    assert json.loads(message)["event"] == "http.parse.text"


def test_a_traceback_keeps_its_places_and_loses_its_words(lines: list[str]) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError:
        logging.getLogger("rasa.test").exception("Encountered an exception")
    assert lines[0].startswith("Encountered an exception\nbuiltins.ValueError at\n")
    assert f"{__file__}:" in lines[0]
    assert WORDS not in lines[0]


def test_an_ordinary_line_stays_as_it_is(lines: list[str]) -> None:
    logging.getLogger("rasa.test").warning("Starting Rasa server on %s", "http://127.0.0.1:5005")
    logging.getLogger("rasa.test").warning("{not json}")
    assert lines == ["Starting Rasa server on http://127.0.0.1:5005", "{not json}"]


def test_structured_events_come_as_json(lines: list[str]) -> None:
    assert os.environ["FORCE_JSON_LOGGING"] == "1"
    assert "rasa" not in sys.modules, "nothing of Rasa is needed to read this module"
